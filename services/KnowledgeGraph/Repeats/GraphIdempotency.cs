using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Repeats;

/// <summary>
/// First answers in the tenant's ledger. The store has no transaction over several queries: the key is noted before the work, the
/// work itself is the same however often it is done (<see cref="Creation"/>), and the answer is noted after it.
/// </summary>
internal sealed class GraphIdempotency(IGraphStore store, CallContext call, Creation creation, RequestsAtWork atWork, TimeProvider clock) : IIdempotency
{
    private GraphKey Ledger => GraphKey.Ledger(call.TenantId);

    public async Task HandleAsync(HttpContext context, RequestDelegate next, IdempotentRequest request, CancellationToken ct)
    {
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{call.Subject}\n{request.Key}")));
        using var turn = atWork.Take((call.TenantId, id)) ?? throw FirstAnswers.AtWork();
        var known = await FindAsync(id, ct);
        if (known is { Status: > 0 })
        {
            await FirstAnswers.ReplayAsync(context, known, request);
            return;
        }

        if (known is null)
        {
            known = new IdempotencyKey { Key = id, RequestHash = request.Hash, CreatedAt = Whole(clock.GetUtcNow()) };
            await PutAsync(known, ct);
        }
        else if (!known.IsSame(request))
        {
            throw FirstAnswers.Reused();
        }

        creation.Repeat($"{call.TenantId:N}\n{id}", known.CreatedAt);
        ReadOnlyMemory<byte> body;
        try
        {
            body = await FirstAnswers.CaptureAsync(context, next);
        }
        catch (FaultException)
        {
            // Refused before anything was done: the key is as if it had never been used.
            await ForgetAsync(id, CancellationToken.None);
            throw;
        }

        if (context.Response.StatusCode < 500)
        {
            known.Take(context, request, body, known.CreatedAt);
            await PutAsync(known, CancellationToken.None);
        }

        await context.Response.Body.WriteAsync(body, ct);
    }

    private async Task<IdempotencyKey?> FindAsync(string id, CancellationToken ct)
    {
        var rows = await store.ReadAsync(
            Ledger,
            "MATCH (a:FirstAnswer {id: $id}) WHERE a.at > $expired RETURN a.hash, a.at, a.status, a.headers, a.body",
            new Dictionary<string, object?> { ["id"] = id, ["expired"] = Expired },
            ReadLimits.Default,
            ct);
        return rows.Rows.Count == 0 ? null : new IdempotencyKey
        {
            Key = id,
            RequestHash = Convert.FromBase64String((string)rows.Rows[0][0]!),
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds((long)rows.Rows[0][1]!),
            Status = (int)(long)rows.Rows[0][2]!,
            Headers = (string)rows.Rows[0][3]!,
            Body = Encoding.UTF8.GetBytes((string)rows.Rows[0][4]!),
        };
    }

    /// <summary>Notes a key, or its answer, and forgets what is kept long enough.</summary>
    private Task<GraphRows> PutAsync(IdempotencyKey kept, CancellationToken ct) => store.WriteAsync(
        Ledger,
        "MERGE (a:FirstAnswer {id: $id}) SET a.hash = $hash, a.at = $at, a.status = $status, a.headers = $headers, a.body = $body "
        + "WITH count(*) AS noted OPTIONAL MATCH (old:FirstAnswer) WHERE old.at <= $expired DELETE old",
        new Dictionary<string, object?>
        {
            ["id"] = kept.Key,
            ["hash"] = Convert.ToBase64String(kept.RequestHash),
            ["at"] = kept.CreatedAt.ToUnixTimeMilliseconds(),
            ["status"] = kept.Status,
            ["headers"] = kept.Headers,
            ["body"] = Encoding.UTF8.GetString(kept.Body),
            ["expired"] = Expired,
        },
        ct);

    private Task<GraphRows> ForgetAsync(string id, CancellationToken ct) =>
        store.WriteAsync(Ledger, "MATCH (a:FirstAnswer {id: $id}) DELETE a", new Dictionary<string, object?> { ["id"] = id }, ct);

    private long Expired => (clock.GetUtcNow() - FirstAnswers.Kept).ToUnixTimeMilliseconds();

    private static DateTimeOffset Whole(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}

/// <summary>The requests with a key that this process is at.</summary>
internal sealed class RequestsAtWork
{
    private readonly ConcurrentDictionary<(Guid Tenant, string Id), bool> _at = new();

    /// <summary>Until it is disposed, nobody else takes it; null where somebody has.</summary>
    public IDisposable? Take((Guid Tenant, string Id) request) => _at.TryAdd(request, true) ? new Turn(_at, request) : null;

    private sealed class Turn(ConcurrentDictionary<(Guid Tenant, string Id), bool> at, (Guid Tenant, string Id) request) : IDisposable
    {
        public void Dispose() => at.TryRemove(request, out _);
    }
}
