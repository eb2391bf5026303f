using System.Text.Json;
using Platform.ServiceDefaults;

namespace Platform.Tenancy.RateLimits;

/// <summary>How often each caller of a tenant may use one operation.</summary>
/// <param name="Route">Which operation, one of <see cref="Contracts.Gateway.LimitedRoutes"/>.</param>
/// <param name="UserType">The role it is for, <c>api_key</c> or <c>client</c>; for everybody when absent.</param>
/// <param name="RequestsPerHour">In any hour.</param>
internal sealed record RouteLimit(string Route, string? UserType, int RequestsPerHour)
{
    public static string Write(IReadOnlyList<RouteLimit> limits) => JsonSerializer.Serialize(limits, Json.Options);

    public static IReadOnlyList<RouteLimit> Read(string json) => JsonSerializer.Deserialize<List<RouteLimit>>(json, Json.Options) ?? [];
}
