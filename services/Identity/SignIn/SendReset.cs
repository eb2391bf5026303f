using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Identity.Audit;
using Platform.Identity.Messages;
using Platform.Identity.Storage;
using Platform.Identity.Tenants;
using Platform.Identity.Users;
using Platform.ServiceDefaults;

namespace Platform.Identity.SignIn;

/// <summary>
/// Forgotten passwords. Whoever asks is answered before anything is looked up, so that neither the answer nor its time
/// tells whether the name exists.
/// </summary>
internal sealed class SendReset(
    TenantScopes scopes, AccountTokens tokens, LoginThrottle throttle, MessageQueue queue, AuditTrail audit, IOptions<IdentitySettings> settings, TimeProvider clock)
{
    /// <summary>Mails to one user an hour: nobody's mailbox is filled by others.</summary>
    private const int MaxAnHour = 3;

    private static readonly TimeSpan RequestLives = TimeSpan.FromMinutes(15);

    /// <summary>Takes the wish; null, or that it came too often.</summary>
    public async Task<Fault?> AskAsync(Guid tenantId, string username, ClientOrigin origin, CancellationToken ct)
    {
        await using var tenant = scopes.Enter(tenantId);
        var decision = await throttle.BeginAsync(tenant, AttemptKind.PasswordReset, username, origin.Address, isTrusted: false, ct);
        if (decision.Outcome != AttemptOutcome.Allowed)
        {
            return LoginThrottle.Refusal(decision);
        }

        queue.Add(tenant.Db, new Message(Channel.ResetRequest, username, TenantId: tenantId), RequestLives);
        audit.Record(
            tenant.Db, tenantId, AuditActions.PasswordResetAsked, "user/unknown", Outcomes.Success, null, origin.Address, ("username", username));
        await tenant.Db.SaveChangesAsync(ct);
        return null;
    }

    /// <summary>Mails the link if there is such a user.</summary>
    public async Task RunAsync(Guid tenantId, string username, CancellationToken ct)
    {
        await using var tenant = scopes.Enter(tenantId);
        var db = tenant.Db;
        var name = EmailAddress.Normalize(username);
        if (!await db.Tenants.AnyAsync(t => t.Id == tenantId && t.Status == TenantStatus.Active, ct)
            || await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.NormalizedUserName == name && u.DeletedAt == null && u.Active, ct) is not { } user)
        {
            return;
        }

        var since = clock.GetUtcNow() - TimeSpan.FromHours(1);
        if (await db.AccountTokens.CountAsync(t => t.UserId == user.Id && t.Purpose == AccountTokenPurpose.PasswordReset && t.CreatedAt > since, ct) >= MaxAnHour)
        {
            return;
        }

        var (_, token) = tokens.Add(db, tenantId, user.Id, AccountTokenPurpose.PasswordReset);
        queue.Add(db, Letters.PasswordReset(user.UserName!, settings.Value.Issuer, token), AccountTokens.ResetLives);
        await db.SaveChangesAsync(ct);
    }
}
