using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Gateway.Pipeline;
using Platform.Gateway.Proxy;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Batch;

/// <summary>Several requests in one.</summary>
internal static class BatchEndpoints
{
    private static readonly RouteRules Rules = OwnApi.Authenticated with { MaxBodyBytes = RunBatch.Room };

    public static void MapBatch(this IEndpointRouteBuilder api) => api.MapPost("/batch", SendAsync).WithRules(Rules);

    private static async Task<Results<Ok<BatchAnswer>, FaultResult>> SendAsync(
        HttpContext context, Body<BatchSpec> body, RunBatch batch, CancellationToken ct)
    {
        context.Response.Headers.CacheControl = "no-store";
        var plan = BatchPlan.Of(body.Value);
        return plan.Faults.Count > 0 ? Faults.Validation(plan.Faults) : TypedResults.Ok(await batch.SendAsync(context, plan, ct));
    }
}
