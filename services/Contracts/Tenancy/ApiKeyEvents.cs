namespace Platform.Contracts.Tenancy;

/// <summary>An API key exists; the secret is not part of any event.</summary>
public sealed record ApiKeyIssued(Guid TenantId, Guid ApiKeyId, string Prefix) : IIntegrationEvent;

/// <summary>An API key was revoked, rotated away or changed: whoever cached it must forget it.</summary>
public sealed record ApiKeyRevoked(Guid TenantId, Guid ApiKeyId, string Prefix) : IIntegrationEvent;

/// <summary>The limits of a tenant changed; these are all of them now.</summary>
/// <param name="TenantId">Whose.</param>
/// <param name="RequestsPerMinute">Requests in any minute.</param>
/// <param name="RequestsPerHour">Requests in any hour.</param>
/// <param name="RequestsPerDay">Requests in any day.</param>
/// <param name="Routes">Hourly limits of single operations that are not the platform's own; null in messages that do not say.</param>
/// <param name="ModelTokensPerMonth">Tokens that its language models may take in a calendar month; null without end.</param>
public sealed record RateLimitsChanged(
    Guid TenantId, int RequestsPerMinute, int RequestsPerHour, int RequestsPerDay, IReadOnlyList<ChangedRouteLimit>? Routes = null, long? ModelTokensPerMonth = null) : IIntegrationEvent;

/// <summary>How often each caller may use one operation in an hour.</summary>
/// <param name="Route">One of <see cref="Gateway.LimitedRoutes"/>.</param>
/// <param name="UserType">The role it is for, <c>api_key</c> or <c>client</c>; for everybody when absent.</param>
/// <param name="RequestsPerHour">In any hour.</param>
public sealed record ChangedRouteLimit(string Route, string? UserType, int RequestsPerHour);
