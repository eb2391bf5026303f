using Microsoft.EntityFrameworkCore;
using Platform.Contracts.Identity;
using Platform.Identity.Audit;
using Platform.Identity.Sessions;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Users;

/// <summary>
/// Erases a person (GDPR, article 17): the account is deleted, and what is left of it is an id. Users who were deleted
/// before can be erased as well.
/// </summary>
internal sealed class EraseUser(IdentityDb db, EndSession endSession, LastAdmin lastAdmin, LoginThrottle throttle, AuditTrail audit, TimeProvider clock)
{
    /// <summary>Null when nothing is left, also when there was nothing.</summary>
    public async Task<Fault?> RunAsync(CallContext call, Guid id, HttpRequest request, ClientOrigin origin, CancellationToken ct)
    {
        if (call.UserId() == id)
        {
            return Faults.Malformed("You cannot erase yourself.").Fault;
        }

        return await db.InTransactionAsync<Fault?>(async () =>
        {
            await lastAdmin.LockAsync(call.TenantId, ct);
            if (await db.Users.SingleOrDefaultAsync(u => u.Id == id, ct) is not { } user)
            {
                return null;
            }

            if (!request.IfMatch(user.Version))
            {
                return Faults.PreconditionFailed().Fault;
            }

            if (!call.Permissions().Covers(user.Permissions))
            {
                return Faults.Forbidden("You cannot erase somebody with more rights than yours.").Fault;
            }

            if (user.DeletedAt is null && await lastAdmin.IsAsync(user, ct))
            {
                return Faults.Conflict("This is the last administrator.").Fault;
            }

            await EraseAsync(user, ct);
            audit.Record(db, call.TenantId, AuditActions.UserErased, $"user/{id}", Outcomes.Success, call.Subject, origin.Address);
            await db.SaveChangesAsync(ct);
            return null;
        }, ct);
    }

    private async Task EraseAsync(User user, CancellationToken ct)
    {
        var (id, now) = (user.Id, clock.GetUtcNow());
        await endSession.AllAsync(db, id, null, "user_erased", ct);
        await throttle.ForgetAsync(db, user.UserName!, null, ct);
        if (user.DeletedAt is null)
        {
            db.Publish(new UserDeleted(user.TenantId, id, now), id.ToString());
        }

        user.Rename($"erased-{id:N}@invalid.example");
        user.PasswordHash = null;
        user.PhoneNumber = null;
        user.Active = false;
        user.DeletedAt ??= now;
        await db.Sessions.Where(s => s.UserId == id).ExecuteUpdateAsync(
            set => set.SetProperty(s => s.Address, "").SetProperty(s => s.UserAgent, (string?)null).SetProperty(s => s.Device, (string?)null), ct);
        await db.RefreshTokens.Where(t => t.UserId == id).ExecuteDeleteAsync(ct);
        await db.BrowserSessions.Where(s => s.UserId == id).ExecuteDeleteAsync(ct);
        await db.Consents.Where(c => c.UserId == id).ExecuteDeleteAsync(ct);
        await db.Devices.Where(d => d.UserId == id).ExecuteDeleteAsync(ct);
        await db.MfaMethods.Where(m => m.UserId == id).ExecuteDeleteAsync(ct);
        await db.MfaChallenges.Where(c => c.UserId == id).ExecuteDeleteAsync(ct);
        await db.RecoveryCodes.Where(c => c.UserId == id).ExecuteDeleteAsync(ct);
        await db.FormerPasswords.Where(p => p.UserId == id).ExecuteDeleteAsync(ct);
        await db.AccountTokens.Where(t => t.UserId == id).ExecuteDeleteAsync(ct);
        await db.EraseFromAuditAsync(user.TenantId, id, now, ct);
    }
}
