using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Identity.Keys;
using Platform.Identity.Storage;
using Platform.Identity.Users;
using Platform.ServiceDefaults;

namespace Platform.Identity.SignIn;

/// <summary>Keeps <see cref="LoginAttempts"/> in the database: a restart forgets no lock, and instances share them.</summary>
internal sealed class LoginThrottle(Vault vault, IOptions<IdentitySettings> settings, TimeProvider clock)
{
    /// <summary>Counts an attempt before it is made and says whether it may be.</summary>
    /// <param name="tenant">The tenant; the count commits by itself.</param>
    /// <param name="kind">What is guessed.</param>
    /// <param name="username">The account, which need not exist.</param>
    /// <param name="address">From where.</param>
    /// <param name="isTrusted">Whether it comes from a device that the user trusts.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<AttemptDecision> BeginAsync(TenantScope tenant, AttemptKind kind, string username, string address, bool isTrusted, CancellationToken ct)
    {
        var db = tenant.Db;
        var account = AccountOf(username);
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO login_attempts (tenant_id, account, address, kind, window_start, in_window, failures, locks, last_at)
            SELECT {tenant.TenantId}, {account}, a, {(int)kind}, {now}, 0, 0, 0, {now} FROM unnest({Rows(address)}) AS t(a) ON CONFLICT DO NOTHING
            """, ct);
        var (pair, anywhere) = await LockedAsync(db, account, kind, address, ct);
        var locks = kind != AttemptKind.PasswordReset;
        var decision = pair!.Begin(now, settings.Value.LoginAttemptsPerMinute, locks);
        if (decision.Outcome == AttemptOutcome.Allowed && locks)
        {
            await db.SaveChangesAsync(ct);
            var since = now - LoginAttempts.AccountWindow;
            var addresses = await db.LoginAttempts.CountAsync(
                a => a.Account == account && a.Kind == kind && a.Address != LoginAttempts.AnyAddress && a.LastFailedAt > since, ct);
            decision = anywhere!.BeginAnywhere(now, addresses, isTrusted);
        }

        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        db.ChangeTracker.Clear();
        return decision;
    }

    /// <summary>Takes back what was counted in advance; saved with the caller's changes.</summary>
    public async Task SucceedAsync(IdentityDb db, AttemptKind kind, string username, string address, AttemptDecision decision, CancellationToken ct)
    {
        var (pair, anywhere) = await LockedAsync(db, AccountOf(username), kind, address, ct);
        pair?.Succeed();
        anywhere?.SucceedAnywhere(decision.LocksAccount);
    }

    /// <summary>
    /// Whether the account is locked for all addresses; asked where nothing is guessed, such as at a refresh. The lock of one
    /// address does not count there: whoever guesses beside somebody takes nothing from them.
    /// </summary>
    public Task<bool> IsLockedAsync(IdentityDb db, string username, CancellationToken ct)
    {
        var (account, now) = (AccountOf(username), clock.GetUtcNow());
        return db.LoginAttempts.AnyAsync(a => a.Account == account && a.Address == LoginAttempts.AnyAddress && a.LockedUntil > now, ct);
    }

    /// <summary>Forgets all attempts on an account.</summary>
    public Task ForgetAsync(IdentityDb db, string username, AttemptKind? kind, CancellationToken ct)
    {
        var account = AccountOf(username);
        return db.LoginAttempts.Where(a => a.Account == account && (kind == null || a.Kind == kind)).ExecuteDeleteAsync(ct);
    }

    /// <summary>What a refused attempt is told.</summary>
    public static Fault Refusal(AttemptDecision decision) => decision.Outcome == AttemptOutcome.Locked
        ? new Fault(ErrorCodes.AccountLocked, "Too many failed attempts; this account is locked for you.", RetryAfter: decision.RetryAfter)
        : new Fault(ErrorCodes.RateLimitExceeded, "Too many attempts a minute.", RetryAfter: decision.RetryAfter);

    private static string[] Rows(string address) => [address, LoginAttempts.AnyAddress];

    private byte[] AccountOf(string username) => vault.Hash("account", Encoding.UTF8.GetBytes(EmailAddress.Normalize(username)));

    /// <summary>Locked in one order, so that attempts from two addresses cannot wait for each other.</summary>
    private static async Task<(LoginAttempts? Pair, LoginAttempts? Anywhere)> LockedAsync(
        IdentityDb db, byte[] account, AttemptKind kind, string address, CancellationToken ct)
    {
        var rows = await db.LoginAttempts.FromSql(
            $"SELECT * FROM login_attempts WHERE account = {account} AND kind = {(int)kind} AND address = ANY({Rows(address)}) ORDER BY address FOR UPDATE").ToListAsync(ct);
        return (rows.Find(r => r.Address != LoginAttempts.AnyAddress), rows.Find(r => r.Address == LoginAttempts.AnyAddress));
    }
}
