using System.Text.Json;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Query;

/// <summary>Read-only Cypher.</summary>
internal static class QueryEndpoints
{
    public static IEndpointRouteBuilder MapQuery(this IEndpointRouteBuilder api)
    {
        api.MapPost("/query", Query).WithTags("Knowledge graph");
        return api;
    }

    /// <summary>
    /// Runs a query that reads. Limits: 5 seconds, 10,000 rows (then <c>stats.truncated</c>), memory and the size of the
    /// result; a tenant's queries beyond four at once wait, and are 429 where too many do. With EXPLAIN before it, the answer is the plan; with PROFILE, the plan and what each of its operations took.
    /// </summary>
    private static async Task<Results<Ok<QueryAnswer>, FaultResult>> Query(ReadBody<QueryRequest> body, RunQuery run, CancellationToken ct)
    {
        var (answer, fault) = await run.RunAsync(body.Value, ct);
        return fault is null ? TypedResults.Ok(answer!) : fault;
    }
}

/// <summary>A query.</summary>
/// <param name="Cypher">Its text.</param>
/// <param name="Parameters">The values behind <c>$name</c>; they are bound, never pasted.</param>
internal sealed record QueryRequest(string Cypher, IReadOnlyDictionary<string, JsonElement>? Parameters = null);

/// <summary>The rows of a query.</summary>
/// <param name="Columns">Their names, in the order of RETURN.</param>
/// <param name="Results">Each row by column, made while the answer is written.</param>
/// <param name="Stats">Figures.</param>
internal sealed record QueryAnswer(IReadOnlyList<string> Columns, IEnumerable<IReadOnlyDictionary<string, object?>> Results, QueryStats Stats);

/// <summary>Figures of a query.</summary>
/// <param name="Rows">How many rows are answered.</param>
/// <param name="Truncated">True where there are more rows than may be answered.</param>
/// <param name="ElapsedMs">How long the store took, in milliseconds.</param>
internal sealed record QueryStats(int Rows, bool Truncated, double ElapsedMs);

internal sealed class QueryRequestValidator : AbstractValidator<QueryRequest>
{
    public QueryRequestValidator()
    {
        RuleFor(r => r.Cypher).NotEmpty().WithMessage("must not be empty");
        RuleFor(r => r.Parameters).Must(p => p is null || p.Count <= 100).WithMessage("must not be more than 100");
    }
}
