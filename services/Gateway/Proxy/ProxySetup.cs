using System.Globalization;
using System.Net;
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
            .ConfigureHttpClient(static (_, handler) =>
            {
                handler.ConnectTimeout = TimeSpan.FromSeconds(2);
                handler.PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2);
                handler.AutomaticDecompression = DecompressionMethods.None;
                // ServiceCall makes the span, and passes the trace on.
                handler.ActivityHeadersPropagator = null;
            })
            .AddTransforms(static context => context.UseDefaultForwarders = false);
    }

    /// <summary>Maps the routed endpoints with their rules as metadata.</summary>
    public static void MapProxy(this WebApplication app)
    {
        app.MapReverseProxy(static _ => { }).ConfigureEndpoints(static (endpoint, route) =>
            endpoint.WithMetadata(GatewayRoutes.Table[int.Parse(route.RouteId, CultureInfo.InvariantCulture)].Rules));
    }

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
    private static List<ClusterConfig> Clusters(ConfigurationManager configuration, GatewayOptions options)
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

    private static ClusterConfig Cluster(string id, Dictionary<string, DestinationConfig> destinations, TimeSpan silence) => new()
    {
        ClusterId = id,
        Destinations = destinations,
        LoadBalancingPolicy = destinations.Count > 1 ? "PowerOfTwoChoices" : "FirstAlphabetical",
        HttpRequest = new ForwarderRequestConfig { ActivityTimeout = silence, Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower },
    };
}
