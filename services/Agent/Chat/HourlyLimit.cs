using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Agent.Storage;
using Platform.Contracts;
using Platform.Contracts.Gateway;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;

namespace Platform.Agent.Chat;

/// <summary>
/// How often a caller may ask in an hour, exact also when one caller asks many times at once: their turns queue for a
/// lock until the transaction ends. Tenancy raises the limits for a tenant.
/// </summary>
internal sealed class HourlyLimit(AgentDb db, CallContext call, IOptions<ChatOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Counts one more use of one of <see cref="LimitedRoutes"/>, inside the caller's transaction; 429 beyond the limit.</summary>
    public async Task CountAsync(string route, CancellationToken ct)
    {
        var owner = call.Subject;
        var set = await db.TenantLimits.AsNoTracking().Select(l => l.Routes).FirstOrDefaultAsync(ct);
        var limit = Of(set ?? [], route, call.Kind) ?? (route == LimitedRoutes.ToolsList ? options.Value.ToolCallsPerHour : options.Value.QuestionsPerHour);
        var key = $"{call.TenantId:D}/{owner}/{route}";
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({key}, 7160220))", ct);
        var now = clock.GetUtcNow();
        var since = now - Hour;
        var recent = db.ChatTurns.Where(t => t.Owner == owner && t.Endpoint == route && t.StartedAt > since);
        if (await recent.CountAsync(ct) >= limit)
        {
            var oldest = await recent.OrderByDescending(t => t.StartedAt).Skip(limit - 1).Select(t => t.StartedAt).FirstAsync(ct);
            throw new FaultException(new Fault(
                ErrorCodes.RateLimitExceeded, $"You may ask {limit} times an hour here.", RetryAfter: oldest + Hour - now));
        }

        await db.ChatTurns.Where(t => t.Owner == owner && t.Endpoint == route && t.StartedAt <= since).ExecuteDeleteAsync(ct);
        db.ChatTurns.Add(new ChatTurn { Id = Guid.CreateVersion7(now), TenantId = call.TenantId, Owner = owner, Endpoint = route, StartedAt = now });
    }

    /// <summary>
    /// What a tenant's limits say for a kind of caller; null where they say nothing. A user's role is the gateway's to know, which
    /// has held them to it: here they have the highest limit of any role.
    /// </summary>
    internal static int? Of(IReadOnlyList<ChangedRouteLimit> limits, string route, CallerKind kind)
    {
        int? everybody = null;
        int? own = null;
        foreach (var limit in limits)
        {
            if (limit.Route != route)
            {
                continue;
            }

            switch (limit.UserType)
            {
                case null:
                    everybody = limit.RequestsPerHour;
                    break;
                case "api_key" when kind == CallerKind.ApiKey:
                case "client" when kind == CallerKind.Client:
                case not ("api_key" or "client") when kind == CallerKind.User:
                    own = Math.Max(own ?? 0, limit.RequestsPerHour);
                    break;
            }
        }

        return kind == CallerKind.User && own < everybody ? everybody : own ?? everybody;
    }
}
