using Microsoft.AspNetCore.Http.HttpResults;
using Platform.KnowledgeGraph.Projection;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Export;

/// <summary>Taking the graph out.</summary>
internal static class ExportEndpoints
{
    public static IEndpointRouteBuilder MapExport(this IEndpointRouteBuilder api)
    {
        api.MapGet("/export", Export).WithTags("Knowledge graph").Unwrapped();
        return api;
    }

    /// <summary>
    /// Everything the caller may see, streamed: as GraphML (<c>format=graphml</c>), as Cypher statements that make the graph anew
    /// (<c>format=cypher</c>), or as JSON (<c>format=json</c>, the default). What changes meanwhile may be in it or not.
    /// </summary>
    private static async Task<Results<GraphStream, FaultResult>> Export(CallerGraph graph, LevelGraphs graphs, IGraphStore store, CancellationToken ct, string? format = null)
    {
        IExportFormat? writer = format switch
        {
            null or "" or "json" => new JsonFormat(),
            "graphml" => new GraphMlFormat(),
            "cypher" => new CypherFormat(),
            _ => null,
        };
        if (writer is null)
        {
            return Faults.Invalid("format", "must be one of graphml, cypher, json");
        }

        var key = await graph.KeyAsync(ct);
        return new GraphStream(graphs, key, await store.SummarizeAsync(key, ct), writer);
    }
}
