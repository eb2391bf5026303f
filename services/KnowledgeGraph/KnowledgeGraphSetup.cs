using Microsoft.Extensions.Diagnostics.HealthChecks;
using Platform.Contracts.Identity;
using Platform.Contracts.Tenancy;
using Platform.Contracts.ThreatIntel;
using Platform.KnowledgeGraph.Actors;
using Platform.KnowledgeGraph.Analytics;
using Platform.KnowledgeGraph.Backups;
using Platform.KnowledgeGraph.Export;
using Platform.KnowledgeGraph.Interactions;
using Platform.KnowledgeGraph.Items;
using Platform.KnowledgeGraph.Nodes;
using Platform.KnowledgeGraph.Overview;
using Platform.KnowledgeGraph.Paths;
using Platform.KnowledgeGraph.Projection;
using Platform.KnowledgeGraph.Query;
using Platform.KnowledgeGraph.Rebuild;
using Platform.KnowledgeGraph.Recommendations;
using Platform.KnowledgeGraph.Relationships;
using Platform.KnowledgeGraph.Repeats;
using Platform.KnowledgeGraph.Search;
using Platform.KnowledgeGraph.Storage;
using Platform.KnowledgeGraph.Tenants;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph;

/// <summary>The service's own parts.</summary>
internal static class KnowledgeGraphSetup
{
    internal const string ServiceName = "knowledgegraph";

    /// <summary>Adds the graph store, the projection of events and the features.</summary>
    public static WebApplicationBuilder AddKnowledgeGraph(this WebApplicationBuilder builder)
    {
        builder.AddGraphStore();
        builder.Services.AddHealthChecks().AddCheck<GraphHealth>("graph", tags: ["ready"]);

        builder.Services.AddSingleton<Ledger>();
        builder.Services.AddSingleton<GraphWriter>();
        builder.Services.AddSingleton<LevelGraphs>();
        builder.Services.AddSingleton<Projector>();
        builder.AddBackupParts();
        builder.Services.AddSingleton<CatalogueBackup>();
        builder.Services.AddSingleton<GraphBackup>();
        builder.Services.AddSingleton<RebuildLedger>();
        builder.Services.AddSingleton<RebuildGraph>();
        builder.AddMessaging(ServiceName, m => m
            .AddBatchConsumer<BackupRequestedConsumer, BackupRequested>(messageLimit: 1)
            .AddBatchConsumer<RestoreRequestedConsumer, RestoreRequested>(messageLimit: 1)
            .AddBatchConsumer<ServiceDefaults.Backups.BackupRemovedConsumer, BackupRemoved>()
            .AddBatchConsumer<TenantCreatedConsumer, TenantCreated>(messageLimit: 8)
            .AddBatchConsumer<TenantDeletedConsumer, TenantDeleted>(messageLimit: 8)
            .AddBatchConsumer<UserDeletedConsumer, UserDeleted>(messageLimit: 8)
            .AddBatchConsumer<ThreatObjectsUpsertedConsumer, ThreatObjectsUpserted>(messageLimit: 8)
            .AddBatchConsumer<RelationshipsUpsertedConsumer, RelationshipsUpserted>(messageLimit: 8)
            .AddBatchConsumer<ThreatObjectsRemovedConsumer, ThreatObjectsRemoved>(messageLimit: 8)
            .AddBatchConsumer<ThreatObjectsExportedConsumer, ThreatObjectsExported>(messageLimit: 8)
            .AddBatchConsumer<ThreatExportCompletedConsumer, ThreatExportCompleted>(messageLimit: 8));

        builder.Services.AddScoped<Creation>();
        builder.Services.AddSingleton<RequestsAtWork>();
        builder.Services.AddScoped<IIdempotency, GraphIdempotency>();
        builder.Services.AddScoped<CallerGraph>();
        builder.Services.AddScoped<SearchNodes>();
        builder.Services.AddScoped<FindSimilar>();
        builder.Services.AddSingleton<EmbeddingsEngine>();
        builder.AddGuardedHttp();
        builder.Services.AddScoped<FindNeighbors>();
        builder.Services.AddSingleton<FindPaths>();
        builder.Services.AddScoped<ReadTimeline>();
        builder.Services.AddScoped<CompareNodes>();
        builder.Services.AddScoped<RunAlgorithm>();
        builder.Services.AddScoped<RunQuery>();
        builder.Services.AddSingleton<QuerySlots>();
        builder.Services.AddScoped<UserContent>();
        builder.Services.AddScoped<WriteNodes>();
        builder.Services.AddScoped<WriteRelationships>();
        builder.AddRecommendations();
        return builder;
    }

    /// <summary>Maps the service's routes.</summary>
    public static IEndpointRouteBuilder MapKnowledgeGraph(this IEndpointRouteBuilder api)
    {
        var graph = api.MapGroup("/knowledge-graph").RequirePermission("read:knowledge_graph").AddEndpointFilter<GraphFaults>();
        graph.MapNodes();
        graph.MapRelationships();
        graph.MapSearch();
        graph.MapPaths();
        graph.MapActors();
        graph.MapAnalytics();
        graph.MapExport();
        graph.MapQuery();
        graph.MapOverview();
        graph.MapRebuilds();
        api.MapItems();
        api.MapInteractions();
        api.MapRecommendations();
        return api;
    }
}

/// <summary>The graph server answers.</summary>
internal sealed class GraphHealth(IGraphStore store) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await store.PingAsync(cancellationToken);
        return HealthCheckResult.Healthy();
    }
}
