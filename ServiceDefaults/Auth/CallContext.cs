using Platform.Contracts;

namespace Platform.ServiceDefaults;

/// <summary>
/// The caller of the current scope: one request, or one tenant's share of a batch of messages. Without a caller
/// there is no tenant, and row-level security then shows nothing.
/// </summary>
public sealed class CallContext
{
    private Caller? _caller;

    /// <summary>True once a credential was verified or a consumer entered a tenant.</summary>
    public bool HasCaller => _caller is not null;

    /// <summary>The caller; reading it without one is a programming error.</summary>
    public Caller Caller => _caller ?? throw new InvalidOperationException("This scope has no authenticated caller.");

    public Guid TenantId => Caller.TenantId;
    public string Subject => Caller.Subject;
    public CallerKind Kind => Caller.Kind;
    public TlpLevel Clearance => Caller.Clearance;
    public Guid? SessionId => Caller.SessionId;
    public string? CredentialId => Caller.CredentialId;

    /// <summary>The tenant, or null where nobody is signed in.</summary>
    public Guid? TenantIdOrNull => _caller?.TenantId;

    /// <summary>Whether the caller holds a permission such as <c>write:threat_intel</c>.</summary>
    public bool IsAllowed(string permission) => _caller is { } caller && caller.Permissions.Allows(permission);

    /// <summary>Makes a caller the current one: done by authentication, consumers and background work only.</summary>
    public void Enter(Caller caller) => _caller = caller;
}
