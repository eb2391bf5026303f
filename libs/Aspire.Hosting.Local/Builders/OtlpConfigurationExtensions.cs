using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local;
using Aspire.Hosting.Local.Dashboard;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

public enum OtlpProtocol
{
    Grpc = 0,
    HttpProtobuf = 1,
}

public static class OtlpConfigurationExtensions
{
    /// <summary>Sends the resource's telemetry to the dashboard, or to <c>ASPIRE_DASHBOARD_OTLP_(HTTP_)ENDPOINT_URL</c>.</summary>
    public static IResourceBuilder<T> WithOtlpExporter<T>(this IResourceBuilder<T> builder) where T : IResourceWithEnvironment
        => builder.AddVariables(null);

    public static IResourceBuilder<T> WithOtlpExporter<T>(this IResourceBuilder<T> builder, OtlpProtocol protocol) where T : IResourceWithEnvironment
        => builder.AddVariables(protocol);

    private static IResourceBuilder<T> AddVariables<T>(this IResourceBuilder<T> builder, OtlpProtocol? protocol) where T : IResourceWithEnvironment
    {
        var configuration = builder.ApplicationBuilder.Configuration;
        var development = builder.ApplicationBuilder.Environment.IsDevelopment();
        var dashboard = (builder.ApplicationBuilder as DistributedApplicationBuilder)?.Dashboard;
        return builder.WithEnvironment(context =>
        {
            if (configuration["OTEL_SDK_DISABLED"] == "true" || Target.Choose(configuration, dashboard, protocol) is not { } target)
            {
                return;
            }

            var variables = context.EnvironmentVariables;
            variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = target.Endpoint;
            variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = target.Protocol;
            variables["OTEL_SERVICE_NAME"] = context.Resource.Name;
            variables["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={Guid.NewGuid():N}";
            if (target.Key is { Length: > 0 } key)
            {
                variables["OTEL_EXPORTER_OTLP_HEADERS"] = new SecretText($"x-otlp-api-key={key}");
            }

            if (development || target.IsDashboard)
            {
                // Whoever looks on wants to see it now; what the AppHost's own environment says is passed on as it is.
                void Prefer(string name, string value)
                {
                    if (configuration[name] is null)
                    {
                        variables[name] = value;
                    }
                }

                Prefer("OTEL_BLRP_SCHEDULE_DELAY", "1000");
                Prefer("OTEL_BSP_SCHEDULE_DELAY", "1000");
                Prefer("OTEL_METRIC_EXPORT_INTERVAL", development ? "1000" : "5000");
                Prefer("OTEL_METRICS_EXEMPLAR_FILTER", "trace_based");
            }

            if (development)
            {
                variables["OTEL_TRACES_SAMPLER"] = "always_on";
            }
        });
    }

    /// <summary>Where telemetry goes: to the collector that the settings name, else to the dashboard.</summary>
    private sealed record Target(string Endpoint, string Protocol, string? Key, bool IsDashboard)
    {
        private const string Grpc = "grpc";
        private const string Http = "http/protobuf";

        public static Target? Choose(ConfigurationManager configuration, DashboardAddress? dashboard, OtlpProtocol? protocol)
        {
            var grpc = configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"];
            var http = configuration["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"];
            if (string.IsNullOrEmpty(grpc) && string.IsNullOrEmpty(http))
            {
                return dashboard is not { IsServed: true } ? null
                    : protocol == OtlpProtocol.Grpc ? new Target(Address(dashboard.OtlpGrpc), Grpc, dashboard.OtlpKey, true)
                    : new Target(Address(dashboard.OtlpHttp), Http, dashboard.OtlpKey, true);
            }

            var useGrpc = protocol == OtlpProtocol.Grpc || (protocol is null && string.IsNullOrEmpty(http));
            var endpoint = (useGrpc ? grpc : http) ?? http ?? grpc!;
            return new Target(endpoint, endpoint == grpc ? Grpc : Http, configuration[DashboardAddress.OtlpKeySetting], false);
        }

        private static string Address(Uri uri) => uri.GetLeftPart(UriPartial.Authority);
    }
}
