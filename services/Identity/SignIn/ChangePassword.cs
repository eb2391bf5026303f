using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.Identity.Audit;
using Platform.Identity.Messages;
using Platform.Identity.Sessions;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.SignIn;

/// <summary>
/// A user changes their own password. Guesses at the current one count like sign-ins; all other sessions end, and the
/// session at hand gets its full rights at its next refresh.
/// </summary>
internal sealed class ChangePassword(
    TenantScopes scopes, LoginThrottle throttle, PasswordGate gate, SetPassword setPassword, EndSession endSession, MessageQueue queue, AuditTrail audit)
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
        // Whoever is signed in is past the account's lock: it keeps out those who are not.
        var decision = await throttle.BeginAsync(tenant, AttemptKind.Password, user.UserName!, origin.Address, isTrusted: true, ct);
        if (decision.Outcome != AttemptOutcome.Allowed)
        {
            return LoginThrottle.Refusal(decision);
        }

        if (!await gate.VerifyAsync(user, current, ct))
        {
            audit.Record(db, call.TenantId, AuditActions.PasswordChangeFailed, $"user/{userId}", Outcomes.Refused, call.Subject, origin.Address);
            await db.SaveChangesAsync(ct);
            return new Fault(ErrorCodes.AuthFailed, "The current password is wrong.");
        }

        await db.InTransactionAsync(
            async () =>
            {
                await throttle.SucceedAsync(db, AttemptKind.Password, user.UserName!, origin.Address, decision, ct);
                return await db.SaveChangesAsync(ct);
            },
            ct);
        if (await setPassword.CheckAsync(db, user, next, ct) is { Count: > 0 } faults)
        {
            return Faults.ValidationFault(new Dictionary<string, string[]> { ["new_password"] = [.. faults] });
        }

        var hash = await setPassword.HashAsync(user, next, ct);
        return await db.InTransactionAsync<Fault?>(async () =>
        {
            db.Users.Attach(user);
            setPassword.Apply(db, user, hash);
            queue.Add(db, Letters.PasswordChanged(user.UserName!), AccountTokens.ResetLives);
            await endSession.AllAsync(db, userId, call.SessionId, "password_changed", ct);
            audit.Record(db, call.TenantId, AuditActions.PasswordChanged, $"user/{userId}", Outcomes.Success, call.Subject, origin.Address);
            await db.SaveChangesAsync(ct);
            return null;
        }, ct);
    }
}
