using Microsoft.EntityFrameworkCore;
using Platform.Identity.Audit;
using Platform.Identity.Devices;
using Platform.Identity.Mfa;
using Platform.Identity.Sessions;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Users;

/// <summary>Everything that this service keeps about a person (GDPR, articles 15 and 20).</summary>
/// <param name="User">The account.</param>
/// <param name="Sessions">Sign-ins.</param>
/// <param name="Devices">Devices.</param>
/// <param name="MfaMethods">Second factors, without their secrets.</param>
/// <param name="Audit">The newest entries of the audit log by and about them.</param>
internal sealed record PersonExport(
    UserView User, IReadOnlyList<SessionView> Sessions, IReadOnlyList<DeviceView> Devices, IReadOnlyList<MfaView> MfaMethods, IReadOnlyList<AuditView> Audit);

internal sealed class ExportUser(IdentityDb db, AuditTrail audit)
{
    private const int MaxAudit = 10_000;

    /// <summary>Null when the caller sees no such user.</summary>
    public async Task<PersonExport?> RunAsync(CallContext call, Guid id, ClientOrigin origin, CancellationToken ct)
    {
        if (await UserEndpoints.FindAsync(db.Users.AsNoTracking(), id, ct) is not { } user || !call.MaySee(user))
        {
            return null;
        }

        var sessions = await db.Sessions.AsNoTracking().Where(s => s.UserId == id).OrderBy(s => s.CreatedAt).ToListAsync(ct);
        var devices = await db.Devices.AsNoTracking().Where(d => d.UserId == id).OrderBy(d => d.CreatedAt).ToListAsync(ct);
        var methods = await db.MfaMethods.AsNoTracking().Where(m => m.UserId == id).OrderBy(m => m.CreatedAt).ToListAsync(ct);
        var (actor, resource) = (id.ToString(), $"user/{id}");
        var entries = await db.Audit.AsNoTracking().Where(a => a.ActorId == actor || a.Resource == resource).OrderByDescending(a => a.At).Take(MaxAudit).ToListAsync(ct);
        audit.Record(db, call.TenantId, AuditActions.UserExported, resource, Outcomes.Success, call.Subject, origin.Address);
        await db.SaveChangesAsync(ct);
        return new PersonExport(
            UserView.From(user),
            [.. sessions.Select(s => SessionView.From(s, null))],
            [.. devices.Select(d => DeviceView.From(d, null))],
            [.. methods.Select(MfaView.From)],
            [.. entries.Select(AuditView.From)]);
    }
}
