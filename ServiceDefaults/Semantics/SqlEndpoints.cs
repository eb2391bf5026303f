using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Contracts;

namespace Platform.ServiceDefaults.Semantics;

/// <summary>
/// One query over a service's published views, for Agent: read by a parser first, then by a role that can select from those
/// views and nothing else, inside the caller's tenant and clearance, read-only, for five seconds and so many rows at most.
/// </summary>
internal static class SqlEndpoints
{
    private const int MostRows = 1000;
    private const long MostCharacters = 4 * 1024 * 1024;

    private const string Enter = $"""
        SELECT set_config('app.tenant_id', $1::uuid::text, true), set_config('{PublishedViews.Clearance}', $2::smallint::text, true),
            set_config('statement_timeout', '5s', true), set_config('search_path', '{PublishedViews.Schema}, pg_catalog', true), set_config('work_mem', '16MB', true)
        """;

    /// <summary>
    /// Whether the transaction holds a lock on a relation of the server's own (their ids are below 16384), as it does until its end
    /// on everything that its cursor names.
    /// </summary>
    private const string CatalogsRead = "SELECT EXISTS (SELECT FROM pg_lock_status() WHERE locktype = 'relation' AND pid = pg_backend_pid() AND relation < 16384)";

    public static void MapSql(this IEndpointRouteBuilder group, SemanticModel model)
    {
        var views = model.Entities.Select(e => e.Name).ToHashSet();
        group.MapPost("/sql", (Body<SqlQuery> body, [FromKeyedServices(DataSetup.SqlKey)] NpgsqlDataSource database, CallContext call, CancellationToken ct) =>
            QueryAsync(model, views, body.Value, database, call, ct));
    }

    private static async Task<Results<Ok<SemanticResult>, FaultResult>> QueryAsync(
        SemanticModel model, IReadOnlySet<string> views, SqlQuery query, NpgsqlDataSource database, CallContext call, CancellationToken ct)
    {
        var limit = query.Limit ?? 100;
        if (limit is < 1 or > MostRows)
        {
            return Faults.Invalid("limit", $"must be between 1 and {MostRows}");
        }

        try
        {
            var admitted = AdmitSql.Run(query.Sql ?? "", views);
            return model.Entities.Exists(e => admitted.Views.Contains(e.Name) && !call.IsAllowed(e.Permission))
                ? Faults.Forbidden()
                : TypedResults.Ok(await ReadAsync(admitted.Sql, limit, database, call, ct));
        }
        catch (SqlRefusedException exception)
        {
            return Faults.Invalid("sql", exception.Message);
        }
        catch (PostgresException exception) when ((exception.SqlState == PostgresErrorCodes.QueryCanceled || exception.SqlState[..2] is "53" or "54") && !ct.IsCancellationRequested)
        {
            return new FaultResult(new Fault(ErrorCodes.QueryTooExpensive, "The query takes too long; ask for less at once."));
        }
        catch (PostgresException exception) when (exception.SqlState[..2] is "22" or "42" or "21" or "0A")
        {
            // Wrong in itself: its own names and values, nothing of the server.
            return Faults.Invalid("sql", exception.MessageText);
        }
    }

    /// <exception cref="SqlRefusedException">It reads what is not published, whatever the parser took it for.</exception>
    internal static async Task<SemanticResult> ReadAsync(string sql, int limit, NpgsqlDataSource database, CallContext call, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using (var enter = new NpgsqlCommand(Enter, connection, transaction))
        {
            enter.Parameters.Add(new() { Value = call.TenantId });
            enter.Parameters.Add(new() { Value = (short)call.Clearance });
            await enter.ExecuteNonQueryAsync(ct);
        }

        await using (var only = new NpgsqlCommand("SET TRANSACTION READ ONLY", connection, transaction))
        {
            await only.ExecuteNonQueryAsync(ct);
        }

        // A cursor takes one query that reads and nothing else: what the parser let through by mistake ends here.
#pragma warning disable CA2100 // Admitted by AdmitSql, for a role that can read the published views alone.
        await using (var declare = new NpgsqlCommand("DECLARE q NO SCROLL CURSOR FOR " + sql, connection, transaction))
        {
            await declare.ExecuteNonQueryAsync(ct);
        }

        await using (var locked = new NpgsqlCommand(CatalogsRead, connection, transaction))
        {
            if (await locked.ExecuteScalarAsync(ct) is true)
            {
                throw new SqlRefusedException("The query reads what is not published.");
            }
        }

        await using var fetch = new NpgsqlCommand($"FETCH {limit + 1} FROM q", connection, transaction);
#pragma warning restore CA2100
        await using var reader = await fetch.ExecuteReaderAsync(ct);
        var columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToList();
        var rows = new List<IReadOnlyList<object?>>();
        var characters = 0L;
        while (await reader.ReadAsync(ct))
        {
            if (rows.Count == limit || characters > MostCharacters)
            {
                return new SemanticResult(columns, rows, Truncated: true);
            }

            var row = new object?[columns.Count];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = await reader.IsDBNullAsync(i, ct) ? null : Plain(reader.GetValue(i));
                characters += row[i] is string text ? text.Length : 8;
            }

            rows.Add(row);
        }

        return new SemanticResult(columns, rows, Truncated: false);
    }

    /// <summary>What JSON has no form for is told as text.</summary>
    private static object Plain(object value) => value switch
    {
        string or bool or short or int or long or decimal or double or float or DateTime or DateTimeOffset or DateOnly or Guid or TimeSpan or string[] => value,
        _ => value.ToString() ?? "",
    };
}

/// <summary>A query over the published views.</summary>
/// <param name="Sql">SELECT, in PostgreSQL's SQL.</param>
/// <param name="Limit">How many rows at most, 1 to 1,000; 100 unless given.</param>
internal sealed record SqlQuery(string? Sql, int? Limit = null);
