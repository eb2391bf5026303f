using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Identity.Audit;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Sessions;

/// <summary>A user's own sessions.</summary>
internal static class SessionEndpoints
{
    private static readonly Sorts<Session> Sorts = Sorts<Session>.By(s => s.Id)
        .Add("last_used_at", s => s.LastUsedAt).Add("created_at", s => s.CreatedAt).Default("last_used_at", descending: true);

    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/auth").WithTags("auth");
        auth.MapPost("/logout", LogOutAsync).ForSignedIn(duringPasswordChange: true).WithSummary("End this session");
        auth.MapPost("/logout-all", LogOutAllAsync).ForSignedIn().WithSummary("End all sessions of the caller");
        auth.MapGet("/sessions", ListAsync).ForSignedIn().WithSummary("The caller's active sessions");
        auth.MapDelete("/sessions/{id:guid}", DeleteAsync).ForSignedIn().WithSummary("End one of the caller's sessions");
    }

    /// <summary>Tokens of this session are refused at once, everywhere.</summary>
    private static async Task<Ok<Done>> LogOutAsync(
        CallContext call, IdentityDb db, EndSession endSession, AuditTrail audit, ClientOrigin origin, CancellationToken ct)
    {
        if (call.UserId() is { } user && call.SessionId is { } session)
        {
            await EndAsync(db, call, audit, AuditActions.Logout, $"session/{session}", origin, () => endSession.OneAsync(db, user, session, "logout", ct), ct);
        }

        return TypedResults.Ok(new Done("Successfully logged out"));
    }

    /// <summary>Ends this session and every other one of the caller.</summary>
    private static async Task<Ok<Done>> LogOutAllAsync(
        CallContext call, IdentityDb db, EndSession endSession, AuditTrail audit, ClientOrigin origin, CancellationToken ct)
    {
        if (call.UserId() is { } user)
        {
            await EndAsync(db, call, audit, AuditActions.Logout, $"user/{user}", origin, () => endSession.AllAsync(db, user, null, "logout_all", ct), ct);
        }

        return TypedResults.Ok(new Done("Successfully logged out everywhere"));
    }

    /// <summary>Newest use first; <c>current</c> marks the session of this request.</summary>
    private static async Task<PageResult<SessionView>> ListAsync(PageRequest page, CallContext call, IdentityDb db, TimeProvider clock, CancellationToken ct)
    {
        var user = call.UserId();
        var now = clock.GetUtcNow();
        var sessions = await db.Sessions.AsNoTracking().Where(s => s.UserId == user && s.EndedAt == null && s.ExpiresAt > now).ToPageAsync(page, Sorts, ct);
        return sessions.Select(s => SessionView.From(s, call.SessionId)).ToResult();
    }

    /// <summary>Its tokens are refused at once. Ending a session that is not there is no fault.</summary>
    private static async Task<NoContent> DeleteAsync(
        Guid id, CallContext call, IdentityDb db, EndSession endSession, AuditTrail audit, ClientOrigin origin, CancellationToken ct)
    {
        if (call.UserId() is { } user)
        {
            await EndAsync(db, call, audit, AuditActions.SessionEnded, $"session/{id}", origin, () => endSession.OneAsync(db, user, id, "ended_by_user", ct), ct);
        }

        return TypedResults.NoContent();
    }

    private static Task<int> EndAsync(
        IdentityDb db, CallContext call, AuditTrail audit, string action, string resource, ClientOrigin origin, Func<Task<int>> end, CancellationToken ct) =>
        db.InTransactionAsync(async () =>
        {
            var ended = await end();
            if (ended > 0)
            {
                audit.Record(db, call.TenantId, action, resource, Outcomes.Success, call.Subject, origin.Address);
                await db.SaveChangesAsync(ct);
            }

            return ended;
        }, ct);
}

/// <summary>A session of the caller.</summary>
internal sealed record SessionView(
    Guid SessionId, string Address, string? UserAgent, string? Device, bool RememberMe, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt, bool Current)
{
    internal static SessionView From(Session s, Guid? current) =>
        new(s.Id, s.Address, s.UserAgent, s.Device, s.RememberMe, s.CreatedAt, s.LastUsedAt, s.ExpiresAt, s.Id == current);
}
