using Platform.Contracts.KnowledgeGraph;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Analytics;
using Platform.ThreatIntel.Assets;
using Platform.ThreatIntel.Attack;
using Platform.ThreatIntel.Campaigns;
using Platform.ThreatIntel.Exports;
using Platform.ThreatIntel.Feeds;
using Platform.ThreatIntel.Formats;
using Platform.ThreatIntel.Imports;
using Platform.ThreatIntel.Incidents;
using Platform.ThreatIntel.Indicators;
using Platform.ThreatIntel.Lifecycle;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Relationships;
using Platform.ThreatIntel.Sample;
using Platform.ThreatIntel.Storage;
using Platform.ThreatIntel.Taxii;
using Platform.ThreatIntel.Tenants;
using Platform.ThreatIntel.ThreatActors;

namespace Platform.ThreatIntel;

/// <summary>The service's own parts.</summary>
internal static class ThreatIntelSetup
{
    public const string ServiceName = "threatintel";

    /// <summary>Adds database, messaging, imports and options.</summary>
    public static IHostApplicationBuilder AddThreatIntel(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<ThreatIntelOptions>()
            .BindConfiguration(ThreatIntelOptions.Section)
            .Validate(o => o.ImportBatchSize is >= 1 and <= 20_000, "ThreatIntel:ImportBatchSize must be from 1 to 20000.")
            .Validate(o => o.ImportWorkers is >= 1 and <= 16, "ThreatIntel:ImportWorkers must be from 1 to 16.")
            .Validate(o => o.MaxImportBytes is >= 1_024 and <= 1L << 30, "ThreatIntel:MaxImportBytes must be from 1024 to 1073741824.")
            .Validate(o => o.ExpiryInterval >= TimeSpan.FromMilliseconds(100) && o.ExpiryInterval <= TimeSpan.FromDays(1), "ThreatIntel:ExpiryInterval must be from 100 ms to 1 day.")
            .Validate(o => o.FeedInterval >= TimeSpan.FromMilliseconds(100) && o.FeedInterval <= TimeSpan.FromHours(1), "ThreatIntel:FeedInterval must be from 100 ms to 1 hour.")
            .Validate(o => o.FeedRetryDelay >= TimeSpan.Zero && o.FeedRetryDelay <= TimeSpan.FromSeconds(30), "ThreatIntel:FeedRetryDelay must be from 0 to 30 seconds.")
            .ValidateOnStart();
        builder.AddNpgsqlDbContext<ThreatIntelDb>("threatinteldb");
        builder.AddMessaging<ThreatIntelDb>(ServiceName, consumers => consumers
            .AddBatchConsumer<TenantCreatedConsumer, TenantCreated>()
            .AddBatchConsumer<TenantDeletedConsumer, TenantDeleted>()
            .AddBatchConsumer<GraphRebuildRequestedConsumer, GraphRebuildRequested>(messageLimit: 1)
            .AddBackups());
        builder.AddBackups();
        builder.Services.AddScoped<ObjectWriter>();
        builder.Services.AddScoped<ChangeObject>();
        builder.Services.AddScoped<ReadObject>();
        builder.Services.AddScoped<VisibleRefs>();
        builder.Services.AddScoped<ReadManyObjects>();
        builder.Services.AddScoped<ObserveEvents>();
        builder.Services.AddScoped<LastSightings>();
        builder.Services.AddScoped<ReadRelationshipsOf>();
        builder.Services.AddScoped<ShowIndicators>();
        builder.Services.AddScoped<LookUpValues>();
        builder.Services.AddScoped<SearchIndicators>();
        builder.Services.AddScoped<AddTaxiiObjects>();
        builder.Services.AddScoped<DeleteTaxiiObject>();
        builder.Services.AddScoped<ReceiveImport>();
        builder.Services.AddScoped<SettleVersions>();
        builder.Services.AddScoped<ForeignFormat>();
        builder.Services.AddScoped<MostLinked>();
        builder.Services.AddScoped<ReadTop>();
        builder.AddGuardedHttp();
        builder.Services.AddSingleton<FeedVault>();
        builder.Services.AddSingleton<FeedHttp>();
        builder.Services.AddSingleton<FeedSignal>();
        builder.Services.AddSingleton<PollFeed>();
        builder.Services.AddScoped<ReadTaxiiFeed>();
        builder.Services.AddScoped<ReadDocumentFeed>();
        builder.Services.AddScoped<ReadMispFeed>();
        builder.Services.AddSingleton<ImportSpool>();
        builder.Services.AddSingleton<ImportQueue>();
        builder.Services.AddSingleton<ImportRunner>();
        builder.Services.AddHostedService<ImportWorker>();
        builder.Services.AddHostedService<ExpiryWorker>();
        builder.Services.AddHostedService<FeedWorker>();
        builder.Services.AddHostedService<SampleLoader>();
        return builder;
    }

    /// <summary>Maps the service's routes.</summary>
    public static IEndpointRouteBuilder MapThreatIntel(this IEndpointRouteBuilder api)
    {
        api.MapThreatActors();
        api.MapCampaigns();
        api.MapIndicators();
        api.MapIndicatorLifecycle();
        api.MapIndicatorSearch();
        api.MapIndicatorLookup();
        api.MapRelationships();
        api.MapRelationshipsOf();
        api.MapCollections();
        api.MapObjects();
        api.MapManyObjects();
        api.MapIndicatorBulk();
        api.MapImports();
        api.MapFeeds();
        api.MapExports();
        api.MapSavedCollections();
        api.MapAttack();
        api.MapAssets();
        api.MapManyAssets();
        api.MapExposure();
        api.MapIncidents();
        api.MapObservedEvents();
        api.MapAnalytics();
        return api;
    }
}
