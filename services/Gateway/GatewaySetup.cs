using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Platform.Gateway.Audit;
using Platform.Gateway.Authentication;
using Platform.Gateway.Batch;
using Platform.Gateway.Caching;
using Platform.Gateway.Docs;
using Platform.Gateway.GraphQL;
using Platform.Gateway.Health;
using Platform.Gateway.Limits;
using Platform.Gateway.Pipeline;
using Platform.Gateway.Protection;
using Platform.Gateway.Proxy;
using Platform.Gateway.Revocation;
using Platform.Gateway.Signatures;
using Platform.Gateway.Streaming;
using Platform.Gateway.Tenants;
using Platform.Gateway.Tokens;
using Platform.Gateway.Usage;
using Platform.ServiceDefaults;

namespace Platform.Gateway;

/// <summary>The gateway, put together.</summary>
internal static class GatewaySetup
{
    public static WebApplicationBuilder AddGateway(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<GatewayOptions>()
            .BindConfiguration(GatewayOptions.Section)
            .ValidateDataAnnotations()
            .Validate(o => o.HasValidOrigins(), "Gateway:CorsOrigins must be origins such as https://app.example, without path or wildcard.")
            .ValidateOnStart();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.AddTelemetry("gateway", isEdge: true);
        builder.AddManagementPort();
        builder.AddGatewayHealth();
        builder.Services.ConfigureHttpJsonOptions(o => Json.Configure(o.SerializerOptions));
        builder.Services.Configure<KestrelServerOptions>(Limit);
        builder.AddListeners();
        builder.AddInternalApi();
        builder.AddInternalListener();
        builder.AddProxy();
        Compression.Add(builder.Services);
        builder.AddCors();

        builder.Services.AddSingleton<InternalKeyring>();
        builder.Services.AddSingleton<InternalTokenIssuer>();
        builder.Services.AddSingleton<SigningKeys>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SigningKeys>());
        builder.Services.AddSingleton<TokenVerifier>();
        builder.Services.AddSingleton<PossessionCheck>();
        builder.Services.AddSingleton<UsedOnce>();
        builder.Services.AddSingleton<KeyResolver>();
        builder.Services.AddSingleton<ClientResolver>();
        builder.Services.AddSingleton<RequestSignatures>();
        builder.Services.AddSingleton<SessionChecks>();
        builder.Services.AddSingleton<TenantStates>();
        builder.Services.AddSingleton<Revocations>();
        builder.AddRevocationFeed();
        builder.Services.AddSingleton<AuditRecorder>();
        builder.Services.AddSingleton<RefusalAudit>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RefusalAudit>());
        builder.AddLimits();
        builder.AddResponseCache();
        builder.AddProtection();
        builder.AddStreams();
        builder.AddUsage();
        builder.Services.AddSingleton<OpenApiDocuments>();
        builder.Services.AddSingleton<TrafficFigures>();
        builder.Services.AddSingleton<InnerCalls>();
        builder.Services.AddSingleton<RunBatch>();
        builder.AddGraphQL();
        builder.TellSeedCircuits();
        return builder;
    }

    /// <summary>The pipeline, in the order in which a request passes it.</summary>
    public static WebApplication UseGateway(this WebApplication app)
    {
        app.UseInternalListener();
        app.UseHttpSpanTags();
        app.UseRequestId();
        app.UseMiddleware<RequestEdge>();
        app.Use(app.Services.GetRequiredService<InnerCalls>().From);
        app.UseFaults();
        app.UseDocsPages();
        app.UseRouting();
        app.UseCors();
        app.UseMiddleware<RouteAdmission>();
        app.UseResponseCompression();
        app.UseMiddleware<ClientAuthentication>();
        app.UseMiddleware<UsageRecording>();
        app.UseMiddleware<TenantGate>();
        app.UseMiddleware<RateLimiting>();
        app.UseMiddleware<ResponseCaching>();
        app.UseMiddleware<Forwarding>();
        app.UseGraphQLSockets();
        return app;
    }

    public static WebApplication MapGateway(this WebApplication app)
    {
        app.MapGatewayHealth();
        app.MapMetrics();
        app.MapDocs();
        app.MapVersions(api =>
        {
            api.MapBatch();
            api.MapSecurity();
        });
        app.MapStreams();
        app.MapGraphQL();
        app.MapProxy();
        return app;
    }

    private static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowResponseHeaderCompression = true;
        kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 100;
        kestrel.Limits.MaxRequestLineSize = 8 * 1024;
        kestrel.Limits.MaxRequestBodySize = RouteRules.OrdinaryBody;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        kestrel.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        kestrel.Limits.Http2.MaxStreamsPerConnection = 100;
    }

    private static void AddListeners(this WebApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(GatewayOptions.Section).Get<GatewayOptions>() ?? new GatewayOptions();
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.Limits.MaxConcurrentConnections = options.MostConnections;
            kestrel.Limits.MaxConcurrentUpgradedConnections = options.MostConnections;
            kestrel.ConfigureEndpointDefaults(endpoint =>
            {
                var traffic = endpoint.ApplicationServices.GetRequiredService<TrafficFigures>();
                endpoint.Use(next => connection => traffic.CountAsync(connection, next));
                if (options.Http2Port > 0 && endpoint.IPEndPoint?.Port == options.Http2Port)
                {
                    endpoint.Protocols = HttpProtocols.Http2;
                }
            });
        });
        if (options.Http2Port > 0)
        {
            var addresses = (builder.WebHost.GetSetting(WebHostDefaults.ServerUrlsKey) ?? "http://localhost:5000").Split(';', StringSplitOptions.RemoveEmptyEntries);
            builder.WebHost.UseUrls([.. addresses, new UriBuilder(addresses[0].Replace("*", "0.0.0.0", StringComparison.Ordinal).Replace("+", "0.0.0.0", StringComparison.Ordinal)) { Port = options.Http2Port }.Uri.GetLeftPart(UriPartial.Authority)]);
        }
    }

    private static void AddInternalApi(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<InternalApi>();
        foreach (var service in Upstreams.All)
        {
            builder.AddServiceClient(service, o =>
            {
                // A request waits for these answers, so they are soon or not at all.
                o.TotalTimeout = TimeSpan.FromSeconds(5);
                o.AttemptTimeout = TimeSpan.FromSeconds(2);
                o.Retries = 1;
            });
        }

        builder.Logging.AddFilter("Yarp", LogLevel.Warning);
    }

    private static void AddRevocationFeed(this WebApplicationBuilder builder)
    {
        var instance = new GatewayInstance(Guid.CreateVersion7().ToString("N"));
        builder.Services.AddSingleton(instance);
        builder.Services.AddSingleton<FeedState>();
        builder.Services.AddSingleton<OpenStreams>();
        builder.Services.AddHostedService<FeedPulse>();
        builder.AddMessaging("gateway", consumers => consumers
            .AddInstanceConsumer<RevocationConsumer>(instance.Id)
            .AddSharedConsumer<StreamedChangesConsumer>());
    }

    private static void AddLimits(this WebApplicationBuilder builder)
    {
        builder.AddRedisClient(RateLimiter.Store);
        builder.Services.AddSingleton<LocalLimiter>();
        builder.Services.AddSingleton<RateLimiter>();
        builder.Services.AddSingleton<LimitPlans>();
        builder.Services.AddSingleton<LimitFigures>();
    }

    private static void AddProtection(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ProtectionOptions>().BindConfiguration(ProtectionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<Blocks>();
        builder.Services.AddSingleton<SecurityEvents>();
        builder.Services.AddSingleton<ThreatGuard>();
        builder.Services.AddSingleton<Countries>();
        builder.Services.AddSingleton<KnownBad>();
        builder.Services.AddHostedService(services => services.GetRequiredService<KnownBad>());
        builder.AddValidators(typeof(GatewaySetup).Assembly);
    }

    private static void AddStreams(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<StreamLog>();
        builder.Services.AddSingleton<StreamHub>();
        builder.Services.AddSingleton<StreamAdmission>();
        builder.Services.AddSingleton<SocketSession>();
        builder.Services.AddSingleton<ChangeFeed>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ChangeFeed>());
    }

    private static void AddResponseCache(this WebApplicationBuilder builder)
    {
        builder.AddRedisClient(AnswerStore.Name);
        builder.Services.AddSingleton<CachePurges>();
        builder.Services.AddSingleton<AnswerStore>();
    }

    private static void AddUsage(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<UsageOptions>().BindConfiguration(UsageOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<UsageJournal>();
        builder.Services.AddHostedService<UsageShipper>();
    }

    private static void AddCors(this WebApplicationBuilder builder)
    {
        var origins = builder.Configuration.GetSection($"{GatewayOptions.Section}:CorsOrigins").Get<string[]>() ?? [];
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins(origins)
            .AllowCredentials()
            .WithMethods("GET", "POST", "PUT", "PATCH", "DELETE")
            .WithHeaders("Authorization", "DPoP", "X-API-Key", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "X-Request-ID", "traceparent", "Last-Event-ID")
            .WithExposedHeaders("X-Request-ID", "X-Trace-ID", "ETag", "Location", "Link", "Retry-After", "RateLimit", "RateLimit-Policy", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Deprecation", "Sunset")
            .SetPreflightMaxAge(TimeSpan.FromMinutes(10))));
    }
}
