using Platform.Gateway.Authentication;
using Platform.Gateway.Health;
using Platform.Gateway.Limits;
using Platform.Gateway.Proxy;
using Platform.Gateway.Tenants;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Pipeline;

/// <summary>What the gateway knows of the request at hand; one object per request, filled on its way through the pipeline.</summary>
internal sealed class GatewayRequest(long started, TrafficFigures? traffic = null)
{
    /// <summary><see cref="System.Diagnostics.Stopwatch"/> timestamp of the request's arrival.</summary>
    public long Started { get; } = started;

    /// <summary>Where the answer is counted; null for what the gateway asks on a caller's behalf.</summary>
    public TrafficFigures? Traffic { get; } = traffic;

    /// <summary>The rules of the matched route.</summary>
    public RouteRules Rules { get; set; } = RouteRules.Own;

    /// <summary>Who calls; null until authentication has run.</summary>
    public Credential? Credential { get; set; }

    /// <summary>Whose the credential is that was refused, where that is known.</summary>
    public Caller? Refused { get; set; }

    /// <summary>The state of the caller's tenant, as this request was let in by it.</summary>
    public TenantState? Tenant { get; set; }

    /// <summary>Part of another request, under whose credential it is made.</summary>
    public bool IsInner { get; init; }

    /// <summary>What the limiter said; null where nothing was counted.</summary>
    public LimitDecision? Limit { get; set; }

    /// <summary>Whether the request is in the usage journal.</summary>
    public bool Recorded { get; set; }

    /// <summary>The request's state, set by the first middleware of the gateway.</summary>
    public static GatewayRequest Of(HttpContext context) => context.Features.Get<GatewayRequest>()!;
}
