using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy;

/// <summary>Tells the audit log of changes, in the transaction of the change.</summary>
internal static class Audit
{
    /// <summary>Records that the caller did something, in the caller's own tenant.</summary>
    public static void Record(
        this TenancyDb db, CallContext call, string action, string resource, DateTimeOffset now, IReadOnlyDictionary<string, string>? details = null) =>
        db.RecordIn(call.TenantId, call, action, resource, now, details);

    /// <summary>Records it in the log of a tenant.</summary>
    public static void RecordIn(
        this TenancyDb db, Guid tenantId, CallContext call, string action, string resource, DateTimeOffset now, IReadOnlyDictionary<string, string>? details = null) =>
        db.PublishFor(tenantId, new AuditRecorded(action, resource, "success", call.Subject, Address: null, details, now));
}
