using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Platform.Gateway.Proxy;

/// <summary>YARP over the route table.</summary>
internal static class ProxySetup
{
    private const string StreamSuffix = ".streams";

    public static void AddProxy(this WebApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(GatewayOptions.Section).Get<GatewayOptions>() ?? new GatewayOptions();
        builder.Services.AddReverseProxy()
            .LoadFromMemory(Routes(), Clusters(builder.Configuration, options))
            .AddTransforms(static context => context.UseDefaultForwarders = false);
        builder.Services.AddSingleton<IForwarderHttpClientFactory, UpstreamClients>();
        builder.Services.AddHostedService<WarmPools>();
    }

    /// <summary>Maps the routed endpoints with their rules as metadata.</summary>
    public static void MapProxy(this WebApplication app)
    {
        FollowConfiguration(app);
        app.MapReverseProxy(static _ => { }).ConfigureEndpoints(static (endpoint, route) =>
            endpoint.WithMetadata(GatewayRoutes.Table[int.Parse(route.RouteId, CultureInfo.InvariantCulture)].Rules));
    }

    /// <summary>Takes over new addresses of services while requests go on: those under way end where they began.</summary>
    private static void FollowConfiguration(WebApplication app)
    {
        var provider = app.Services.GetRequiredService<InMemoryConfigProvider>();
        var options = app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        var known = Addresses(app.Configuration);
        _ = ChangeToken.OnChange(((IConfiguration)app.Configuration).GetReloadToken, () =>
        {
            var now = Addresses(app.Configuration);
            if (now != known)
            {
                known = now;
                provider.Update(Routes(), Clusters(app.Configuration, options));
            }
        });
    }

    private static string Addresses(IConfiguration configuration) => string.Join(
        '\n', Upstreams.All.SelectMany(s => configuration.GetSection($"services:{s}:http").GetChildren()).Select(static a => $"{a.Path}={a.Value}"));

    private static List<RouteConfig> Routes()
    {
        var routes = new List<RouteConfig>(GatewayRoutes.Table.Count);
        for (var i = 0; i < GatewayRoutes.Table.Count; i++)
        {
            var route = GatewayRoutes.Table[i];
            routes.Add(new RouteConfig
            {
                RouteId = i.ToString(CultureInfo.InvariantCulture),
                ClusterId = Upstreams.All[route.Rules.Service] + (route.Rules.Streams ? StreamSuffix : ""),
                Match = new RouteMatch { Path = route.Pattern, Methods = route.Method is null ? null : [route.Method] },
            });
        }

        return routes;
    }

    /// <summary>Two clusters a service: a stream must never take the connection that a short request waits for.</summary>
    private static List<ClusterConfig> Clusters(IConfiguration configuration, GatewayOptions options)
    {
        var clusters = new List<ClusterConfig>();
        foreach (var service in Upstreams.All)
        {
            var destinations = new Dictionary<string, DestinationConfig>();
            foreach (var address in configuration.GetSection($"services:{service}:http").GetChildren())
            {
                destinations[address.Key] = new DestinationConfig { Address = address.Value! };
            }

            clusters.Add(Cluster(service, destinations, TimeSpan.FromSeconds(options.TimeoutSeconds)));
            clusters.Add(Cluster(service + StreamSuffix, destinations, TimeSpan.FromSeconds(options.StreamIdleSeconds)));
        }

        return clusters;
    }

    /// <summary>Over TLS a service is spoken to in HTTP/2 where it offers that.</summary>
    private static ClusterConfig Cluster(string id, Dictionary<string, DestinationConfig> destinations, TimeSpan silence) => new()
    {
        ClusterId = id,
        Destinations = destinations,
        LoadBalancingPolicy = destinations.Count > 1 ? "PowerOfTwoChoices" : "FirstAlphabetical",
        HttpRequest = new ForwarderRequestConfig { ActivityTimeout = silence, Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher },
    };
}
