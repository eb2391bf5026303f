using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Contracts.Identity;
using Platform.Identity.Storage;

namespace Platform.Identity.Sessions;

/// <summary>
/// Ends sessions: their refresh tokens die with them here, their access tokens at the gateways, which hear of it by
/// event. To be called inside a transaction; the events go out with the caller's next save.
/// </summary>
internal sealed class EndSession(IOptions<IdentitySettings> settings, TimeProvider clock)
{
    /// <summary>Ends one session of a user if it is active.</summary>
    public Task<int> OneAsync(IdentityDb db, Guid userId, Guid sessionId, string reason, CancellationToken ct) =>
        EndAsync(db, userId, new Which(Only: sessionId), reason, ct);

    /// <summary>Ends all sessions of a user, but for one if so asked.</summary>
    public Task<int> AllAsync(IdentityDb db, Guid userId, Guid? except, string reason, CancellationToken ct) =>
        EndAsync(db, userId, new Which(Except: except), reason, ct);

    /// <summary>Ends what clients got while a user was signed in with one browser.</summary>
    public Task<int> OfBrowserAsync(IdentityDb db, Guid userId, Guid browserSessionId, string reason, CancellationToken ct) =>
        EndAsync(db, userId, new Which(Browser: browserSessionId), reason, ct);

    /// <summary>Ends a user's oldest sessions, so that no more are left than the tenant's policy allows. Call it once a new one is saved.</summary>
    public async Task KeepToLimitAsync(IdentityDb db, Guid userId, int limit, CancellationToken ct)
    {
        // One sign-in of a user at a time counts.
        await db.Database.ExecuteSqlAsync($"SELECT 1 FROM users WHERE id = {userId} FOR NO KEY UPDATE", ct);
        if (await EndAsync(db, userId, new Which(Beyond: limit), "too_many_sessions", ct) > 0)
        {
            await db.SaveChangesAsync(ct);
        }
    }

    private async Task<int> EndAsync(IdentityDb db, Guid userId, Which which, string reason, CancellationToken ct)
    {
        var (only, except, browser, beyond) = which;
        // One statement, so that a session that ends twice at once is ended, and told of, once.
        var now = clock.GetUtcNow();
        var ended = await db.Sessions.FromSql(
            $"""
            UPDATE sessions SET ended_at = {now}, end_reason = {reason}, updated_at = {now}, version = version + 1
            WHERE user_id = {userId} AND ended_at IS NULL AND ({only}::uuid IS NULL OR id = {only}::uuid) AND ({except}::uuid IS NULL OR id <> {except}::uuid)
                AND ({browser}::uuid IS NULL OR browser_session_id = {browser}::uuid)
                AND ({beyond}::int IS NULL OR id IN (
                    SELECT id FROM sessions WHERE user_id = {userId} AND ended_at IS NULL AND expires_at > {now} AND home_session_id IS NULL
                    ORDER BY created_at DESC, id DESC OFFSET {beyond}::int))
            RETURNING *
            """).AsNoTracking().ToListAsync(ct);
        foreach (var session in ended)
        {
            db.Publish(new SessionRevoked(session.TenantId, session.Id, userId, now + settings.Value.AccessTokenLifetime), userId.ToString());
        }

        await EndActingAsync(db, userId, [.. ended.Select(s => s.Id)], now, ct);
        if (only is null && beyond is null)
        {
            await db.Database.ExecuteSqlAsync(
                $"""
                UPDATE browser_sessions SET ended_at = {now}, updated_at = {now}, version = version + 1
                WHERE user_id = {userId} AND ended_at IS NULL AND ({browser}::uuid IS NULL OR id = {browser}::uuid)
                    AND id IS DISTINCT FROM (SELECT browser_session_id FROM sessions WHERE id = {except}::uuid)
                """, ct);
        }

        return ended.Count;
    }

    /// <summary>Whoever acts in other tenants does so from a session here. There the end of this one is looked up; the gateways are told.</summary>
    private static async Task EndActingAsync(IdentityDb db, Guid userId, Guid[] ended, DateTimeOffset now, CancellationToken ct)
    {
        if (ended.Length == 0)
        {
            return;
        }

        foreach (var acting in await db.ActingSessions.AsNoTracking().Where(a => ended.Contains(a.HomeSessionId) && a.ExpiresAt > now).ToListAsync(ct))
        {
            db.PublishFor(acting.TargetTenantId, new SessionRevoked(acting.TargetTenantId, acting.SessionId, userId, acting.ExpiresAt), userId.ToString());
        }
    }

    private sealed record Which(Guid? Only = null, Guid? Except = null, Guid? Browser = null, int? Beyond = null);
}
