using Platform.Contracts;
using Platform.Contracts.Identity;
using Platform.Identity.Clients;
using Platform.Identity.Policies;
using Platform.Identity.Roles;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;
using Platform.Identity.Tokens;
using Platform.Identity.Users;
using Platform.ServiceDefaults;

namespace Platform.Identity.Sessions;

/// <summary>A session's tokens; a refresh token only where it may be renewed.</summary>
internal sealed record SignedIn(User User, Session Session, IssuedToken Access, string? RefreshToken, string Scope);

/// <summary>To whom a user's tokens are issued, and how far they reach there.</summary>
/// <param name="ClientId">The client.</param>
/// <param name="Permissions">What the client may do at most; null for the platform's own, which do what their user may.</param>
/// <param name="Clearance">What the client may see at most.</param>
/// <param name="IsPublic">It has no secret: only the key can bind its refresh tokens.</param>
/// <param name="DpopKey">Thumbprint of the key that the tokens are bound to (RFC 9449).</param>
internal sealed record Grantee(
    string ClientId, PermissionSet? Permissions = null, TlpLevel Clearance = TlpLevel.Red, bool IsPublic = true, string? DpopKey = null)
{
    public static readonly Grantee CommandLine = new(FirstPartyClients.CommandLine);

    public static Grantee Of(Client client, string? dpopKey = null) => FirstPartyClients.Is(client.ClientId)
        ? new Grantee(client.ClientId, DpopKey: dpopKey)
        : new Grantee(client.ClientId, new PermissionSet(client.Permissions), client.Clearance, client.SecretHash is null, dpopKey);
}

/// <summary>What a session is opened with.</summary>
/// <param name="Methods">How the user proved who they are (RFC 8176).</param>
/// <param name="Origin">From where.</param>
/// <param name="Scope">What was granted.</param>
/// <param name="Remember">Whether it lasts 30 days unused instead of 7.</param>
/// <param name="Device">What the client calls the device.</param>
/// <param name="BrowserSessionId">The browser that it was granted in.</param>
/// <param name="Renewable">Whether there is a refresh token.</param>
/// <param name="Policy">The tenant's rules for how long it lasts.</param>
/// <param name="DeviceId">The device that it is opened on.</param>
internal sealed record Opening(
    string[] Methods,
    ClientOrigin Origin,
    string Scope = SessionTokens.DefaultScope,
    bool Remember = false,
    string? Device = null,
    Guid? BrowserSessionId = null,
    bool Renewable = true,
    TenantPolicy? Policy = null,
    Guid? DeviceId = null)
{
    /// <summary>What somebody asked for who has proved who they are.</summary>
    public static Opening For(Proven who, ClientOrigin origin) => new(
        who.Methods, origin, who.Continuation.Scope ?? SessionTokens.DefaultScope, who.Continuation.Remember, who.Continuation.DeviceName,
        Policy: who.Policy, DeviceId: who.DeviceId);
}

/// <summary>Opens sessions and issues their tokens. Nothing is saved here: the caller commits all of it at once.</summary>
internal sealed class SessionTokens(AccessTokens access, OpaqueTokens opaque, TimeProvider clock)
{
    /// <summary>What a sign-in without a scope of its own gets: all rights of the role, and a refresh token.</summary>
    public const string DefaultScope = "offline_access";

    public SignedIn Open(IdentityDb db, User user, Grantee to, Opening opening)
    {
        var now = clock.GetUtcNow();
        var session = new Session
        {
            Id = Guid.CreateVersion7(now),
            TenantId = user.TenantId,
            UserId = user.Id,
            RememberMe = opening.Remember,
            Methods = string.Join(' ', opening.Methods),
            Address = opening.Origin.Address,
            UserAgent = opening.Origin.UserAgent,
            Device = opening.Device,
            BrowserSessionId = opening.BrowserSessionId,
            DeviceId = opening.DeviceId,
            LifetimeDays = opening.Remember ? opening.Policy?.RememberedSessionDays : opening.Policy?.SessionDays,
            LastUsedAt = now,
        };
        session.ExpiresAt = now + session.Lifetime;
        db.Sessions.Add(session);
        db.Publish(new UserSignedIn(user.TenantId, user.Id, session.Id, now), user.Id.ToString());
        return opening.Renewable
            ? Continue(db, user, session, session.Id, to, opening.Scope, opening.Origin)
            : new SignedIn(user, session, access.Issue(GrantOf(user, session, to, opening.Scope, null, opening.Origin)), null, opening.Scope);
    }

    /// <summary>The next pair of tokens of a session, with the user's rights of this moment.</summary>
    /// <param name="db">Where to.</param>
    /// <param name="user">Whose.</param>
    /// <param name="session">The session.</param>
    /// <param name="family">All refresh tokens that descend from one grant.</param>
    /// <param name="to">To whom.</param>
    /// <param name="scope">What was granted; the next refresh token has the same (RFC 6749, section 6).</param>
    /// <param name="origin">From where, and since when.</param>
    /// <param name="narrowed">What this access token is for, where that is less.</param>
    public SignedIn Continue(IdentityDb db, User user, Session session, Guid family, Grantee to, string scope, ClientOrigin origin, string? narrowed = null)
    {
        var now = clock.GetUtcNow();
        var row = new RefreshToken
        {
            Id = Guid.CreateVersion7(now),
            TenantId = user.TenantId,
            FamilyId = family,
            SessionId = session.Id,
            UserId = user.Id,
            ClientId = to.ClientId,
            Scope = scope,
            DpopKey = to.IsPublic ? to.DpopKey : null,
            ExpiresAt = now + session.Lifetime,
        };
        (var token, row.Hash) = opaque.Create(OpaqueTokens.Refresh, row.TenantId, row.Id);
        db.RefreshTokens.Add(row);
        return new SignedIn(user, session, access.Issue(GrantOf(user, session, to, scope, narrowed, origin)), token, narrowed ?? scope);
    }

    private static TokenGrant GrantOf(User user, Session session, Grantee to, string scope, string? narrowed, ClientOrigin origin) => new(
        user.TenantId,
        user.Id.ToString("D"),
        to.ClientId,
        narrowed ?? scope,
        user.MustChangePassword ? new PermissionSet([Rights.PasswordChangeOnly]) : RightsOf(user, to, scope, narrowed),
        user.MustChangePassword ? TlpLevel.Clear : user.EffectiveClearance < to.Clearance ? user.EffectiveClearance : to.Clearance,
        user.Role,
        session.Id,
        session.Methods.Split(' '),
        user.MustChangePassword,
        DpopKey: to.DpopKey,
        AsOf: origin.ArrivedAt);

    private static PermissionSet RightsOf(User user, Grantee to, string scope, string? narrowed)
    {
        var held = Rights.Within(user.Permissions, scope);
        if (narrowed is not null)
        {
            held = Rights.Narrow(held, scope, narrowed);
        }

        return to.Permissions is { } limit ? Rights.Intersect(held, limit) : held;
    }
}
