using Microsoft.EntityFrameworkCore;
using Platform.Identity.Audit;
using Platform.Identity.Sessions;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;
using Platform.Identity.Tenants;
using Platform.Identity.Tokens;
using Platform.Identity.Users;

namespace Platform.Identity.Browser;

/// <summary>Who is signed in with a browser.</summary>
internal sealed class BrowserSessions(
    TenantScopes scopes, OpaqueTokens opaque, BrowserCookies cookies, EndSession endSession, AuditTrail audit, TimeProvider clock)
{
    private const int MaxWrongCodes = 5;

    /// <summary>Long enough for a working day.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    /// <summary>The session that the cookie proves, and its user as they are now; null when nobody is signed in.</summary>
    public async Task<(BrowserSession Session, User User)?> FindAsync(HttpContext http, CancellationToken ct)
    {
        if (OpaqueTokens.Parse(OpaqueTokens.Browser, cookies.Session(http)) is not { } token)
        {
            return null;
        }

        await using var scope = scopes.Enter(token.TenantId);
        var db = scope.Db;
        var session = await db.BrowserSessions.AsNoTracking().SingleOrDefaultAsync(s => s.Id == token.Id, ct);
        if (session is null || !opaque.Matches(token, session.Hash) || !session.IsActive(clock.GetUtcNow()))
        {
            return null;
        }

        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == session.UserId && u.DeletedAt == null && u.Active, ct);
        return user is not null && await db.Tenants.AnyAsync(t => t.Id == session.TenantId && t.Status == TenantStatus.Active, ct) ? (session, user) : null;
    }

    /// <summary>Adds a session to a sign-in's transaction; <see cref="Present"/> gives it to the browser afterwards.</summary>
    public OpenedBrowser Open(IdentityDb db, Proven who)
    {
        var now = clock.GetUtcNow();
        var session = new BrowserSession
        {
            Id = Guid.CreateVersion7(now),
            TenantId = who.User.TenantId,
            UserId = who.User.Id,
            Methods = string.Join(' ', who.Methods),
            AuthenticatedAt = now,
            ExpiresAt = now + Lifetime,
        };
        (var token, session.Hash) = opaque.Create(OpaqueTokens.Browser, session.TenantId, session.Id);
        db.BrowserSessions.Add(session);
        return new OpenedBrowser(session, who.User, token);
    }

    public void Present(HttpContext http, OpenedBrowser opened) => cookies.SignIn(http, opened.Token);

    /// <summary>Signs out: the browser, and every client that was let in by it.</summary>
    public async Task EndAsync(HttpContext http, BrowserSession session, ClientOrigin origin, CancellationToken ct)
    {
        await using var scope = scopes.Enter(session.TenantId, session.UserId.ToString());
        var db = scope.Db;
        await db.InTransactionAsync(async () =>
        {
            await endSession.OfBrowserAsync(db, session.UserId, session.Id, "logout", ct);
            audit.Record(db, session.TenantId, AuditActions.Logout, $"browser/{session.Id}", Outcomes.Success, session.UserId.ToString(), origin.Address);
            await db.SaveChangesAsync(ct);
            return true;
        }, ct);
        cookies.SignOut(http);
    }

    /// <summary>Counts a device code that was typed wrong; the session of a guesser ends.</summary>
    public async Task CountWrongCodeAsync(BrowserSession session, CancellationToken ct)
    {
        await using var scope = scopes.Enter(session.TenantId);
        var now = clock.GetUtcNow();
        await scope.Db.Database.ExecuteSqlAsync(
            $"""
            UPDATE browser_sessions SET wrong_codes = wrong_codes + 1, updated_at = {now}, version = version + 1,
                ended_at = CASE WHEN wrong_codes + 1 >= {MaxWrongCodes} THEN coalesce(ended_at, {now}) ELSE ended_at END
            WHERE id = {session.Id}
            """, ct);
    }
}

/// <summary>A browser's new session and the token that proves it.</summary>
internal sealed record OpenedBrowser(BrowserSession Session, User User, string Token);
