using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.Identity.Audit;
using Platform.Identity.Keys;
using Platform.Identity.Messages;
using Platform.Identity.Policies;
using Platform.Identity.Storage;
using Platform.Identity.Users;
using Platform.ServiceDefaults;

namespace Platform.Identity.Mfa;

/// <summary>Adds, confirms and removes a user's second factors. One of a kind counts: a new one replaces it once confirmed.</summary>
internal sealed class EnrollFactor(IdentityDb db, Vault vault, OneTimeCodes codes, MessageQueue queue, AuditTrail audit, TimeProvider clock)
{
    private const int MaxTries = 5;
    private const int MaxWaiting = 5;
    private static readonly TimeSpan CodeLives = TimeSpan.FromMinutes(10);

    /// <summary>Binds a sealed secret to its row.</summary>
    public static string SecretContext(Guid methodId) => $"mfa/{methodId:N}";

    /// <summary>A TOTP secret that waits for its first code.</summary>
    public async Task<(MfaMethod? Method, byte[] Secret, Fault? Fault)> StartTotpAsync(User user, CancellationToken ct)
    {
        var secret = RandomNumberGenerator.GetBytes(Totp.SecretSize);
        var (method, fault) = await AddAsync(user, MfaKinds.Totp, secret, null, ct);
        if (method is not null)
        {
            await db.SaveChangesAsync(ct);
        }

        return (method, secret, fault);
    }

    /// <summary>A telephone number or address that waits for the code that was sent to it.</summary>
    public async Task<(MfaMethod? Method, Fault? Fault)> StartSentAsync(User user, string kind, string target, CancellationToken ct)
    {
        var hint = kind == MfaKinds.Sms ? "…" + target[^4..] : target[..1] + "…" + target[target.LastIndexOf('@')..];
        var (method, fault) = await AddAsync(user, kind, Encoding.UTF8.GetBytes(target), hint, ct);
        if (method is null)
        {
            return (null, fault);
        }

        (var code, method.CodeHash) = codes.New(method.Id);
        method.CodeExpiresAt = clock.GetUtcNow() + CodeLives;
        queue.Add(db, kind == MfaKinds.Sms ? Letters.SmsCode(target, code) : Letters.MailCode(target, code), CodeLives);
        await db.SaveChangesAsync(ct);
        return (method, null);
    }

    /// <summary>Confirms what waits; the first factor brings recovery codes.</summary>
    public async Task<(MfaMethod? Method, IReadOnlyList<string>? RecoveryCodes, Fault? Fault)> ConfirmAsync(
        User user, string kind, Guid? methodId, string code, ClientOrigin origin, CancellationToken ct)
    {
        var method = await db.MfaMethods.Where(m => m.UserId == user.Id && m.Kind == kind && m.ConfirmedAt == null && (methodId == null || m.Id == methodId))
            .OrderByDescending(m => m.Id).FirstOrDefaultAsync(ct);
        if (method is null)
        {
            return (null, null, Faults.NotFound("enrolment").Fault);
        }

        var now = clock.GetUtcNow();
        if (await db.MfaMethods.Where(m => m.Id == method.Id && m.Tries < MaxTries).ExecuteUpdateAsync(set => set.SetProperty(m => m.Tries, m => m.Tries + 1), ct) == 0
            || (kind != MfaKinds.Totp && method.CodeExpiresAt <= now))
        {
            return (null, null, Faults.Conflict("This enrolment is over; begin it anew.").Fault);
        }

        var step = kind == MfaKinds.Totp ? Totp.StepOf(vault.Open(method.Secret, SecretContext(method.Id)), code.Trim(), now) : null;
        if (kind == MfaKinds.Totp ? step is null : !codes.Matches(method.Id, code.Trim(), method.CodeHash))
        {
            return (null, null, Faults.ValidationFault("code", "is wrong"));
        }

        return await db.InTransactionAsync<(MfaMethod?, IReadOnlyList<string>?, Fault?)>(async () =>
        {
            var isFirst = !await db.MfaMethods.AnyAsync(m => m.UserId == user.Id && m.ConfirmedAt != null, ct);
            await db.MfaMethods.Where(m => m.UserId == user.Id && m.Kind == kind && m.Id != method.Id).ExecuteDeleteAsync(ct);
            method.ConfirmedAt = now;
            method.LastStep = step;
            method.CodeHash = null;
            method.CodeExpiresAt = null;
            var fresh = isFirst ? await ReplaceRecoveryCodesAsync(user, ct) : null;
            audit.Record(db, user.TenantId, AuditActions.MfaEnrolled, $"user/{user.Id}", Outcomes.Success, user.Id.ToString(), origin.Address, ("method", kind));
            await db.SaveChangesAsync(ct);
            return (method, fresh, null);
        }, ct);
    }

