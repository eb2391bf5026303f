using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.Contracts.Tenancy;
using Platform.Identity.Authorization;
using Platform.Identity.Browser;
using Platform.Identity.Clients;
using Platform.Identity.DeviceFlow;
using Platform.Identity.Devices;
using Platform.Identity.Mfa;
using Platform.Identity.Policies;
using Platform.Identity.Roles;
using Platform.Identity.Sessions;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;
using Platform.Identity.Tokens;
using Platform.Identity.Users;
using Platform.ServiceDefaults;

namespace Platform.Identity.Tenants;

/// <summary>
/// Takes everything of a deleted tenant out of the database, inside its scope: row-level security bounds what goes. Of
/// the audit log the chain stays, as the proof of what was done, without anything that names a person.
/// </summary>
internal static class EraseTenant
{
    public static async Task EraseTenantAsync(this IdentityDb db, Guid tenantId, DateTimeOffset now, CancellationToken ct)
    {
        // The first administrator and the platform's own clients live in the default tenant.
        if (tenantId == WellKnown.DefaultTenantId)
        {
            return;
        }

        var erased = 0L;
        await DeleteAsync<User>();
        await DeleteAsync<Session>();
        await DeleteAsync<RefreshToken>();
        await DeleteAsync<LoginAttempts>();
        await DeleteAsync<Client>();
        await DeleteAsync<ClientUsage>();
        await DeleteAsync<BrowserSession>();
        await DeleteAsync<AuthorizationCode>();
        await DeleteAsync<PushedRequest>();
        await DeleteAsync<Consent>();
        await DeleteAsync<DeviceAuthorization>();
        await DeleteAsync<CustomRole>();
        await DeleteAsync<PolicyRow>();
        await DeleteAsync<MfaMethod>();
        await DeleteAsync<RecoveryCode>();
        await DeleteAsync<MfaChallenge>();
        await DeleteAsync<Device>();
        await DeleteAsync<FormerPassword>();
        await DeleteAsync<AccountToken>();
        await DeleteAsync<ActingSession>();
        await DeleteAsync<IdempotencyKey>();
        await db.Database.ExecuteSqlAsync(
            $"""
            UPDATE audit_log SET actor_id = NULL, address = NULL, details = NULL, salt = NULL, erased_at = {now}
            WHERE tenant_id = {tenantId} AND erased_at IS NULL
            """, ct);
        db.PublishFor(tenantId, new TenantErased(tenantId, "identity", erased), tenantId.ToString());

        async Task DeleteAsync<T>()
            where T : class => erased += await db.Set<T>().Where(row => EF.Property<Guid>(row, "TenantId") == tenantId).ExecuteDeleteAsync(ct);
    }
}
