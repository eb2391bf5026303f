using Microsoft.EntityFrameworkCore;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.RateLimits;

/// <summary>Reads and sets the limits of any tenant; without a row of its own a tenant has the defaults.</summary>
internal sealed class ChangeLimits(OtherTenant other, CallContext call, TimeProvider clock)
{
    public Task<RateLimit> ReadAsync(Guid tenantId, CancellationToken ct) => other.RunAsync(tenantId, (db, token) => FindAsync(db, tenantId, token), ct);

    /// <summary>
    /// Sets the tenant's limits; those of single operations and of tokens unless they are null (no tokens at all stand for no end
    /// of them). Null when <paramref name="expected"/> says that this version is not the one meant.
    /// </summary>
    public Task<RateLimit?> WriteAsync(
        Guid tenantId, Limits limits, IReadOnlyList<RouteLimit>? routes, long? modelTokens, Func<long, bool> expected, CancellationToken ct) => other.RunAsync<RateLimit?>(tenantId, async (db, token) =>
    {
        var now = clock.GetUtcNow();
        var row = await FindAsync(db, tenantId, token);
        if (!expected(row.Version))
        {
            return null;
        }

        if (row.Version == 0)
        {
            row.CreatedAt = now;
            db.RateLimits.Add(row);
        }

        row.RequestsPerMinute = limits.RequestsPerMinute;
        row.RequestsPerHour = limits.RequestsPerHour;
        row.RequestsPerDay = limits.RequestsPerDay;
        row.Routes = routes is null ? row.Routes : RouteLimit.Write(routes);
        row.ModelTokensPerMonth = modelTokens is null ? row.ModelTokensPerMonth : modelTokens > 0 ? modelTokens : null;
        row.UpdatedAt = now;
        row.Version++;
        var set = RouteLimit.Read(row.Routes);
        db.Publish(
            new RateLimitsChanged(
                tenantId, limits.RequestsPerMinute, limits.RequestsPerHour, limits.RequestsPerDay,
                [.. set.Select(r => new ChangedRouteLimit(r.Route, r.UserType, r.RequestsPerHour))], row.ModelTokensPerMonth),
            tenantId.ToString("N"));
        db.RecordIn(call.TenantId, call, "rate_limits_updated", $"tenant/{tenantId}", now, new Dictionary<string, string>
        {
            ["requests_per_minute"] = $"{limits.RequestsPerMinute}",
            ["requests_per_hour"] = $"{limits.RequestsPerHour}",
            ["requests_per_day"] = $"{limits.RequestsPerDay}",
            ["routes"] = $"{set.Count}",
            ["model_tokens_per_month"] = row.ModelTokensPerMonth?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "without end",
        });
        await db.SaveChangesAsync(token);
        return row;
    }, ct);

    private static async Task<RateLimit> FindAsync(TenancyDb db, Guid tenantId, CancellationToken ct) =>
        await db.RateLimits.SingleOrDefaultAsync(r => r.TenantId == tenantId, ct) ?? new RateLimit { TenantId = tenantId };
}
