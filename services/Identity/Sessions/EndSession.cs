using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Contracts.Identity;
using Platform.Identity.Storage;

namespace Platform.Identity.Sessions;

/// <summary>
/// Ends sessions: their refresh tokens die here, their access tokens at the gateways, which hear of it by event. Saved
/// with the caller's changes.
/// </summary>
internal sealed class EndSession(IOptions<IdentitySettings> settings, TimeProvider clock)
{
    /// <summary>Ends one session if it is still active; false when there is nothing to end.</summary>
    public async Task<bool> OneAsync(IdentityDb db, Guid userId, Guid sessionId, string reason, CancellationToken ct) =>
        await EndAsync(db, db.Sessions.Where(s => s.Id == sessionId && s.UserId == userId), reason, ct) > 0;

    /// <summary>Ends all sessions of a user, but for one if so asked.</summary>
    public Task<int> AllAsync(IdentityDb db, Guid userId, Guid? except, string reason, CancellationToken ct) =>
        EndAsync(db, db.Sessions.Where(s => s.UserId == userId && s.Id != except), reason, ct);

    private async Task<int> EndAsync(IdentityDb db, IQueryable<Session> which, string reason, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var sessions = await which.Where(s => s.EndedAt == null).ToListAsync(ct);
        foreach (var session in sessions)
        {
            session.EndedAt = now;
            session.EndReason = reason;
            db.Publish(
                new SessionRevoked(session.TenantId, session.Id, session.UserId, now + settings.Value.AccessTokenLifetime),
                session.UserId.ToString());
        }

        // A refresh token is looked at together with its session; marking them as well is for whoever reads the table.
        var ids = sessions.Select(s => s.Id).ToList();
        var tokens = ids.Count == 0 ? [] : await db.RefreshTokens.Where(t => ids.Contains(t.SessionId) && t.UsedAt == null && t.RevokedAt == null).ToListAsync(ct);
        foreach (var token in tokens)
        {
            token.RevokedAt = now;
        }

        return sessions.Count;
    }
}
