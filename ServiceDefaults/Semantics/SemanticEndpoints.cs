using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Platform.Contracts;
using Platform.ServiceDefaults.Semantics;

namespace Platform.ServiceDefaults;

/// <summary>
/// What Agent asks of a service that owns tables: their semantic model, and the result of a plan over it. With the
/// caller's own rights: permission of the entity, row-level security, clearance, read-only, a limit of time. The gateway
/// never routes these.
/// </summary>
public static class SemanticEndpoints
{
    private const string ReadOnlyForAWhile = "SET LOCAL statement_timeout = '8s'; SET TRANSACTION READ ONLY";

    /// <summary>Maps them over the model that the service carries as <c>models.yaml</c>.</summary>
    public static IEndpointRouteBuilder MapSemantics(this IEndpointRouteBuilder routes, Assembly service)
    {
        var model = SemanticModel.Of(service);
        var group = routes.MapGroup("/internal/semantic").RequireAuthorization().ExcludeFromDescription();
        group.MapGet("/models", (CallContext call) => Models(model, call));
        group.MapPost("/query", (Body<SemanticPlan> body, NpgsqlDataSource database, CallContext call, CancellationToken ct) => QueryAsync(model, body.Value, database, call, ct));
        routes.MapGroup("/internal").RequireAuthorization().ExcludeFromDescription().MapSql(model);
        return routes;
    }

    private static Ok<SemanticModelView> Models(SemanticModel model, CallContext call) => TypedResults.Ok(new SemanticModelView(
        model.Version, [.. model.Entities.Where(e => call.IsAllowed(e.Permission)).Select(e => new SemanticEntityView(e.Name, e.Description, e.Synonyms, Show(e.Dimensions), Show(e.Measures)))]));

    private static List<SemanticMemberView> Show(List<SemanticMember> members) => members.ConvertAll(m => new SemanticMemberView(m.Name, m.Type, m.Description, m.Synonyms, m.Words.Count == 0 ? null : m.Words));

    private static async Task<Results<Ok<SemanticResult>, FaultResult>> QueryAsync(SemanticModel model, SemanticPlan plan, NpgsqlDataSource database, CallContext call, CancellationToken ct)
    {
        if (model.Entities.Find(e => e.Name == plan.Entity) is { } entity && !call.IsAllowed(entity.Permission))
        {
            return Faults.Forbidden();
        }

        var compiled = CompilePlan.Run(model, plan, (short)call.Clearance);
        await using var session = await TenantSession.OpenAsync(database, call.TenantId, ct);
        await using (var settings = session.Command(ReadOnlyForAWhile))
        {
            await settings.ExecuteNonQueryAsync(ct);
        }

        await using var command = session.Command(compiled.Sql);
        foreach (var parameter in compiled.Parameters)
        {
            command.Parameters.Add(parameter);
        }

        try
        {
            await using var reader = await command.ExecuteReaderAsync(ct);
            var rows = new List<IReadOnlyList<object?>>();
            while (rows.Count <= compiled.Limit && await reader.ReadAsync(ct))
            {
                var row = new object?[compiled.Columns.Count];
                for (var i = 0; i < row.Length; i++)
                {
                    row[i] = reader.IsDBNull(i) ? null : reader.GetValue(i);
                }

                rows.Add(row);
            }

            var truncated = rows.Count > compiled.Limit;
            return TypedResults.Ok(new SemanticResult(compiled.Columns, truncated ? rows.GetRange(0, compiled.Limit) : rows, truncated));
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.QueryCanceled && !ct.IsCancellationRequested)
        {
            return new FaultResult(new Fault(ErrorCodes.QueryTooExpensive, "The query takes too long; ask for less at once."));
        }
    }
}

/// <summary>A semantic model as others see it.</summary>
public sealed record SemanticModelView(int Version, IReadOnlyList<SemanticEntityView> Entities);

/// <summary>An entity as others see it.</summary>
public sealed record SemanticEntityView(
    string Name, string Description, IReadOnlyList<string> Synonyms, IReadOnlyList<SemanticMemberView> Dimensions, IReadOnlyList<SemanticMemberView> Measures,
    IReadOnlyList<SemanticJoinView>? Joins = null);

/// <summary>A way from an entity to another as others see it: <c>{join}.{member}</c> is a member of a plan over the first.</summary>
public sealed record SemanticJoinView(string Name, string Entity, string Description);

/// <summary>A dimension or measure as others see it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Description">What it says.</param>
/// <param name="Synonyms">Other words for it.</param>
/// <param name="Words">What people call its values, each with the value as the data has it.</param>
public sealed record SemanticMemberView(string Name, string Type, string Description, IReadOnlyList<string> Synonyms, IReadOnlyDictionary<string, string>? Words = null);
