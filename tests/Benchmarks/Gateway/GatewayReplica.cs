using Platform.Benchmarks.Running;
using Platform.TestSupport;

namespace Platform.Benchmarks.Gateway;

/// <summary>
/// A second gateway of a running platform, with the first one's environment: the same keys, owners, Redis, broker and
/// journal root. Only one service behind it is not the platform's, but the backend that all proxies share.
/// </summary>
internal static class GatewayReplica
{
    /// <param name="different">Settings that this gateway has of its own.</param>
    public static async Task<(Child Process, Uri Address)> StartAsync(
        PlatformInstance platform, string folder, string name, Uri backend, string token, IReadOnlyDictionary<string, string?> different, CancellationToken ct)
    {
        var settings = new Dictionary<string, string?>(different) { ["services__threatintel__http__0"] = backend.ToString() };
        var (child, address) = await StartAsync(platform, folder, name, settings, ct);
        await child.ReadyAsync(new Uri(address, ProxyPeers.Small), ct, request => request.Headers.Authorization = new("Bearer", token));
        return (child, address);
    }

    /// <summary>One with all of the platform's services behind it.</summary>
    public static async Task<(Child Process, Uri Address)> StartAsync(
        PlatformInstance platform, string folder, string name, IReadOnlyDictionary<string, string?> different, CancellationToken ct)
    {
        var first = await platform.PidOfAsync("gateway");
        var port = Child.FreePort();
        var environment = new Dictionary<string, string?>(ProcessFigures.Environment(first))
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["MANAGEMENT_PORT"] = $"{Child.FreePort()}",
            ["INTERNAL_PORT"] = $"{Child.FreePort()}",
        };
        // DOTNET_PerfMapEnabled=1 and the like, for whoever looks into it.
        foreach (System.Collections.DictionaryEntry own in Environment.GetEnvironmentVariables())
        {
            if (own.Key is string key && key.StartsWith("DOTNET_", StringComparison.Ordinal))
            {
                environment[key] = (string?)own.Value;
            }
        }

        foreach (var (variable, value) in different)
        {
            environment[variable] = value;
        }

        var child = Child.Start(folder, name, ProcessFigures.Command(first), environment, cleanEnvironment: true);
        var address = new Uri($"http://127.0.0.1:{port}");
        await child.ReadyAsync(new Uri(address, "/ready"), ct);
        return (child, address);
    }

    /// <summary>The administrator's access token, with limits that the load stays far below.</summary>
    public static async Task<string> TokenAsync(PlatformInstance platform)
    {
        using var admin = await platform.SignInAdminAsync();
        await admin.RaiseLimitsAsync(Api.DefaultTenant);
        return admin.Http.DefaultRequestHeaders.Authorization!.Parameter!;
    }
}
