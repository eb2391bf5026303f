using System.Text.Json;
using FalkorDb;
using Platform.Contracts;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Query;

/// <summary>Checks a user's query and runs it on their graph.</summary>
internal sealed class RunQuery(CallContext call, CallerGraph graph, IGraphStore store, QuerySlots slots)
{
    public const int MaxRows = 10_000;
    private static readonly Dictionary<string, JsonElement> NoParameters = [];
    private static readonly ReadLimits Limits = new(TimeSpan.FromSeconds(5), MaxBytes: 16 * 1024 * 1024, FromUser: true);

    public async Task<(QueryAnswer? Answer, FaultResult? Fault)> RunAsync(QueryRequest request, CancellationToken ct)
    {
        ParsedQuery query;
        try
        {
            query = CypherParser.Parse(request.Cypher, request.Parameters ?? NoParameters);
        }
        catch (QueryRefusedException refused)
        {
            return (null, refused.Refusal switch
            {
                Refusal.NotAllowed => new FaultResult(new Fault(ErrorCodes.QueryNotAllowed, refused.Message)),
                Refusal.TooExpensive => new FaultResult(new Fault(ErrorCodes.QueryTooExpensive, refused.Message)),
                _ => Faults.Invalid("cypher", refused.Message),
            });
        }

        var (parameters, errors) = Bind(query, request);
        if (errors.Count > 0)
        {
            return (null, Faults.Validation(errors));
        }

        using var slot = await slots.EnterAsync(call.TenantId, Limits.Timeout, ct);
        if (slot is null)
        {
            return (null, new FaultResult(new Fault(ErrorCodes.RateLimitExceeded, "Too many queries run at once.", RetryAfter: TimeSpan.FromSeconds(1))));
        }

        try
        {
            var key = await graph.KeyAsync(ct);
            return (query.Plan != PlanWanted.None ? await PlanAsync(key, query, parameters, ct) : await ReadAsync(key, query, parameters, ct), null);
        }
        catch (GraphStoreException exception) when (exception.Failure is GraphFailure.Invalid)
        {
            return (null, Faults.Invalid("cypher", Readable(exception.Message)));
        }
        catch (GraphStoreException exception) when (exception.Failure is GraphFailure.NotAllowed)
        {
            return (null, new FaultResult(new Fault(ErrorCodes.QueryNotAllowed, exception.Message)));
        }
    }

    private async Task<QueryAnswer> ReadAsync(GraphKey key, ParsedQuery query, IReadOnlyDictionary<string, object?> parameters, CancellationToken ct)
    {
        var rows = await store.ReadAsync(key, query.Write(MaxRows), parameters, Limits, ct);
        var count = Math.Min(rows.Rows.Count, MaxRows);
        return new QueryAnswer(rows.Columns, Results(rows, count), new QueryStats(count, rows.Rows.Count > MaxRows, Math.Round(rows.Elapsed.TotalMilliseconds, 3)));
    }

    /// <summary>Row by row, while the answer is written and goes out in pieces.</summary>
    private static IEnumerable<IReadOnlyDictionary<string, object?>> Results(GraphRows rows, int count)
    {
        for (var r = 0; r < count; r++)
        {
            var row = new Dictionary<string, object?>(rows.Columns.Count);
            for (var c = 0; c < rows.Columns.Count; c++)
            {
                row[rows.Columns[c]] = rows.Rows[r][c];
            }

            yield return row;
        }
    }

    private async Task<QueryAnswer> PlanAsync(GraphKey key, ParsedQuery query, IReadOnlyDictionary<string, object?> parameters, CancellationToken ct)
    {
        var plan = await store.PlanAsync(key, query.Write(MaxRows), parameters, query.Plan == PlanWanted.Profile, Limits.Timeout, ct);
        var rows = plan.Select(line => new Dictionary<string, object?> { ["plan"] = line }).ToArray();
        return new QueryAnswer(["plan"], rows, new QueryStats(rows.Length, false, 0));
    }

    /// <summary>Only what the query names is sent; all that is wrong is told at once.</summary>
    private static (Dictionary<string, object?> Parameters, Dictionary<string, string[]> Errors) Bind(ParsedQuery query, QueryRequest request)
    {
        var parameters = new Dictionary<string, object?>();
        var errors = new Dictionary<string, string[]>();
        foreach (var name in query.Parameters)
        {
            if (request.Parameters is null || !request.Parameters.TryGetValue(name, out var value))
            {
                errors[$"parameters.{name}"] = ["is used by the query and missing"];
                continue;
            }

            try
            {
                CypherWriter.Literal(value);
                parameters[name] = value;
                if (query.Ranged.Contains(name) && (value.ValueKind != JsonValueKind.Number || Math.Abs(value.GetDouble()) > CypherParser.MaxRange))
                {
                    errors[$"parameters.{name}"] = [$"is the end of a range, and must be a number of at most {CypherParser.MaxRange}"];
                }
            }
            catch (ArgumentException exception)
            {
                errors[$"parameters.{name}"] = [exception.Message];
            }
        }

        return (parameters, errors);
    }

    /// <summary>The store's message without its prefix and its repetition of the query.</summary>
    private static string Readable(string message)
    {
        var text = message.StartsWith("errMsg: ", StringComparison.Ordinal) ? message[8..] : message;
        foreach (var end in (string[])[" line: ", " errCtx: "])
        {
            var at = text.IndexOf(end, StringComparison.Ordinal);
            text = at > 0 ? text[..at] : text;
        }

        return text;
    }
}
