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
    public async Task<AttemptDecision> BeginAsync(TenantScope tenant, string username, string address, CancellationToken ct)
    {
        var db = tenant.Db;
        var account = AccountOf(username);
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO login_attempts (tenant_id, account, address, window_start, in_window, failures, locks, last_at)
            VALUES ({tenant.TenantId}, {account}, {address}, {now}, 0, 0, 0, {now}) ON CONFLICT DO NOTHING
            """, ct);
        var row = (await LockedAsync(db, account, address, ct))!;
        var decision = row.Begin(now, settings.Value.LoginAttemptsPerMinute);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        db.ChangeTracker.Clear();
        return decision;
    }

    /// <summary>Takes back what was counted in advance; saved with the caller's changes.</summary>
    public async Task SucceedAsync(IdentityDb db, string username, string address, CancellationToken ct) =>
        (await LockedAsync(db, AccountOf(username), address, ct))?.Succeed();

    /// <summary>What a refused attempt is told.</summary>
    public static Fault Refusal(AttemptDecision decision) => decision.Outcome == AttemptOutcome.Locked
        ? new Fault(ErrorCodes.AccountLocked, "Too many failed attempts; this account is locked for you.", RetryAfter: decision.RetryAfter)
        : new Fault(ErrorCodes.RateLimitExceeded, "Too many attempts a minute.", RetryAfter: decision.RetryAfter);

    private byte[] AccountOf(string username) => vault.Hash("account", Encoding.UTF8.GetBytes(EmailAddress.Normalize(username)));

    private static async Task<LoginAttempts?> LockedAsync(IdentityDb db, byte[] account, string address, CancellationToken ct) =>
        (await db.LoginAttempts.FromSql($"SELECT * FROM login_attempts WHERE account = {account} AND address = {address} FOR UPDATE").ToListAsync(ct)).FirstOrDefault();
}
