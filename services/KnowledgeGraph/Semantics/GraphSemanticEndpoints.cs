using Microsoft.AspNetCore.Http.HttpResults;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Semantics;

/// <summary>
/// What Agent asks of the graph: its semantic model, and the result of a plan over it, with the caller's permission and on
/// the graph of their clearance. The gateway never routes these.
/// </summary>
internal static class GraphSemanticEndpoints
{
    private const string Permission = "read:knowledge_graph";
    private static readonly ReadLimits Limits = new(TimeSpan.FromSeconds(5), MaxBytes: 16 * 1024 * 1024, FromUser: true);

    public static IEndpointRouteBuilder MapGraphSemantics(this IEndpointRouteBuilder routes)
    {
        var model = GraphModel.Shipped();
        var group = routes.MapGroup("/internal/semantic").RequireAuthorization().ExcludeFromDescription().AddEndpointFilter<GraphFaults>();
        group.MapGet("/models", (CallContext call) => TypedResults.Ok(call.IsAllowed(Permission) ? model.Show() : new SemanticModelView(model.Version, [])));
        group.MapPost("/query", (Body<SemanticPlan> body, CallerGraph graph, IGraphStore store, CallContext call, CancellationToken ct) => QueryAsync(model, body.Value, graph, store, call, ct));
        return routes;
    }

    private static async Task<Results<Ok<SemanticResult>, FaultResult>> QueryAsync(
        GraphModel model, SemanticPlan plan, CallerGraph graph, IGraphStore store, CallContext call, CancellationToken ct)
    {
        if (!call.IsAllowed(Permission))
        {
            return Faults.Forbidden();
        }

        var compiled = CompileGraphPlan.Run(model, plan);
        var answer = await store.ReadAsync(await graph.KeyAsync(ct), compiled.Cypher, compiled.Parameters, Limits, ct);
        var rows = answer.Rows.Take(compiled.Limit).Select(IReadOnlyList<object?> (row) => row).ToList();
        return TypedResults.Ok(new SemanticResult(compiled.Columns, rows, answer.Rows.Count > compiled.Limit));
    }
}
