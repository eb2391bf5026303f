using Microsoft.EntityFrameworkCore;
using Platform.Identity.Audit;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;
using Platform.Identity.Tenants;
using Platform.Identity.Tokens;

namespace Platform.Identity.Sessions;

/// <summary>
/// Trades a refresh token for the next pair (RFC 6749, section 6; rotation by OAuth 2.1, section 4.3.1). Of parallel
/// requests with one token exactly one wins; a token that comes back after its use was copied by somebody, so its
/// whole family ends. Rights are those of the user at this moment.
/// </summary>
internal sealed class RefreshSession(TenantScopes scopes, OpaqueTokens opaque, SessionTokens tokens, EndSession endSession, LoginThrottle throttle, AuditTrail audit, TimeProvider clock)
{
    private const string Reused = "refresh_reuse";

    /// <summary>The next pair; null when the token is good for nothing, for whatever reason.</summary>
    /// <param name="token">The token as the client sent it.</param>
    /// <param name="to">Who sent it, and with which key: tokens are bound to the client that got them.</param>
    /// <param name="scope">A narrower scope, or null for the same again.</param>
    /// <param name="origin">From where, and since when: what was on its way before the use is a double, no theft.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<SignedIn?> RunAsync(string? token, Grantee to, string? scope, ClientOrigin origin, CancellationToken ct)
    {
        if (OpaqueTokens.Parse(OpaqueTokens.Refresh, token) is not { } presented)
        {
            return null;
        }

        await using var tenant = scopes.Enter(presented.TenantId);
        var db = tenant.Db;
        var row = await db.RefreshTokens.AsNoTracking().SingleOrDefaultAsync(t => t.Id == presented.Id, ct);
        if (row is null || !opaque.Matches(presented, row.Hash) || row.ClientId != to.ClientId
            || (row.DpopKey is not null && row.DpopKey != to.DpopKey))
        {
            return null;
        }

        if (!IsWithin(scope, row.Scope))
        {
            throw new ScopeExceededException();
        }

        // A change of the user that is under way is waited for; one that begins later makes the new token void.
        var user = (await db.Users.FromSql($"SELECT * FROM users WHERE id = {row.UserId} AND deleted_at IS NULL FOR SHARE").AsNoTracking().ToListAsync(ct)).SingleOrDefault();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // The session's row is locked first, here and wherever sessions end, so that the two cannot wait for each other.
        var session = (await db.Sessions.FromSql($"SELECT * FROM sessions WHERE id = {row.SessionId} FOR UPDATE").AsNoTracking().ToListAsync(ct)).SingleOrDefault();
        var now = clock.GetUtcNow();
        if (session is null || !session.IsActive(now))
        {
            return null;
        }

        if (await db.RefreshTokens.Where(t => t.Id == row.Id && t.UsedAt == null && t.RevokedAt == null && t.ExpiresAt > now)
                .ExecuteUpdateAsync(set => set.SetProperty(t => t.UsedAt, now), ct) == 0)
        {
            await EndReusedAsync(db, row, origin, ct);
            await transaction.CommitAsync(ct);
            return null;
        }

        if (user is not { Active: true } || !await db.Tenants.AnyAsync(t => t.Id == row.TenantId && t.Status == TenantStatus.Active, ct))
        {
            return null;
        }

        if (await throttle.IsLockedAsync(db, user.UserName!, ct) && !await db.Devices.AnyAsync(d => d.Id == session.DeviceId && d.TrustedAt != null, ct))
        {
            // Nothing is used up: the token is good again when the lock ends.
            return null;
        }

        var expires = now + session.Lifetime;
        await db.Sessions.Where(s => s.Id == session.Id).ExecuteUpdateAsync(
            set => set.SetProperty(s => s.LastUsedAt, now).SetProperty(s => s.ExpiresAt, expires), ct);
        var next = tokens.Continue(db, user, session, row.FamilyId, to, row.Scope, origin, scope);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return next;
    }

    /// <summary>A scope may be narrowed by leaving parts out, never widened (RFC 6749, section 6).</summary>
    internal static bool IsWithin(string? asked, string granted)
    {
        if (asked is null)
        {
            return true;
        }

        var held = granted.Split(' ');
        foreach (var part in asked.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!held.Contains(part))
            {
                return false;
            }
        }

        return true;
    }

    private async Task EndReusedAsync(IdentityDb db, RefreshToken row, ClientOrigin origin, CancellationToken ct)
    {
        var current = await db.RefreshTokens.AsNoTracking().SingleAsync(t => t.Id == row.Id, ct);
        if (current.UsedAt is null || current.UsedAt >= origin.ReceivedAt)
        {
            return;
        }

        await endSession.OneAsync(db, row.UserId, row.SessionId, Reused, ct);
        var now = clock.GetUtcNow();
        await db.RefreshTokens.Where(t => t.FamilyId == row.FamilyId && t.RevokedAt == null).ExecuteUpdateAsync(set => set.SetProperty(t => t.RevokedAt, now), ct);
        audit.Record(
            db, row.TenantId, AuditActions.RefreshReused, $"session/{row.SessionId}", Outcomes.Refused, row.UserId.ToString(), origin.Address);
        await db.SaveChangesAsync(ct);
    }
}

/// <summary>A refresh asked for more than was granted (RFC 6749, section 6).</summary>
internal sealed class ScopeExceededException : Exception;
