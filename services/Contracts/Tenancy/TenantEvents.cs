namespace Platform.Contracts.Tenancy;

/// <summary>A tenant was created; every service provisions its part and answers with <see cref="TenantProvisioned"/>.</summary>
/// <param name="TenantId">The new tenant.</param>
/// <param name="Name">Its display name.</param>
/// <param name="Slug">Its unique short name, used at sign-in.</param>
/// <param name="Plan">starter, pro or enterprise.</param>
/// <param name="AdminEmail">Who is invited as its first administrator, if anybody.</param>
public sealed record TenantCreated(Guid TenantId, string Name, string Slug, string Plan, string? AdminEmail) : IIntegrationEvent;

/// <summary>Name, plan or settings of a tenant changed.</summary>
public sealed record TenantUpdated(Guid TenantId, string Name, string Slug, string Plan) : IIntegrationEvent;

/// <summary>A service has what it needs for a tenant.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Service">The resource name of the service that is ready.</param>
public sealed record TenantProvisioned(Guid TenantId, string Service) : IIntegrationEvent;

/// <summary>A tenant's requests are refused from now on.</summary>
public sealed record TenantSuspended(Guid TenantId, string? Reason) : IIntegrationEvent;

/// <summary>A suspended tenant may work again.</summary>
public sealed record TenantReactivated(Guid TenantId) : IIntegrationEvent;

/// <summary>A tenant is gone for its users; services erase its data and answer with <see cref="TenantErased"/>.</summary>
public sealed record TenantDeleted(Guid TenantId) : IIntegrationEvent;

/// <summary>A service holds nothing of the tenant any more.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Service">The resource name of the service.</param>
/// <param name="Erased">How much was erased: rows, or nodes and relationships; null where it was not counted.</param>
public sealed record TenantErased(Guid TenantId, string Service, long? Erased = null) : IIntegrationEvent;

/// <summary>A tenant has used so much of what its plan includes in a month; said once a month and quota.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Threshold">Per cent: 80 or 100. At 100 its requests are refused until the month ends.</param>
/// <param name="Used">Requests of the month.</param>
/// <param name="Quota">Requests that the plan includes.</param>
/// <param name="ResetsAt">When the next month begins.</param>
public sealed record QuotaThresholdReached(Guid TenantId, int Threshold, long Used, long Quota, DateTimeOffset ResetsAt) : IIntegrationEvent;