    /// <summary>Null when it is gone, also when it was not there. The last one stays while the policy asks for one.</summary>
    public Task<Fault?> RemoveAsync(User user, Guid methodId, ClientOrigin origin, CancellationToken ct) => db.InTransactionAsync<Fault?>(async () =>
    {
        // One removal at a time, so that the last two do not go together.
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({user.Id.ToString()}, 7160305))", ct);
        var all = await db.MfaMethods.Where(m => m.UserId == user.Id).ToListAsync(ct);
        if (all.Find(m => m.Id == methodId) is not { } method)
        {
            return null;
        }

        var isLast = method.ConfirmedAt is not null && !all.Exists(m => m.Id != methodId && m.ConfirmedAt is not null);
        if (isLast && (await db.ReadPolicyAsync(ct)).MfaRequiredRoles.Contains(user.Role))
        {
            return new Fault(ErrorCodes.Conflict, "Your role needs a second factor; enrol another one first.");
        }

        db.MfaMethods.Remove(method);
        if (isLast)
        {
            await db.RecoveryCodes.Where(c => c.UserId == user.Id).ExecuteDeleteAsync(ct);
        }

        audit.Record(db, user.TenantId, AuditActions.MfaRemoved, $"user/{user.Id}", Outcomes.Success, user.Id.ToString(), origin.Address, ("method", method.Kind));
        await db.SaveChangesAsync(ct);
        return null;
    }, ct);

    /// <summary>New recovery codes in place of the old ones; none while there is no factor that they could stand for.</summary>
    public Task<IReadOnlyList<string>?> NewRecoveryCodesAsync(User user, ClientOrigin origin, CancellationToken ct) => db.InTransactionAsync(async () =>
    {
        if (!await db.MfaMethods.AnyAsync(m => m.UserId == user.Id && m.ConfirmedAt != null, ct))
        {
            return null;
        }

        var fresh = await ReplaceRecoveryCodesAsync(user, ct);
        audit.Record(db, user.TenantId, AuditActions.RecoveryCodesCreated, $"user/{user.Id}", Outcomes.Success, user.Id.ToString(), origin.Address);
        await db.SaveChangesAsync(ct);
        return fresh;
    }, ct);

    private async Task<IReadOnlyList<string>?> ReplaceRecoveryCodesAsync(User user, CancellationToken ct)
    {
        await db.RecoveryCodes.Where(c => c.UserId == user.Id).ExecuteDeleteAsync(ct);
        var fresh = new List<string>(OneTimeCodes.RecoveryCodes);
        for (var i = 0; i < OneTimeCodes.RecoveryCodes; i++)
        {
            var code = OneTimeCodes.NewRecoveryCode();
            fresh.Add(code);
            db.RecoveryCodes.Add(new RecoveryCode { Id = Guid.CreateVersion7(), TenantId = user.TenantId, UserId = user.Id, Hash = codes.HashRecovery(user.Id, code) });
        }

        return fresh;
    }

    /// <summary>What waits unconfirmed is bounded, and so are the codes that are sent for it.</summary>
    private async Task<(MfaMethod? Method, Fault? Fault)> AddAsync(User user, string kind, byte[] secret, string? hint, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await db.MfaMethods.Where(m => m.UserId == user.Id && m.ConfirmedAt == null && m.CreatedAt < now - TimeSpan.FromHours(1)).ExecuteDeleteAsync(ct);
        if (await db.MfaMethods.CountAsync(m => m.UserId == user.Id && m.ConfirmedAt == null, ct) >= MaxWaiting)
        {
            return (null, new Fault(ErrorCodes.RateLimitExceeded, "Too many enrolments were begun and not confirmed.", RetryAfter: TimeSpan.FromHours(1)));
        }

        var method = new MfaMethod { Id = Guid.CreateVersion7(now), TenantId = user.TenantId, UserId = user.Id, Kind = kind, Hint = hint };
        method.Secret = vault.Seal(secret, SecretContext(method.Id));
        db.MfaMethods.Add(method);
        return (method, null);
    }
}
