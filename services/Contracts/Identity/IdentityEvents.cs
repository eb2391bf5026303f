namespace Platform.Contracts.Identity;

/// <summary>A session ended before its time: tokens that carry it are refused at once.</summary>
/// <param name="TenantId">The tenant of the session.</param>
/// <param name="SessionId">The <c>sid</c> of its tokens.</param>
/// <param name="UserId">Whose session it was.</param>
/// <param name="ExpiresAt">When the last access token of the session would have expired anyway.</param>
public sealed record SessionRevoked(Guid TenantId, Guid SessionId, Guid UserId, DateTimeOffset ExpiresAt) : IIntegrationEvent;

/// <summary>A user exists.</summary>
public sealed record UserCreated(Guid TenantId, Guid UserId, string Username, string Role) : IIntegrationEvent;

/// <summary>A user's name, role, clearance or activity changed; access tokens issued before <paramref name="ChangedAt"/> are refused.</summary>
public sealed record UserUpdated(Guid TenantId, Guid UserId, string Username, string Role, bool Active, DateTimeOffset ChangedAt) : IIntegrationEvent;

/// <summary>A user was deleted (softly).</summary>
public sealed record UserDeleted(Guid TenantId, Guid UserId, DateTimeOffset DeletedAt) : IIntegrationEvent;

/// <summary>Somebody signed in.</summary>
public sealed record UserSignedIn(Guid TenantId, Guid UserId, Guid SessionId, DateTimeOffset At) : IIntegrationEvent;

/// <summary>Roles of a tenant changed; tokens of their users issued before <paramref name="ChangedAt"/> are refused.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Roles">The roles that may do something else than before.</param>
/// <param name="ChangedAt">When.</param>
public sealed record RolesChanged(Guid TenantId, IReadOnlyList<string> Roles, DateTimeOffset ChangedAt) : IIntegrationEvent;

/// <summary>A tenant's sign-in policy changed.</summary>
public sealed record PolicyChanged(Guid TenantId, DateTimeOffset ChangedAt) : IIntegrationEvent;

/// <summary>An integration client was changed, got new secrets or was deleted; gateways forget what they know of it and refuse its tokens of before.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="ClientId">Its <c>client_id</c>.</param>
/// <param name="Usable">Whether it still exists.</param>
/// <param name="ChangedAt">When.</param>
/// <param name="KeepsTokens">Its tokens stay good: it got new secrets and the former ones are good for a while.</param>
public sealed record IntegrationClientChanged(Guid TenantId, string ClientId, bool Usable, DateTimeOffset ChangedAt, bool KeepsTokens = false) : IIntegrationEvent;
