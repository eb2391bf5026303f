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
        var (child, address) = await SecondGateway.StartAsync(platform, folder, name, settings, ct);
        await child.ReadyAsync(new Uri(address, ProxyPeers.Small), ct, request => request.Headers.Authorization = new("Bearer", token));
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
