using Platform.Contracts;

namespace Platform.ServiceDefaults;

/// <summary>The verified identity of a request: who, in which tenant, with which rights.</summary>
/// <param name="TenantId">The one tenant of the request, from the credential only.</param>
/// <param name="Subject">User id, key id, client id or service name.</param>
/// <param name="Kind">What the subject is.</param>
/// <param name="Permissions">Effective permissions.</param>
/// <param name="Clearance">The highest TLP level the caller may see.</param>
/// <param name="SessionId">The sign-in session, for users.</param>
/// <param name="CredentialId">The API key or client behind the request.</param>
/// <param name="ActingFor">The service that acts for the subject (RFC 8693 <c>act</c>), if any.</param>
public sealed record Caller(
    Guid TenantId,
    string Subject,
    CallerKind Kind,
    PermissionSet Permissions,
    TlpLevel Clearance,
    Guid? SessionId = null,
    string? CredentialId = null,
    string? ActingFor = null)
{
    /// <summary>A service acting for itself inside a tenant: for consumers and background work.</summary>
    public static Caller ForService(Guid tenantId, string service) =>
        new(tenantId, service, CallerKind.Service, PermissionSet.Empty, TlpLevel.Red);
}
