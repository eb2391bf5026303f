using System.Security.Cryptography;
using System.Text;

namespace Platform.Identity.Browser;

/// <summary>A whole page as an answer: never cached, never framed, without a script, and with forms that go nowhere else.</summary>
/// <param name="title">What the page is for.</param>
/// <param name="body">Its content.</param>
/// <param name="status">The HTTP status.</param>
/// <param name="formTarget">Where else than here a form's answer may lead: a client's redirect URI.</param>
internal sealed class Page(string title, Html body, int status = StatusCodes.Status200OK, string? formTarget = null) : IResult
{
    private static readonly Html Style = LoadStyle();
    private static readonly string StyleHash = "'sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style.Markup))) + "'";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        Protect(response, formTarget);
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        var page = Html.Of($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            <title>{title} – Platform</title>
            <style>{Style}</style>
            </head>
            <body>
            <header>Platform</header>
            <main><div class="card">
            {body}
            </div></main>
            </body>
            </html>
            """);
        await response.WriteAsync(page.Markup, httpContext.RequestAborted);
    }

    /// <summary>What every answer of the pages carries, redirects as well.</summary>
    public static void Protect(HttpResponse response, string? formTarget = null)
    {
        var headers = response.Headers;
        headers.CacheControl = "no-store";
        headers.Pragma = "no-cache";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src {StyleHash}; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'{(formTarget is null ? "" : " " + formTarget)}";
    }

    private static Html LoadStyle()
    {
        using var stream = typeof(Page).Assembly.GetManifestResourceStream("pages.css") ?? throw new InvalidOperationException("The style sheet is missing from the assembly.");
        using var reader = new StreamReader(stream);
        return new Html(reader.ReadToEnd());
    }
}
