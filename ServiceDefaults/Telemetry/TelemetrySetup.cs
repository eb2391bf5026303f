using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Platform.ServiceDefaults.Telemetry;
using Prometheus.TextFormat;

namespace Platform.ServiceDefaults;

/// <summary>Traces, metrics and logs of a service, by OpenTelemetry.</summary>
public static class TelemetrySetup
{
    /// <summary>
    /// Registers the three signals. They leave the process over OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set
    /// (<c>OTEL_EXPORTER_OTLP_PROTOCOL</c>: <c>http/protobuf</c>, the default here, or <c>grpc</c>;
    /// <c>OTEL_EXPORTER_OTLP_HEADERS</c> as in the OTLP exporter specification); otherwise nothing is exported. With
    /// <c>OTEL_SDK_DISABLED=true</c> nothing is recorded either, and <c>/metrics</c> is 404.
    /// </summary>
    /// <param name="builder">The application being built.</param>
    /// <param name="serviceName">The resource attribute <c>service.name</c> unless <c>OTEL_SERVICE_NAME</c> says otherwise.</param>
    /// <param name="isEdge">Requests come from outside, so that callers have no say in how much is recorded.</param>
    public static TBuilder AddTelemetry<TBuilder>(this TBuilder builder, string serviceName, bool isEdge = false)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddOptions<TelemetryOptions>()
            .BindConfiguration("Telemetry")
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.TryAddSingleton<ApiMetrics>();
        builder.Services.TryAddSingleton<RequestObserver>();
        builder.Services.TryAddSingleton<CacheFigures>();
        builder.Services.TryAddSingleton<DiskFigures>();
        ScrubConsole(builder.Logging, builder.Configuration);
        Unburden(builder.Logging, builder.Configuration);
        Quieten(builder.Logging, builder.Configuration);
        if (!builder.Configuration.GetValue("OTEL_SDK_DISABLED", false))
        {
            builder.AddSignals(serviceName, isEdge);
        }

        return builder;
    }

    private static void AddSignals<TBuilder>(this TBuilder builder, string serviceName, bool isEdge)
        where TBuilder : IHostApplicationBuilder
    {
        var endpoint = builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"];
        var exports = !string.IsNullOrWhiteSpace(endpoint);
        builder.Services.TryAddSingleton<PrometheusReader>();
        var telemetry = new TelemetryBuilder(builder.Services)
            .ConfigureResource(resource => Describe(resource, serviceName))
            .WithTracing(tracing => tracing
                .AddSource(SignalSources.Activities)
                .SetSampler(services => SamplerChoice.From(
                    builder.Configuration, services.GetRequiredService<IOptions<TelemetryOptions>>().Value, exports, isEdge))
                .AddProcessor(new ReturnedMessages())
                .AddProcessor(new SpanScrubber()))
            .WithMetrics(metrics => metrics
                .AddMeter(SignalSources.Meters)
                .AddView(MetricViews.Of)
                .AddReader(services => services.GetRequiredService<PrometheusReader>()))
            .WithLogging(
                logging => logging.AddProcessor(new LogScrubber()),
                options =>
                {
                    options.IncludeFormattedMessage = true;
                    // Scopes reach the exporter past every processor, so nothing could be scrubbed from them.
                    options.IncludeScopes = false;
                });
        if (exports)
        {
            telemetry.UseOtlpExporter(Protocol(builder.Configuration), new Uri(endpoint!));
        }

        builder.Services.AddHostedService<TelemetryStarter>();
    }

    /// <summary>The version of the running program, without the source revision.</summary>
    public static string ServiceVersion { get; } =
        (Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0")
        .Split('+')[0];

    private static void Describe(ResourceBuilder resource, string serviceName) => resource
        .AddService(serviceName, serviceNamespace: "platform", serviceVersion: ServiceVersion)
        // Last, so that what the operator sets wins over what the code knows.
        .AddEnvironmentVariableDetector();

    private static void ScrubConsole(ILoggingBuilder logging, IConfiguration configuration)
    {
        logging.Services.TryAddSingleton(TimeProvider.System);
        logging.AddConsoleFormatter<ScrubbedConsoleFormatter, ConsoleFormatterOptions>();
        if (configuration["Logging:Console:FormatterName"] is null or "" or ConsoleFormatterNames.Simple)
        {
            logging.Services.PostConfigure<ConsoleLoggerOptions>(o => o.FormatterName = ScrubbedConsoleFormatter.FormatterName);
        }
    }

    // A console that is read slowly must not hold up requests, so lines are dropped instead; and one line a request is
    // for the log store. Both are the operator's to change.
    private static void Unburden(ILoggingBuilder logging, IConfiguration configuration)
    {
        if (configuration["Logging:Console:QueueFullMode"] is null)
        {
            logging.Services.PostConfigure<ConsoleLoggerOptions>(o => o.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite);
        }

        if (configuration[$"Logging:Console:LogLevel:{RequestObserver.Category}"] is null)
        {
            logging.AddFilter<ConsoleLoggerProvider>(RequestObserver.Category, LogLevel.Warning);
        }
    }

    // Their information-level lines are a second account of what spans tell, and some hold query strings and SQL.
    // A level that the configuration names stays the operator's.
    private static void Quieten(ILoggingBuilder logging, IConfiguration configuration)
    {
        foreach (var category in new[] { "Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "Npgsql", "System.Net.Http.HttpClient" })
        {
            if (configuration[$"Logging:LogLevel:{category}"] is null)
            {
                logging.AddFilter(category, LogLevel.Warning);
            }
        }
    }

    private static OtlpExportProtocol Protocol(IConfiguration configuration) =>
        configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] switch
        {
            null or "" or "http/protobuf" => OtlpExportProtocol.HttpProtobuf,
            "grpc" => OtlpExportProtocol.Grpc,
            var other => throw new InvalidOperationException(
                $"OTEL_EXPORTER_OTLP_PROTOCOL is '{other}'; it must be 'http/protobuf' or 'grpc'."),
        };

    /// <summary>What OpenTelemetry.Extensions.Hosting would bring: the door to the SDK's builder extensions.</summary>
    private sealed class TelemetryBuilder(IServiceCollection services) : IOpenTelemetryBuilder
    {
        public IServiceCollection Services { get; } = services;
    }
}
