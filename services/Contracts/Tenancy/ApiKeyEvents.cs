namespace Platform.Contracts.Tenancy;

/// <summary>An API key exists; the secret is not part of any event.</summary>
public sealed record ApiKeyIssued(Guid TenantId, Guid ApiKeyId, string Prefix) : IIntegrationEvent;

/// <summary>An API key was revoked, rotated away or changed: whoever cached it must forget it.</summary>
public sealed record ApiKeyRevoked(Guid TenantId, Guid ApiKeyId, string Prefix) : IIntegrationEvent;

/// <summary>The request limits of a tenant changed.</summary>
public sealed record RateLimitsChanged(Guid TenantId, int RequestsPerMinute, int RequestsPerHour, int RequestsPerDay) : IIntegrationEvent;
