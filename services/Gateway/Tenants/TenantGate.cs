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
        return state switch
        {
            null => FaultWriter.WriteAsync(context, CannotTell),
            { IsActive: false } => FaultWriter.WriteAsync(context, Suspended),
            { Countries: { } rule } when !countries.Admits(rule, context.Connection.RemoteIpAddress) => FaultWriter.WriteAsync(context, Elsewhere),
            { QuotaResetsAt: { } until } when request.Rules.Service != Tenancy && until - clock.GetUtcNow() is var wait && wait > TimeSpan.Zero =>
                FaultWriter.WriteAsync(context, UsedUp(wait)),
            _ => next(context),
        };
    }

    private static Fault UsedUp(TimeSpan wait) =>
        new(ErrorCodes.QuotaExceeded, "The requests that the plan includes in this month are used up.", RetryAfter: wait);
}
