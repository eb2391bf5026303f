using System.Net;
using System.Text;
using Platform.Contracts;

namespace Platform.Gateway.Docs;

/// <summary>The gateway's few pages of its own: plain HTML that needs no script.</summary>
internal static class Pages
{
    private const string Style = """
        :root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1rem}
        code{font-family:ui-monospace,monospace;background:color-mix(in srgb,currentColor 10%,transparent);padding:.1em .3em;border-radius:.2em}
        td,th{text-align:left;padding:.2rem 1rem .2rem 0;vertical-align:top}a{color:inherit}
        """;

    public const string ReDoc = """
        <!DOCTYPE html>
        <html lang="en">
        <head><meta charset="utf-8"><title>Platform API</title><meta name="viewport" content="width=device-width, initial-scale=1">
        <style>body{margin:0;padding:0}</style></head>
        <body><redoc spec-url="/api/openapi.json" disable-search="false" hide-logo></redoc><script src="redoc.standalone.js"></script></body>
        </html>
        """;

    public static readonly string Landing = Page("Platform", """
        <h1>Platform</h1>
        <p>Threat intelligence, its knowledge graph, and an agent that answers from both.</p>
        <ul>
        <li><a href="/api/docs">Try the API</a> (Swagger UI)</li>
        <li><a href="/api/redoc">Read the API reference</a> (ReDoc)</li>
        <li><a href="/api/openapi.json">OpenAPI document</a>, also as <a href="/api/openapi.yaml">YAML</a></li>
        <li><a href="/graphql/schema.graphql">GraphQL schema</a> of <code>/graphql</code>, and <a href="/graphql/ui">GraphiQL</a></li>
        <li><a href="/api/docs/errors">Error codes</a></li>
        <li><a href="/health">State of the platform</a></li>
        </ul>
        """);

    public static readonly string Errors = Page("Error codes", ErrorTable());

    /// <summary>The page of one code; the caller knows that it exists.</summary>
    public static string Error(string code)
    {
        var page = ErrorPages.Of(code);
        return Page(code, $"""
            <h1><code>{code}</code></h1>
            <p>HTTP status {ErrorCodes.Statuses[code]}.</p>
            <h2>What it means</h2><p>{WebUtility.HtmlEncode(page.Meaning)}</p>
            <h2>What to do</h2><p>{WebUtility.HtmlEncode(page.Remedy)}</p>
            <p><a href="/api/docs/errors">All error codes</a></p>
            """);
    }

    private static string ErrorTable()
    {
        var rows = new StringBuilder("<h1>Error codes</h1><table><thead><tr><th>Code</th><th>Status</th><th>Meaning</th></tr></thead><tbody>");
        foreach (var (code, status) in ErrorCodes.Statuses.OrderBy(s => s.Value).ThenBy(s => s.Key, StringComparer.Ordinal))
        {
            rows.Append($"<tr><td><a href=\"/api/docs/errors/{code}\"><code>{code}</code></a></td><td>{status}</td><td>{WebUtility.HtmlEncode(ErrorPages.Of(code).Meaning)}</td></tr>");
        }

        return rows.Append("</tbody></table>").ToString();
    }

    private static string Page(string title, string body) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head><meta charset="utf-8"><title>{title}</title><meta name="viewport" content="width=device-width, initial-scale=1"><style>{Style}</style></head>
        <body><main>{body}</main></body>
        </html>
        """;
}
