using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.Identity.Audit;
using Platform.Identity.Browser;
using Platform.Identity.Clients;
using Platform.Identity.Keys;
using Platform.Identity.Protocol;
using Platform.Identity.Storage;

namespace Platform.Identity.DeviceFlow;

/// <summary>A user answers for a device (RFC 8628, section 3.3).</summary>
internal sealed class DecideDevice(TenantScopes scopes, ClientDirectory clients, Vault vault, AuditTrail audit, TimeProvider clock)
{
    /// <summary>The waiting device of a code. Codes of the user's own tenant count, and those of the platform's own clients.</summary>
    public async Task<(DeviceAuthorization Device, Client Client)?> FindAsync(string code, BrowserSession session, CancellationToken ct)
    {
        var hash = UserCodes.Hash(vault, code);
        foreach (var tenantId in session.TenantId == WellKnown.DefaultTenantId ? [session.TenantId] : (Guid[])[session.TenantId, WellKnown.DefaultTenantId])
        {
            await using var scope = scopes.Enter(tenantId);
            var now = clock.GetUtcNow();
            var device = await scope.Db.DeviceAuthorizations.AsNoTracking().SingleOrDefaultAsync(
                d => d.UserCodeHash == hash && d.ApprovedAt == null && d.DeniedAt == null && d.ExpiresAt > now, ct);
            if (device is not null && (tenantId == session.TenantId || FirstPartyClients.Is(device.ClientId))
                && await clients.FindAsync(device.ClientId, ct) is ({ } client, false))
            {
                return (device, client);
            }
        }

        return null;
    }

    /// <summary>Approves or denies; false when somebody was quicker or the code has expired.</summary>
    public async Task<bool> DecideAsync(DeviceAuthorization device, BrowserSession session, bool isAllowed, ClientOrigin origin, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using (var scope = scopes.Enter(device.TenantId, session.UserId.ToString()))
        {
            var changed = await scope.Db.DeviceAuthorizations
                .Where(d => d.Id == device.Id && d.ApprovedAt == null && d.DeniedAt == null && d.ExpiresAt > now)
                .ExecuteUpdateAsync(
                    set => set
                        .SetProperty(d => d.ApprovedAt, isAllowed ? now : (DateTimeOffset?)null)
                        .SetProperty(d => d.DeniedAt, isAllowed ? (DateTimeOffset?)null : now)
                        .SetProperty(d => d.UserTenantId, session.TenantId)
                        .SetProperty(d => d.UserId, session.UserId)
                        .SetProperty(d => d.BrowserSessionId, session.Id)
                        .SetProperty(d => d.Methods, session.Methods)
                        .SetProperty(d => d.AuthenticatedAt, session.AuthenticatedAt),
                    ct);
            if (changed == 0)
            {
                return false;
            }
        }

        await using var home = scopes.Enter(session.TenantId, session.UserId.ToString());
        audit.Record(
            home.Db, session.TenantId, isAllowed ? AuditActions.DeviceApproved : AuditActions.DeviceDenied, $"client/{device.ClientId}",
            isAllowed ? Outcomes.Success : Outcomes.Refused, session.UserId.ToString(), origin.Address, ("scope", device.Scope));
        await home.Db.SaveChangesAsync(ct);
        return true;
    }
}
