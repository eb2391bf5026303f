using Microsoft.AspNetCore.Http.HttpResults;
using Platform.KnowledgeGraph.Projection;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Overview;

/// <summary>What the graph is made of.</summary>
internal static class OverviewEndpoints
{
    public static IEndpointRouteBuilder MapOverview(this IEndpointRouteBuilder api)
    {
        api.MapGet("/schema", GetSchema).WithTags("Knowledge graph");
        api.MapGet("/stats", GetStats).WithTags("Knowledge graph");
        return api;
    }

    /// <summary>For services that keep something of the graph; the gateway never routes it.</summary>
    public static IEndpointRouteBuilder MapGraphVersion(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/internal/graph/version", GetVersion).RequirePermission("read:knowledge_graph").ExcludeFromDescription().AddEndpointFilter<GraphFaults>();
        return routes;
    }

    private static async Task<Ok<GraphVersionAnswer>> GetVersion(CallContext call, Ledger ledger, CancellationToken ct) =>
        TypedResults.Ok(new GraphVersionAnswer(await ledger.VersionAsync(call.TenantId, ct)));

    /// <summary>Labels, relationship types and property keys that occur, with their counts.</summary>
    private static async Task<Ok<GraphSchemaAnswer>> GetSchema(CallerGraph graph, IGraphStore store, CancellationToken ct)
    {
        var summary = await store.SummarizeAsync(await graph.KeyAsync(ct), ct);
        return TypedResults.Ok(new GraphSchemaAnswer(
            summary.Labels.Select(l => new LabelCount(l.Name, l.Count)).ToArray(),
            summary.Types.Select(t => new TypeCount(t.Name, t.Count)).ToArray(),
            summary.PropertyKeys));
    }

    /// <summary>How much there is, and how far the graph is behind ThreatIntel.</summary>
    private static async Task<Ok<GraphStatsAnswer>> GetStats(
        CallContext call, LevelGraphs graphs, Ledger ledger, CallerGraph graph, IGraphStore store, CancellationToken ct)
    {
        var summary = await store.SummarizeAsync(await graph.KeyAsync(ct), ct);
        var level = (await graphs.ForReaderAsync(call.TenantId, call.Clearance, ct))?.Level;
        var lag = level is { } known ? await ledger.LagAsync(call.TenantId, known, ct) : (null, null, 0);
        return TypedResults.Ok(new GraphStatsAnswer(
            summary.Nodes,
            summary.Relationships,
            summary.Labels.ToDictionary(l => l.Name, l => l.Count),
            summary.Types.ToDictionary(t => t.Name, t => t.Count),
            new LagAnswer(
                lag.OccurredAt,
                lag.AppliedAt,
                lag is ({ } occurred, { } applied, _) ? Math.Max(0, (long)(applied - occurred).TotalMilliseconds) : null,
                lag.Waiting)));
    }
}

/// <summary>Another text after every change of the graph; null before the first.</summary>
internal sealed record GraphVersionAnswer(string? Version);

/// <summary>What occurs in the graph.</summary>
internal sealed record GraphSchemaAnswer(IReadOnlyList<LabelCount> Labels, IReadOnlyList<TypeCount> RelationshipTypes, IReadOnlyList<string> PropertyKeys);

/// <summary>A label and how many nodes have it.</summary>
internal sealed record LabelCount(string Label, long Count);

/// <summary>A relationship type and how many relationships have it.</summary>
internal sealed record TypeCount(string Type, long Count);

/// <summary>How much there is.</summary>
internal sealed record GraphStatsAnswer(
    long Nodes, long Relationships, IReadOnlyDictionary<string, long> Labels, IReadOnlyDictionary<string, long> RelationshipTypes, LagAnswer Lag);

/// <summary>How far the graph is behind ThreatIntel.</summary>
/// <param name="LastEventAt">When the newest change that the graph holds was made.</param>
/// <param name="LastAppliedAt">When the graph got it.</param>
/// <param name="Milliseconds">The time between the two.</param>
/// <param name="WaitingRelationships">Relationships of which an end has not come.</param>
internal sealed record LagAnswer(DateTimeOffset? LastEventAt, DateTimeOffset? LastAppliedAt, long? Milliseconds, long WaitingRelationships);
