using Platform.Contracts;
using Platform.Gateway.Limits;
using Platform.Gateway.Pipeline;
using Platform.GraphQL;
using Platform.ServiceDefaults;

namespace Platform.Gateway.GraphQL;

/// <summary>
/// What an operation costs counts against the limits of its caller: a request for each hundred begun. The first request of a
/// connection's first operation was counted at the door.
/// </summary>
internal sealed class OperationCharge(RateLimiter limiter, LimitFigures figures, SocketCallers callers)
{
    /// <summary>Cost that counts as one request.</summary>
    public const int CostOfRequest = 100;

    private static readonly object Counted = new();

    public async ValueTask<GraphQLError?> ChargeAsync(HttpContext context, AdmittedRequest operation, CancellationToken ct)
    {
        var request = GatewayRequest.Of(context);
        // A socket may be open for long: what let it in need not hold any more.
        if (context.WebSockets.IsWebSocketRequest && await callers.CheckAsync(context) is { } refusal)
        {
            return Refused(refusal, operation, refusal.Status == StatusCodes.Status401Unauthorized ? GraphQLCodes.Authentication : refusal.Code);
        }

        if (request.Tenant is not { } state)
        {
            return null;
        }

        var plan = LimitPlans.Of(request.Credential!, state);
        var left = Math.Max(1, (operation.Cost + CostOfRequest - 1) / CostOfRequest);
        if (context.Items.TryAdd(Counted, null))
        {
            left--;
        }

        for (; left > 0; left--)
        {
            ct.ThrowIfCancellationRequested();
            var decision = await limiter.ChargeAsync(plan);
            figures.Decided(decision.Allowed);
            if (!decision.Allowed)
            {
                return Refused(RateLimiting.Refused(decision), operation, ErrorCodes.RateLimitExceeded);
            }
        }

        return null;
    }

    private static GraphQLError Refused(Fault fault, AdmittedRequest operation, string code)
    {
        var extensions = new Dictionary<string, object?> { ["cost"] = operation.Cost };
        if (fault.RetryAfter is { } wait)
        {
            extensions["retry_after"] = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        }

        return new GraphQLError(fault.Message) { Code = code, Extensions = extensions };
    }
}
