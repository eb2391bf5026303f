using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Platform.Identity.Audit;
using Platform.Identity.Keys;
using Platform.Identity.Messages;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;
using Platform.Identity.Tokens;

namespace Platform.Identity.Mfa;

/// <summary>What a sign-in that needs a second factor is told.</summary>
/// <param name="ChallengeId">Goes to <c>/auth/mfa/verify</c>; good for 5 minutes, 5 tries and one use.</param>
/// <param name="Methods">What is accepted: <c>totp</c>, <c>sms</c>, <c>email</c>, <c>recovery_code</c>. Where a code is to be sent, the first one that sends was used.</param>
internal sealed record MfaDemand(string ChallengeId, IReadOnlyList<string> Methods);

/// <summary>Asks for a second factor where the user has one, or the tenant's policy wants one.</summary>
internal sealed class AskSecondFactor(OpaqueTokens opaque, OneTimeCodes codes, Vault vault, MessageQueue queue, AuditTrail audit, TimeProvider clock)
{
    public static readonly TimeSpan Lives = TimeSpan.FromMinutes(5);

    internal static readonly TokenKind Kind = new("mc_", "mfa-challenge");

    private const int MaxSent = 3;
    private static readonly TimeSpan BetweenCodes = TimeSpan.FromSeconds(20);

    /// <summary>The demand, or null when the password is enough. Saved here, inside the caller's transaction.</summary>
    public async Task<MfaDemand?> AskAsync(IdentityDb db, Arrival arrival, CancellationToken ct)
    {
        var user = arrival.User;
        var enrolled = await db.MfaMethods.AsNoTracking().Where(m => m.UserId == user.Id && m.ConfirmedAt != null).OrderBy(m => m.CreatedAt).ToListAsync(ct);
        var isWanted = arrival.Policy.MfaRequiredRoles.Contains(user.Role) || (arrival.Policy.MfaOnNewDevice && arrival.Device is null);
        if (enrolled.Count == 0 && !isWanted)
        {
            return null;
        }

        var methods = enrolled.Select(m => m.Kind).Distinct().ToList();
        if (methods.Count == 0)
        {
            // Nobody is shut out by a new policy: their mailbox is what they have.
            methods.Add(MfaKinds.Email);
        }

        var firstThatSends = methods.Find(m => m != MfaKinds.Totp);
        if (await db.RecoveryCodes.AnyAsync(c => c.UserId == user.Id && c.UsedAt == null, ct))
        {
            methods.Add(MfaKinds.RecoveryCode);
        }

        var now = clock.GetUtcNow();
        var challenge = new MfaChallenge
        {
            Id = Guid.CreateVersion7(now),
            TenantId = user.TenantId,
            UserId = user.Id,
            Continuation = JsonSerializer.Serialize(arrival.Continuation with { DeviceName = arrival.DeviceName }),
            Fingerprint = arrival.Fingerprint,
            Methods = string.Join(' ', methods),
            ExpiresAt = now + Lives,
        };
        (var token, challenge.Hash) = opaque.Create(Kind, user.TenantId, challenge.Id);
        db.MfaChallenges.Add(challenge);
        if (firstThatSends is not null && !methods.Contains(MfaKinds.Totp))
        {
            Send(db, challenge, firstThatSends, TargetOf(enrolled.Find(m => m.Kind == firstThatSends), user.UserName!));
        }

        audit.Record(db, user.TenantId, AuditActions.MfaRequired, $"user/{user.Id}", Outcomes.Success, user.Id.ToString(), arrival.Origin.Address);
        await db.SaveChangesAsync(ct);
        return new MfaDemand(token, methods);
    }

    /// <summary>Sends a code for a challenge once more, or by another method; false when that cannot be (yet).</summary>
    public async Task<bool> SendAgainAsync(IdentityDb db, MfaChallenge challenge, string method, string username, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (method is not (MfaKinds.Sms or MfaKinds.Email) || !challenge.Methods.Split(' ').Contains(method) || challenge.Sent >= MaxSent
            || challenge.CodeSentAt + BetweenCodes > now)
        {
            return false;
        }

        var enrolled = await db.MfaMethods.AsNoTracking().FirstOrDefaultAsync(m => m.UserId == challenge.UserId && m.Kind == method && m.ConfirmedAt != null, ct);
        Send(db, challenge, method, TargetOf(enrolled, username));
        await db.SaveChangesAsync(ct);
        return true;
    }

    private void Send(IdentityDb db, MfaChallenge challenge, string method, string target)
    {
        (var code, challenge.CodeHash) = codes.New(challenge.Id);
        challenge.CodeKind = method;
        challenge.CodeSentAt = clock.GetUtcNow();
        challenge.Sent++;
        queue.Add(db, method == MfaKinds.Sms ? Letters.SmsCode(target, code) : Letters.MailCode(target, code), Lives);
    }

    private string TargetOf(MfaMethod? method, string username) =>
        method is null ? username : Encoding.UTF8.GetString(vault.Open(method.Secret, EnrollFactor.SecretContext(method.Id)));
}
