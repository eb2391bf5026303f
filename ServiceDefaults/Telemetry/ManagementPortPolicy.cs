using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace Platform.ServiceDefaults.Telemetry;

/// <summary>The management port of this process, if it has one.</summary>
internal sealed record ManagementPort(int? Number);

/// <summary>On which listeners an endpoint answers; endpoints without a rule answer on all but the management port.</summary>
internal sealed class PortRule
{
    public static readonly PortRule ManagementOnly = new();
    public static readonly PortRule Everywhere = new();

    private PortRule()
    {
    }

    public bool Allows(bool onManagement) => this == Everywhere || onManagement;
}

/// <summary>
/// Decides by the port that the connection came in on, never by the Host header, which the caller writes. An endpoint
/// on the wrong port is replaced by one that answers 404 to anybody, so that authentication does not reveal it.
/// </summary>
internal sealed class ManagementPortPolicy(ManagementPort management) : MatcherPolicy, IEndpointSelectorPolicy
{
    private static readonly Endpoint Absent = new(
        static context =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        },
        new EndpointMetadataCollection(new AllowAnonymousAttribute()),
        "Absent on this port");

    // After the policies that choose by method and content type, so that only what would really run is looked at.
    public override int Order => 10_000;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints)
    {
        if (management.Number is not null)
        {
            return true;
        }

        foreach (var endpoint in endpoints)
        {
            if (RuleOf(endpoint) == PortRule.ManagementOnly)
            {
                return true;
            }
        }

        return false;
    }

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var onManagement = httpContext.Connection.LocalPort == management.Number;
        for (var i = 0; i < candidates.Count; i++)
        {
            if (!candidates.IsValidCandidate(i))
            {
                continue;
            }

            ref var candidate = ref candidates[i];
            var answers = RuleOf(candidate.Endpoint)?.Allows(onManagement) ?? !onManagement;
            if (!answers)
            {
                candidates.ReplaceEndpoint(i, Absent, candidate.Values);
            }
        }

        return Task.CompletedTask;
    }

    private static PortRule? RuleOf(Endpoint endpoint) => endpoint.Metadata.GetMetadata<PortRule>();
}
