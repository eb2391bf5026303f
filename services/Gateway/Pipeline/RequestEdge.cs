using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Platform.Contracts;
using Platform.Gateway.Health;
using Platform.Gateway.Protection;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Pipeline;

/// <summary>First contact: refuses ambiguous paths and strips what a client may not claim, before anything looks at either.</summary>
internal sealed class RequestEdge(RequestDelegate next, TrafficFigures traffic, ThreatGuard guard)
{
    private static readonly Fault Ambiguous = new(
        ErrorCodes.MalformedRequest, "The path is not in its plain form: no empty or dot segments, no encoded delimiters, no needless escapes.");

    public Task InvokeAsync(HttpContext context)
    {
        context.Features.Set(new GatewayRequest(Stopwatch.GetTimestamp(), traffic));
        context.Response.OnStarting(ResponseHeaders.OnStarting, context);
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!PathGuard.IsCanonical(target))
        {
            return FaultWriter.WriteAsync(context, Ambiguous);
        }

        HeaderHygiene.Clean(context.Request.Headers);
        var pending = guard.ArriveAsync(context);
        return !pending.IsCompletedSuccessfully ? AwaitAsync(context, pending)
            : pending.Result is { } fault ? FaultWriter.WriteAsync(context, fault)
            : next(context);
    }

    private async Task AwaitAsync(HttpContext context, ValueTask<Fault?> pending)
    {
        if (await pending is { } fault)
        {
            await FaultWriter.WriteAsync(context, fault);
            return;
        }

        await next(context);
    }
}
