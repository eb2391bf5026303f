using Platform.Contracts;
using Platform.Gateway.Limits;
using Platform.Gateway.Pipeline;
using Platform.GraphQL;

namespace Platform.Gateway.GraphQL;

/// <summary>
/// What an operation costs counts against the limits of its caller: a request for each hundred begun. The first request of a
/// connection's first operation was counted at the door.
/// </summary>
internal sealed class OperationCharge(RateLimiter limiter, LimitFigures figures)
{
    /// <summary>Cost that counts as one request.</summary>
    public const int CostOfRequest = 100;

    private static readonly object Counted = new();

    public async ValueTask<GraphQLError?> ChargeAsync(HttpContext context, AdmittedRequest operation, CancellationToken ct)
    {
        var request = GatewayRequest.Of(context);
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
                var fault = RateLimiting.Refused(decision);
                return new GraphQLError(fault.Message)
                {
                    Code = ErrorCodes.RateLimitExceeded,
                    Extensions = new Dictionary<string, object?> { ["retry_after"] = Math.Max(1, (int)Math.Ceiling(decision.Wait.TotalSeconds)), ["cost"] = operation.Cost },
                };
            }
        }

        return null;
    }
}
