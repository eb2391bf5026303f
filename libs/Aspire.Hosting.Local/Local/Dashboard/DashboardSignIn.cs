using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Local.Dashboard;

/// <summary>
/// <c>/login?t=TOKEN</c> turns the token into a cookie; a program may send it as bearer token instead. Everything else but the
/// icon is 401 without one of them.
/// </summary>
internal static class DashboardSignIn
{
    public static void UseDashboardSignIn(this WebApplication app)
    {
        var address = app.Services.GetRequiredService<DashboardAddress>();
        // Cookies know no ports: the name keeps the dashboards of several platforms apart.
        var cookie = $"dashboard_{address.Url.Port}";
        var session = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(address.Token), "dashboard session"u8));
        app.Use(async (context, next) =>
        {
            var request = context.Request;
            if (request.Path == "/login")
            {
                var token = HttpMethods.IsPost(request.Method) && request.HasFormContentType
                    ? (await request.ReadFormAsync(context.RequestAborted))["t"].ToString()
                    : request.Query["t"].ToString();
                if (Same(token, address.Token))
                {
                    context.Response.Cookies.Append(cookie, session, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/" });
                    await LandAsync(context);
                    return;
                }

                await RefuseAsync(context, wrong: token.Length > 0);
                return;
            }

            var bearer = request.Headers.Authorization.ToString();
            if (request.Path == "/icon.svg" || request.Path == "/favicon.ico"
                || Same(request.Cookies[cookie], session)
                || (bearer.StartsWith("Bearer ", StringComparison.Ordinal) && Same(bearer["Bearer ".Length..], address.Token)))
            {
                await next(context);
                return;
            }

            await RefuseAsync(context, wrong: false);
        });
    }

    // A redirect from another site's link would not carry a strict cookie; a page that goes on by itself does.
    private static Task LandAsync(HttpContext context)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(
            "<!doctype html><meta charset=utf-8><meta http-equiv=refresh content=\"0;url=/\"><title>Signed in</title><a href=/>Go on</a>",
            context.RequestAborted);
    }

    private static async Task RefuseAsync(HttpContext context, bool wrong)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = "Bearer realm=\"dashboard\"";
        if (context.Request.GetTypedHeaders().Accept.Any(a => a.MediaType == "text/html"))
        {
            // The style of the page is not public either, so it brings its own, allowed by its hash.
            var page = Encoding.UTF8.GetString(Assets.Files["login.html"]).Replace(
                "<!--wrong-->", wrong ? "<p role=alert>That token is not the one of this run.</p>" : "", StringComparison.Ordinal);
            var from = page.IndexOf("<style>", StringComparison.Ordinal) + "<style>".Length;
            var style = page[from..page.IndexOf("</style>", StringComparison.Ordinal)];
            context.Response.Headers.ContentSecurityPolicy =
                $"default-src 'none'; img-src 'self'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'; form-action 'self'; frame-ancestors 'none'";
            context.Response.ContentType = "text/html; charset=utf-8";
            await context.Response.WriteAsync(page, context.RequestAborted);
        }
    }

    private static bool Same(string? given, string expected)
        => given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));
}
