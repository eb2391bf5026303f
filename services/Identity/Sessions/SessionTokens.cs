using Platform.Contracts;
using Platform.Contracts.Identity;
using Platform.Identity.Roles;
using Platform.Identity.Storage;
using Platform.Identity.Tokens;
using Platform.Identity.Users;
using Platform.ServiceDefaults;

namespace Platform.Identity.Sessions;

/// <summary>A session's pair of tokens.</summary>
internal sealed record SignedIn(User User, Session Session, IssuedToken Access, string RefreshToken, string Scope);

/// <summary>Opens sessions and issues their tokens. Nothing is saved here: the caller commits all of it at once.</summary>
internal sealed class SessionTokens(AccessTokens access, OpaqueTokens opaque, TimeProvider clock)
{
    /// <summary>What a sign-in without a scope of its own gets: all rights of the role, and a refresh token.</summary>
    public const string DefaultScope = "offline_access";

    public SignedIn Open(
        IdentityDb db, User user, string[] methods, string clientId, bool remember, string? device, ClientOrigin origin, string scope = DefaultScope)
    {
        var now = clock.GetUtcNow();
        var session = new Session
        {
            Id = Guid.CreateVersion7(now),
            TenantId = user.TenantId,
            UserId = user.Id,
            RememberMe = remember,
            Methods = string.Join(' ', methods),
            Address = origin.Address,
            UserAgent = origin.UserAgent,
            Device = device,
            LastUsedAt = now,
        };
        session.ExpiresAt = now + session.Lifetime;
        db.Sessions.Add(session);
        db.Publish(new UserSignedIn(user.TenantId, user.Id, session.Id, now), user.Id.ToString());
        return Continue(db, user, session, session.Id, clientId, scope);
    }

    /// <summary>The next pair of tokens of a session, with the user's rights of this moment.</summary>
    public SignedIn Continue(IdentityDb db, User user, Session session, Guid family, string clientId, string scope)
    {
        var now = clock.GetUtcNow();
        var row = new RefreshToken
        {
            Id = Guid.CreateVersion7(now),
            TenantId = user.TenantId,
            FamilyId = family,
            SessionId = session.Id,
            UserId = user.Id,
            ClientId = clientId,
            Scope = scope,
            ExpiresAt = now + session.Lifetime,
        };
        (var token, row.Hash) = opaque.Create(row.TenantId, row.Id);
        db.RefreshTokens.Add(row);
        return new SignedIn(user, session, access.Issue(GrantOf(user, session, clientId, scope)), token, scope);
    }

    private static TokenGrant GrantOf(User user, Session session, string clientId, string scope) => new(
        user.TenantId,
        user.Id.ToString("D"),
        clientId,
        scope,
        user.MustChangePassword ? new PermissionSet([Rights.PasswordChangeOnly]) : Rights.Within(BuiltInRoles.PermissionsOf(user.Role), scope),
        user.MustChangePassword ? TlpLevel.Clear : user.EffectiveClearance,
        user.Role,
        session.Id,
        session.Methods.Split(' '),
        user.MustChangePassword);
}
