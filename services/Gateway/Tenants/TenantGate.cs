using System.Net;
using Platform.Contracts;
using Platform.Gateway.Pipeline;
using Platform.Gateway.Protection;
using Platform.Gateway.Revocation;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tenants;

/// <summary>
/// Lets in only callers of an active tenant whose month's quota is not used up. Tenancy itself stays open to those who
/// want to see why: usage, limits, their own tenant.
/// </summary>
internal sealed class TenantGate(RequestDelegate next, TenantStates tenants, FeedState feed, Countries countries, TimeProvider clock)
{
    private static readonly int Tenancy = Upstreams.IndexOf(Upstreams.Tenancy);
    private static readonly Fault Suspended = new(ErrorCodes.TenantSuspended, "The tenant is suspended.");
    private static readonly Fault Elsewhere = new(ErrorCodes.GeoRestricted, "The tenant does not take requests from this region.");
    private static readonly Fault CannotTell = new(
        ErrorCodes.ServiceUnavailable, "The state of the tenant cannot be checked right now.", RetryAfter: TimeSpan.FromSeconds(2));

    public Task InvokeAsync(HttpContext context)
    {
        var request = GatewayRequest.Of(context);
        if (request.Credential?.Tenant is not { } entry)
        {
            return next(context);
        }

        var pending = tenants.GetAsync(entry, feed.MaxAge, context.RequestAborted);
        return pending.IsCompletedSuccessfully ? ContinueAsync(context, request, pending.Result) : AwaitAsync(context, request, pending);
    }

    private async Task AwaitAsync(HttpContext context, GatewayRequest request, ValueTask<TenantState?> pending) =>
        await ContinueAsync(context, request, await pending);

    private Task ContinueAsync(HttpContext context, GatewayRequest request, TenantState? state)
    {
        request.Tenant = state;
        return Refusal(state, context.Connection.RemoteIpAddress, countries, request.Rules.Service == Tenancy ? DateTimeOffset.MaxValue : clock.GetUtcNow()) is { } fault
            ? FaultWriter.WriteAsync(context, fault)
            : next(context);
    }

    /// <summary>Why a tenant's caller is not let in; null where nothing speaks against it.</summary>
    /// <param name="state">What is known of the tenant; null when nobody can tell.</param>
    /// <param name="address">Where the caller is.</param>
    /// <param name="countries">Knows where that is.</param>
    /// <param name="now">For the month's quota.</param>
    public static Fault? Refusal(TenantState? state, IPAddress? address, Countries countries, DateTimeOffset now) => state switch
    {
        null => CannotTell,
        { IsActive: false } => Suspended,
        { Countries: { } rule } when !countries.Admits(rule, address) => Elsewhere,
        { QuotaResetsAt: { } until } when until > now => UsedUp(until - now),
        _ => null,
    };

    private static Fault UsedUp(TimeSpan wait) =>
        new(ErrorCodes.QuotaExceeded, "The requests that the plan includes in this month are used up.", RetryAfter: wait);
}
