using System.Collections.Frozen;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aspire.Hosting.Local.Dashboard;

/// <summary>The page under each of its addresses, and its files, out of the assembly.</summary>
internal static class DashboardPages
{
    private static readonly string[] Addresses = ["/", "/graph", "/console/{**rest}", "/logs", "/traces/{**rest}", "/metrics/{**rest}"];

    public static void MapDashboardPages(this WebApplication app)
    {
        foreach (var address in Addresses)
        {
            app.MapGet(address, () => Results.Bytes(Assets.Files["index.html"], Assets.TypeOf("index.html")));
        }

        // Where browsers look before they have read a page.
        app.MapGet("/favicon.ico", () => Results.Bytes(Assets.Files["icon.svg"], Assets.TypeOf("icon.svg")));
        app.MapGet("/{file}", (string file) => Assets.Files.TryGetValue(file, out var content) ? Results.Bytes(content, Assets.TypeOf(file)) : Results.NotFound());
    }
}

/// <summary>The embedded files by name.</summary>
internal static class Assets
{
    private const string Prefix = "dashboard/";

    public static readonly FrozenDictionary<string, byte[]> Files = typeof(Assets).Assembly.GetManifestResourceNames()
        .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(n => n[Prefix.Length..], Read, StringComparer.Ordinal);

    public static string TypeOf(string file) => Path.GetExtension(file) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        _ => "image/svg+xml",
    };

    private static byte[] Read(string name)
    {
        using var stream = typeof(Assets).Assembly.GetManifestResourceStream(name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
