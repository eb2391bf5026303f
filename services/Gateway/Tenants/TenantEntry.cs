using Platform.Gateway.Limits;
using Platform.Gateway.Protection;

namespace Platform.Gateway.Tenants;

/// <summary>The last known state of a tenant; shared by all its credentials.</summary>
internal sealed class TenantEntry(Guid id)
{
    public Guid Id { get; } = id;

    /// <summary>What Tenancy last said; null until it was asked, and after an event said that it changed.</summary>
    public volatile TenantState? State;

    /// <summary>The prepared limits of callers without limits of their own.</summary>
    public PlanOfState? Plan { get; set; }

    /// <summary>One question to Tenancy at a time.</summary>
    public SemaphoreSlim Asking { get; } = new(1);
}

/// <summary>What the gateway needs to know of a tenant.</summary>
/// <param name="Status">active, suspended or cancelled; null for a tenant that Tenancy does not know.</param>
/// <param name="Limits">Its request limits.</param>
/// <param name="AskedAt">When Tenancy said so.</param>
/// <param name="QuotaResetsAt">Set when the month's quota is used up: until then requests are refused.</param>
/// <param name="RouteLimits">Hourly limits of single operations that are not the defaults.</param>
/// <param name="Countries">Where its callers may come from; null for anywhere.</param>
internal sealed record TenantState(
    string? Status, TenantLimits Limits, DateTimeOffset AskedAt, DateTimeOffset? QuotaResetsAt = null, IReadOnlyList<RouteLimit>? RouteLimits = null,
    CountryRule? Countries = null)
{
    public bool IsActive => Status == "active";
}

/// <summary>Requests that a tenant may make in any minute, hour and day.</summary>
internal sealed record TenantLimits(int RequestsPerMinute, int RequestsPerHour, int RequestsPerDay)
{
    public static readonly TenantLimits Default = new(1000, 50_000, 1_000_000);
}

/// <summary>Requests an hour that each caller, or each of one type, may make to one operation.</summary>
/// <param name="Route">One of <see cref="Contracts.Gateway.LimitedRoutes"/>.</param>
/// <param name="UserType">A role, <c>api_key</c> or <c>client</c>; everybody when null.</param>
/// <param name="RequestsPerHour">In any hour.</param>
internal sealed record RouteLimit(string Route, string? UserType, int RequestsPerHour);
