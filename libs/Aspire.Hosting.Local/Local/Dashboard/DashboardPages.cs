using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aspire.Hosting.Local.Dashboard;

/// <summary>The page and its two files, out of the assembly.</summary>
internal static class DashboardPages
{
    public static void MapDashboardPages(this WebApplication app)
    {
        app.MapGet("/", () => Results.Text(Assets.Read("index.html"), "text/html; charset=utf-8"));
        app.MapGet("/app.css", () => Results.Text(Assets.Read("app.css"), "text/css; charset=utf-8"));
        app.MapGet("/app.js", () => Results.Text(Assets.Read("app.js"), "text/javascript; charset=utf-8"));
        app.MapGet("/icon.svg", () => Results.Text(Assets.Read("icon.svg"), "image/svg+xml"));
    }
}

internal static class Assets
{
    public static string Read(string name)
    {
        using var stream = typeof(Assets).Assembly.GetManifestResourceStream($"dashboard/{name}")
            ?? throw new InvalidOperationException($"The asset '{name}' is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
