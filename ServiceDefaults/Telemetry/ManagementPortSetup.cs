using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Platform.ServiceDefaults.Telemetry;

namespace Platform.ServiceDefaults;

/// <summary>A second listener for what operators and scrapers may see and callers may not.</summary>
public static class ManagementPortSetup
{
    /// <summary>
    /// Lets the process listen on <c>127.0.0.1:MANAGEMENT_PORT</c> besides the addresses it is told (in a container, on
    /// the IP address <c>MANAGEMENT_ADDRESS</c>, which the network must keep from callers). Endpoints marked
    /// <see cref="OnManagementPort"/> answer 404 elsewhere, all the others answer 404 there. Without the setting the
    /// marked ones answer 404 everywhere.
    /// </summary>
    public static WebApplicationBuilder AddManagementPort(this WebApplicationBuilder builder)
    {
        var setting = builder.Configuration["MANAGEMENT_PORT"];
        int? port = null;
        if (!string.IsNullOrWhiteSpace(setting))
        {
            port = int.TryParse(setting, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 65535
                ? number
                : throw new InvalidOperationException($"MANAGEMENT_PORT is '{setting}'; it must be a port number.");
            Listen(builder, port.Value);
        }

        builder.Services.TryAddSingleton(new ManagementPort(port));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, ManagementPortPolicy>());
        return builder;
    }

    /// <summary>Marks endpoints as reachable on the management port only.</summary>
    public static TBuilder OnManagementPort<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(PortRule.ManagementOnly);

    /// <summary>Marks endpoints as reachable on every port, such as the probes.</summary>
    internal static TBuilder OnEveryPort<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(PortRule.Everywhere);

    private static void Listen(WebApplicationBuilder builder, int port)
    {
        var host = builder.Configuration["MANAGEMENT_ADDRESS"];
        if (!IPAddress.TryParse(string.IsNullOrWhiteSpace(host) ? "127.0.0.1" : host, out var ip))
        {
            throw new InvalidOperationException($"MANAGEMENT_ADDRESS is '{host}'; it must be an IP address.");
        }

        var address = $"http://{new IPEndPoint(ip, port)}";
        if (builder.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Any())
        {
            // Named endpoints win over the list of addresses, so this must be one of them.
            builder.Configuration["Kestrel:Endpoints:Management:Url"] = address;
            return;
        }

        var addresses = builder.WebHost.GetSetting(WebHostDefaults.ServerUrlsKey);
        if (string.IsNullOrEmpty(addresses))
        {
            var ports = builder.WebHost.GetSetting(WebHostDefaults.HttpPortsKey);
            addresses = string.IsNullOrEmpty(ports)
                ? "http://localhost:5000"
                : string.Join(';', ports.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(p => $"http://*:{p}"));
        }

        var listed = addresses.Split(';', StringSplitOptions.RemoveEmptyEntries);
        if (!listed.Any(a => a.TrimEnd('/').EndsWith($":{port}", StringComparison.Ordinal)))
        {
            builder.WebHost.UseUrls([.. listed, address]);
        }
    }
}
