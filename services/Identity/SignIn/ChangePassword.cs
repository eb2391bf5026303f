using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.Identity.Audit;
using Platform.Identity.Sessions;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.SignIn;

/// <summary>
/// A user changes their own password. Guesses at the current one count like sign-ins; all other sessions end, and the
/// session at hand gets its full rights at its next refresh.
/// </summary>
internal sealed class ChangePassword(TenantScopes scopes, LoginThrottle throttle, PasswordGate gate, EndSession endSession, AuditTrail audit, TimeProvider clock)
{
    /// <summary>Null when done.</summary>
    public async Task<Fault?> RunAsync(CallContext call, Guid userId, string current, string next, ClientOrigin origin, CancellationToken ct)
    {
        await using var tenant = scopes.Enter(call.TenantId, call.Subject);
        var db = tenant.Db;
        if (await db.Users.SingleOrDefaultAsync(u => u.Id == userId && u.DeletedAt == null && u.Active, ct) is not { } user)
        {
            return new Fault(ErrorCodes.NotFound, "There is no such user.");
        }

        db.ChangeTracker.Clear();
        if (await throttle.BeginAsync(tenant, user.UserName!, origin.Address, ct) is { Outcome: not AttemptOutcome.Allowed } decision)
        {
            return LoginThrottle.Refusal(decision);
        }

        if (!await gate.VerifyAsync(user, current, ct))
        {
            audit.Record(db, call.TenantId, AuditActions.PasswordChangeFailed, $"user/{userId}", Outcomes.Refused, call.Subject, origin.Address);
            await db.SaveChangesAsync(ct);
            return new Fault(ErrorCodes.AuthFailed, "The current password is wrong.");
        }

        var faults = PasswordPolicy.Check(next, user.UserName).ToList();
        if (next == current)
        {
            faults.Add("must differ from the current password");
        }

        if (faults.Count > 0)
        {
            return Faults.ValidationFault(new Dictionary<string, string[]> { ["new_password"] = [.. faults] });
        }

        var hash = await gate.HashAsync(user, next, ct);
        return await db.InTransactionAsync<Fault?>(async () =>
        {
            await throttle.SucceedAsync(db, user.UserName!, origin.Address, ct);
            db.Users.Attach(user);
            user.PasswordHash = hash;
            user.PasswordChangedAt = clock.GetUtcNow();
            user.MustChangePassword = false;
            user.SecurityStamp = Guid.NewGuid().ToString("N");
            await endSession.AllAsync(db, userId, call.SessionId, "password_changed", ct);
            audit.Record(db, call.TenantId, AuditActions.PasswordChanged, $"user/{userId}", Outcomes.Success, call.Subject, origin.Address);
            await db.SaveChangesAsync(ct);
            return null;
        }, ct);
    }
}
