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
        EndAsync(db, userId, sessionId, null, null, reason, ct);

    /// <summary>Ends all sessions of a user, but for one if so asked.</summary>
    public Task<int> AllAsync(IdentityDb db, Guid userId, Guid? except, string reason, CancellationToken ct) =>
        EndAsync(db, userId, null, except, null, reason, ct);

    /// <summary>Ends what clients got while a user was signed in with one browser.</summary>
    public Task<int> OfBrowserAsync(IdentityDb db, Guid userId, Guid browserSessionId, string reason, CancellationToken ct) =>
        EndAsync(db, userId, null, null, browserSessionId, reason, ct);

    private async Task<int> EndAsync(IdentityDb db, Guid userId, Guid? only, Guid? except, Guid? browser, string reason, CancellationToken ct)
    {
        // One statement, so that a session that ends twice at once is ended, and told of, once.
        var now = clock.GetUtcNow();
        var ended = await db.Sessions.FromSql(
            $"""
            UPDATE sessions SET ended_at = {now}, end_reason = {reason}, updated_at = {now}, version = version + 1
            WHERE user_id = {userId} AND ended_at IS NULL AND ({only}::uuid IS NULL OR id = {only}::uuid) AND ({except}::uuid IS NULL OR id <> {except}::uuid)
                AND ({browser}::uuid IS NULL OR browser_session_id = {browser}::uuid)
            RETURNING *
            """).AsNoTracking().ToListAsync(ct);
        foreach (var session in ended)
        {
            db.Publish(new SessionRevoked(session.TenantId, session.Id, userId, now + settings.Value.AccessTokenLifetime), userId.ToString());
        }

        if (only is null)
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
}
