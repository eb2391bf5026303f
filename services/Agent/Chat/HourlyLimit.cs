using Microsoft.EntityFrameworkCore;
using Platform.Agent.Storage;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Agent.Chat;

/// <summary>
/// How often a caller may ask in an hour, exact also when one caller asks many times at once: their turns queue for a
/// lock until the transaction ends.
/// </summary>
internal sealed class HourlyLimit(AgentDb db, CallContext call, TimeProvider clock)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Counts one more at an endpoint, inside the caller's transaction; 429 beyond the limit.</summary>
    public async Task CountAsync(string endpoint, int limit, CancellationToken ct)
    {
        var owner = call.Subject;
        var key = $"{call.TenantId:D}/{owner}/{endpoint}";
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({key}, 7160220))", ct);
        var now = clock.GetUtcNow();
        var since = now - Hour;
        var recent = db.ChatTurns.Where(t => t.Owner == owner && t.Endpoint == endpoint && t.StartedAt > since);
        if (await recent.CountAsync(ct) >= limit)
        {
            var oldest = await recent.OrderByDescending(t => t.StartedAt).Skip(limit - 1).Select(t => t.StartedAt).FirstAsync(ct);
            throw new FaultException(new Fault(
                ErrorCodes.RateLimitExceeded, $"You may ask {limit} times an hour here.", RetryAfter: oldest + Hour - now));
        }

        await db.ChatTurns.Where(t => t.Owner == owner && t.Endpoint == endpoint && t.StartedAt <= since).ExecuteDeleteAsync(ct);
        db.ChatTurns.Add(new ChatTurn { Id = Guid.CreateVersion7(now), TenantId = call.TenantId, Owner = owner, Endpoint = endpoint, StartedAt = now });
    }
}
