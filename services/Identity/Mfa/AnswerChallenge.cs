using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.Identity.Audit;
using Platform.Identity.Keys;
using Platform.Identity.Policies;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;
using Platform.Identity.Tenants;
using Platform.Identity.Tokens;
using Platform.ServiceDefaults;

namespace Platform.Identity.Mfa;

/// <summary>The answer to a challenge.</summary>
/// <param name="Challenge">The challenge's id.</param>
/// <param name="Method">One of its methods.</param>
/// <param name="Code">The code.</param>
/// <param name="Purpose">What the sign-in must be for.</param>
internal sealed record MfaAnswer(string? Challenge, string? Method, string? Code, string Purpose = Continuation.Api);

/// <summary>
/// The second step of a sign-in. A challenge has 5 minutes, 5 tries and one success; a TOTP step, a sent code and a
/// recovery code are accepted once, of parallel answers by one. Wrong codes are counted by account and address apart
/// from wrong passwords, over all challenges.
/// </summary>
internal sealed class AnswerChallenge(
    TenantScopes scopes,
    OpaqueTokens opaque,
    OneTimeCodes codes,
    Vault vault,
    LoginThrottle throttle,
    AskSecondFactor secondFactor,
    CompleteSignIn complete,
    AuditTrail audit,
    TimeProvider clock)
{
    private const int MaxTries = 5;

    private static readonly Fault Over = new(ErrorCodes.AuthFailed, "The challenge is not valid (any more); sign in again.");
    private static readonly Fault Wrong = new(ErrorCodes.AuthFailed, "The code is wrong or was used before.");

    /// <summary>Lets somebody in, or says why not.</summary>
    public async Task<(T? Opened, Fault? Fault)> RunAsync<T>(
        MfaAnswer answer, ClientOrigin origin, Func<IdentityDb, Proven, T> open, CancellationToken ct)
        where T : class
    {
        if (OpaqueTokens.Parse(AskSecondFactor.Kind, answer.Challenge) is not { } presented)
        {
            return (null, Over);
        }

        await using var scope = scopes.Enter(presented.TenantId);
        var db = scope.Db;
        if (await FindAsync(db, presented, answer.Purpose, ct) is not var (challenge, user))
        {
            return (null, Over);
        }

        var device = await db.Devices.AsNoTracking().SingleOrDefaultAsync(d => d.UserId == user.Id && d.Fingerprint == challenge.Fingerprint, ct);
        var decision = await throttle.BeginAsync(scope, AttemptKind.OneTimeCode, user.UserName!, origin.Address, device?.TrustedAt is not null, ct);
        if (decision.Outcome != AttemptOutcome.Allowed)
        {
            return (null, LoginThrottle.Refusal(decision));
        }

        var now = clock.GetUtcNow();
        if (await db.MfaChallenges.Where(c => c.Id == challenge.Id && c.UsedAt == null && c.ExpiresAt > now && c.Tries < MaxTries)
                .ExecuteUpdateAsync(set => set.SetProperty(c => c.Tries, c => c.Tries + 1), ct) == 0)
        {
            return (null, Over);
        }

        var (opened, fault) = await db.InTransactionAsync<(T?, Fault?)>(async () =>
        {
            if (!await AcceptAsync(db, challenge, answer.Method, answer.Code ?? "", now, ct))
            {
                return (null, Wrong);
            }

            if (await db.MfaChallenges.Where(c => c.Id == challenge.Id && c.UsedAt == null).ExecuteUpdateAsync(set => set.SetProperty(c => c.UsedAt, now), ct) == 0)
            {
                return (null, Over);
            }

            await throttle.SucceedAsync(db, AttemptKind.OneTimeCode, user.UserName!, origin.Address, decision, ct);
            var continuation = JsonSerializer.Deserialize<Continuation>(challenge.Continuation)!;
            var arrival = new Arrival(user, await db.ReadPolicyAsync(ct), device, challenge.Fingerprint, continuation.DeviceName, origin, continuation);
            return (await complete.RunAsync(db, arrival, MfaKinds.Amr(answer.Method!), open, ct), null);
        }, ct);
        if (fault is not null)
        {
            audit.Record(db, user.TenantId, AuditActions.MfaFailed, $"user/{user.Id}", Outcomes.Refused, user.Id.ToString(), origin.Address, ("method", answer.Method));
            await db.SaveChangesAsync(ct);
        }

        return (opened, fault);
    }

    /// <summary>Sends a code once more; null when it is on its way.</summary>
    public async Task<Fault?> SendAsync(string? text, string method, string purpose, CancellationToken ct)
    {
        if (OpaqueTokens.Parse(AskSecondFactor.Kind, text) is not { } presented)
        {
            return Over;
        }

        await using var scope = scopes.Enter(presented.TenantId);
        if (await FindAsync(scope.Db, presented, purpose, ct) is not var (challenge, user))
        {
            return Over;
        }

        scope.Db.MfaChallenges.Attach(challenge);
        return await secondFactor.SendAgainAsync(scope.Db, challenge, method, user.UserName!, ct)
            ? null
            : new Fault(ErrorCodes.RateLimitExceeded, "No further code can be sent now.", RetryAfter: TimeSpan.FromSeconds(20));
    }

    private async Task<(MfaChallenge Challenge, Users.User User)?> FindAsync(IdentityDb db, OpaqueToken presented, string purpose, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var challenge = await db.MfaChallenges.AsNoTracking().SingleOrDefaultAsync(c => c.Id == presented.Id, ct);
        if (challenge is null || !opaque.Matches(presented, challenge.Hash) || challenge.UsedAt is not null || challenge.ExpiresAt <= now
            || JsonSerializer.Deserialize<Continuation>(challenge.Continuation)!.Purpose != purpose
            || !await db.Tenants.AnyAsync(t => t.Id == presented.TenantId && t.Status == TenantStatus.Active, ct))
        {
            return null;
        }

        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == challenge.UserId && u.DeletedAt == null && u.Active, ct);
        return user is null ? null : (challenge, user);
    }

    private Task<bool> AcceptAsync(IdentityDb db, MfaChallenge challenge, string? method, string code, DateTimeOffset now, CancellationToken ct) =>
        method is null || !challenge.Methods.Split(' ').Contains(method) ? Task.FromResult(false) : method switch
        {
            MfaKinds.Totp => AcceptTotpAsync(db, challenge, code, now, ct),
            MfaKinds.RecoveryCode => AcceptRecoveryAsync(db, challenge, code, now, ct),
            _ => Task.FromResult(challenge.CodeKind == method && codes.Matches(challenge.Id, code.Trim(), challenge.CodeHash)),
        };

    private async Task<bool> AcceptTotpAsync(IdentityDb db, MfaChallenge challenge, string code, DateTimeOffset now, CancellationToken ct)
    {
        var methods = await db.MfaMethods.AsNoTracking().Where(m => m.UserId == challenge.UserId && m.Kind == MfaKinds.Totp && m.ConfirmedAt != null).ToListAsync(ct);
        foreach (var method in methods)
        {
            if (Totp.StepOf(vault.Open(method.Secret, EnrollFactor.SecretContext(method.Id)), code.Trim(), now) is { } step)
            {
                return await db.MfaMethods.Where(m => m.Id == method.Id && (m.LastStep == null || m.LastStep < step))
                    .ExecuteUpdateAsync(set => set.SetProperty(m => m.LastStep, step), ct) == 1;
            }
        }

        return false;
    }

    private async Task<bool> AcceptRecoveryAsync(IdentityDb db, MfaChallenge challenge, string code, DateTimeOffset now, CancellationToken ct)
    {
        var hash = codes.HashRecovery(challenge.UserId, code);
        return await db.RecoveryCodes.Where(c => c.UserId == challenge.UserId && c.Hash == hash && c.UsedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.UsedAt, now), ct) == 1;
    }
}
