using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.Identity.Audit;
using Platform.Identity.Messages;
using Platform.Identity.Sessions;
using Platform.Identity.Storage;
using Platform.Identity.Tenants;
using Platform.ServiceDefaults;

namespace Platform.Identity.SignIn;

/// <summary>
/// Sets a password with a mailed link: a forgotten one, or the first one of an invited user. The link is good for one use,
/// of parallel ones one wins, and using it ends every session and every other link. It does not sign in: a second factor
/// stays to be asked for.
/// </summary>
internal sealed class RedeemAccountToken(
    TenantScopes scopes, AccountTokens tokens, SetPassword setPassword, EndSession endSession, LoginThrottle throttle, MessageQueue queue, AuditTrail audit, TimeProvider clock)
{
    private static readonly Fault Bad = new(ErrorCodes.AuthFailed, "The link is not valid (any more); ask for a new one.");

    /// <summary>Null when done.</summary>
    public async Task<Fault?> RunAsync(AccountTokenPurpose purpose, string? text, string? password, ClientOrigin origin, CancellationToken ct)
    {
        if (AccountTokens.Parse(purpose, text) is not { } presented)
        {
            return Bad;
        }

        await using var tenant = scopes.Enter(presented.TenantId);
        var db = tenant.Db;
        var now = clock.GetUtcNow();
        var row = await db.AccountTokens.AsNoTracking().SingleOrDefaultAsync(t => t.Id == presented.Id && t.Purpose == purpose, ct);
        if (row is null || !tokens.Matches(presented, row) || row.UsedAt is not null || row.ExpiresAt <= now
            || !await db.Tenants.AnyAsync(t => t.Id == presented.TenantId && t.Status == TenantStatus.Active, ct)
            || await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == row.UserId && u.DeletedAt == null && u.Active, ct) is not { } user)
        {
            return Bad;
        }

        if (await setPassword.CheckAsync(db, user, password, ct) is { Count: > 0 } faults)
        {
            var field = purpose == AccountTokenPurpose.Invitation ? "password" : "new_password";
            return Faults.ValidationFault(new Dictionary<string, string[]> { [field] = [.. faults] });
        }

        var hash = await setPassword.HashAsync(user, password!, ct);
        return await db.InTransactionAsync<Fault?>(async () =>
        {
            if (await db.AccountTokens.Where(t => t.Id == row.Id && t.UsedAt == null).ExecuteUpdateAsync(set => set.SetProperty(t => t.UsedAt, now), ct) == 0)
            {
                return Bad;
            }

            await db.AccountTokens.Where(t => t.UserId == user.Id && t.UsedAt == null).ExecuteUpdateAsync(set => set.SetProperty(t => t.UsedAt, now), ct);
            db.Users.Attach(user);
            setPassword.Apply(db, user, hash);
            user.EmailConfirmed = true;
            await throttle.ForgetAsync(db, user.UserName!, AttemptKind.Password, ct);
            await endSession.AllAsync(db, user.Id, null, "password_reset", ct);
            var isInvitation = purpose == AccountTokenPurpose.Invitation;
            if (!isInvitation)
            {
                queue.Add(db, Letters.PasswordChanged(user.UserName!), AccountTokens.ResetLives);
            }

            audit.Record(
                db, user.TenantId, isInvitation ? AuditActions.InvitationAccepted : AuditActions.PasswordReset, $"user/{user.Id}", Outcomes.Success, user.Id.ToString(), origin.Address);
            await db.SaveChangesAsync(ct);
            return null;
        }, ct);
    }
}
