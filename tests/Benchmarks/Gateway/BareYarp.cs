using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Platform.Benchmarks.Gateway;

/// <summary>YARP with one route and nothing around it, with the gateway's own proxy settings: what the gateway's chain is held against.</summary>
internal static class BareYarp
{
    public static async Task<int> RunAsync(int port, Uri backend, CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.WebHost.ConfigureKestrel(o => o.AddServerHeader = false);
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = "all", Match = new RouteMatch { Path = "/{**path}" } }],
            [
                new ClusterConfig
                {
                    ClusterId = "all",
                    Destinations = new Dictionary<string, DestinationConfig> { ["0"] = new() { Address = backend.ToString() } },
                    LoadBalancingPolicy = "FirstAlphabetical",
                    HttpRequest = new ForwarderRequestConfig { Version = System.Net.HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower },
                },
            ]).AddTransforms(static context => context.UseDefaultForwarders = false);
        await using var app = builder.Build();
        app.MapReverseProxy(static _ => { });
        await app.StartAsync(ct);
        await app.WaitForShutdownAsync(ct);
        return 0;
    }
}
