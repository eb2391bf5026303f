using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Platform.Contracts.Gateway;
using Platform.Gateway.Authentication;
using Platform.Gateway.Tenants;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Limits;

/// <summary>Finds the plan of a request: its tenant's and key's, or its address', for which the platform's settings hold.</summary>
internal sealed class LimitPlans(IOptions<GatewayOptions> options, LiveSettings settings)
{
    private const int AddressesKept = 50_000;
    private const int OneMinute = 60;

    private readonly BoundedCache<IPAddress, LimitPlan> _addresses = new(AddressesKept);
    private readonly BoundedCache<IPAddress, LimitPlan> _probes = new(AddressesKept);

    public static LimitPlan Of(Credential credential, TenantState state)
    {
        if (credential.Plan is { } known && ReferenceEquals(known.State, state))
        {
            return known.Plan;
        }

        // Callers of one tenant without limits of their own share a plan, and with it a remembered refusal.
        var tenant = credential.Tenant!;
        var plan = credential.Limits is null ? SharedPlan(tenant, state, credential) : LimitPlan.Of(tenant, state.Limits, credential);
        credential.Plan = new PlanOfState(state, plan);
        return plan;
    }

    /// <summary>The plan of a caller at an operation that has an hourly limit of its own for everybody.</summary>
    public static LimitPlan Of(Credential credential, TenantState state, string route)
    {
        var plans = credential.RoutePlans ??= new ConcurrentDictionary<string, PlanOfState>(StringComparer.Ordinal);
        if (plans.TryGetValue(route, out var known) && ReferenceEquals(known.State, state))
        {
            return known.Plan;
        }

        var limit = new RouteLimit(route, null, RequestsPerHour(state, route, credential.UserType));
        var plan = LimitPlan.Of(credential.Tenant!, state.Limits, credential, limit);
        plans[route] = new PlanOfState(state, plan);
        return plan;
    }

    /// <summary>The tenant's figure for the type of user, else for everybody, else the platform's.</summary>
    public static int RequestsPerHour(TenantState state, string route, string userType)
    {
        int? everybody = null;
        foreach (var limit in state.RouteLimits ?? [])
        {
            if (limit.Route != route)
            {
                continue;
            }

            if (limit.UserType == userType)
            {
                return limit.RequestsPerHour;
            }

            everybody = limit.UserType is null ? limit.RequestsPerHour : everybody;
        }

        return everybody ?? LimitedRoutes.RequestsPerHour[route];
    }

    /// <summary>The plan of an address that asks for the platform's health.</summary>
    public LimitPlan OfProbe(IPAddress? address)
    {
        var subject = Subject(address ?? IPAddress.None);
        if (!_probes.TryGet(subject, out var plan))
        {
            plan = LimitPlan.OfAddress(subject.ToString(), "health", options.Value.HealthPerHour);
            _probes.Set(subject, plan);
        }

        return plan;
    }

    public LimitPlan OfAddress(IPAddress? address)
    {
        var subject = Subject(address ?? IPAddress.None);
        var (limit, seconds) = settings.Current is { } set ? (set.RateLimitMaxRequests, set.RateLimitWindow) : (options.Value.AnonymousPerMinute, OneMinute);
        if (!_addresses.TryGet(subject, out var plan) || plan.Windows[0].Limit != limit || plan.Windows[0].Seconds != seconds)
        {
            plan = LimitPlan.OfAddress(subject.ToString(), limit, seconds);
            _addresses.Set(subject, plan);
        }

        return plan;
    }

    private static LimitPlan SharedPlan(TenantEntry tenant, TenantState state, Credential credential)
    {
        if (tenant.Plan is { } known && (ReferenceEquals(known.State, state) || known.State.Limits == state.Limits))
        {
            return known.Plan;
        }

        var plan = LimitPlan.Of(tenant, state.Limits, credential);
        tenant.Plan = new PlanOfState(state, plan);
        return plan;
    }

    /// <summary>Of IPv6 the /64, which is the least that one subscriber holds.</summary>
    public static IPAddress Subject(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address))
        {
            return address;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }
}

/// <summary>A plan and the limits that it was made of.</summary>
internal sealed record PlanOfState(TenantState State, LimitPlan Plan);
