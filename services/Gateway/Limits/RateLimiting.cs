using Platform.Contracts;
using Platform.Gateway.Pipeline;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Limits;

/// <summary>Counts the request and refuses it when a window is full.</summary>
internal sealed class RateLimiting(RequestDelegate next, RateLimiter limiter, LimitPlans plans, LimitFigures figures)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = GatewayRequest.Of(context);
        var credential = request.Credential!;
        if (credential.Tenant is null && request.Rules.Unlimited)
        {
            return next(context);
        }

        if (request.Rules.OnlyRefusalsCount)
        {
            return CountRefusalAsync(context, request, plans.OfAddress(context.Connection.RemoteIpAddress));
        }

        var address = context.Connection.RemoteIpAddress;
        var route = request.Rules.Limit;
        var plan = request.Tenant is not { } state ? (request.Rules.IsProbe ? plans.OfProbe(address) : plans.OfAddress(address))
            : route is null ? LimitPlans.Of(credential, state) : LimitPlans.Of(credential, state, route);
        var pending = limiter.ChargeAsync(plan);
        return pending.IsCompletedSuccessfully ? ContinueAsync(context, request, pending.Result) : AwaitAsync(context, request, pending);
    }

    /// <summary>Whoever is let in by the service was not anonymous; whoever was refused too often is not asked for again.</summary>
    private async Task CountRefusalAsync(HttpContext context, GatewayRequest request, LimitPlan plan)
    {
        if (limiter.RefusalOf(plan) is { } refusal)
        {
            await ContinueAsync(context, request, refusal);
            return;
        }

        await next(context);
        if (context.Response.StatusCode is StatusCodes.Status400BadRequest or StatusCodes.Status401Unauthorized)
        {
            figures.Decided((await limiter.ChargeAsync(plan)).Allowed);
        }
    }

    private async Task AwaitAsync(HttpContext context, GatewayRequest request, ValueTask<LimitDecision> pending) =>
        await ContinueAsync(context, request, await pending);

    private Task ContinueAsync(HttpContext context, GatewayRequest request, LimitDecision decision)
    {
        request.Limit = decision;
        figures.Decided(decision.Allowed);
        return decision.Allowed ? next(context) : FaultWriter.WriteAsync(context, Refused(decision));
    }

    public static Fault Refused(LimitDecision decision) => new(
        ErrorCodes.RateLimitExceeded,
        decision.Window.Name.Contains('.', StringComparison.Ordinal)
            ? $"The limit of {decision.Window.Limit} requests per hour to this address ({decision.Window.Name}) is reached."
            : $"The limit of {decision.Window.Limit} requests per {decision.Window.Name} is reached.",
        RetryAfter: decision.Wait);
}
