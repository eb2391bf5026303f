using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Platform.Contracts;
using Platform.Identity.Keys;
using Platform.ServiceDefaults;

namespace Platform.Identity.Tokens;

/// <summary>What an access token says of its holder.</summary>
/// <param name="TenantId">The one tenant in which it is good.</param>
/// <param name="Subject">User id or client id.</param>
/// <param name="ClientId">To whom it is issued.</param>
/// <param name="Scope">The scope that was granted.</param>
/// <param name="Permissions">Everything it may do.</param>
/// <param name="Clearance">The highest TLP level it may see.</param>
/// <param name="Role">The user's role.</param>
/// <param name="SessionId">The sign-in behind it.</param>
/// <param name="Methods">How the user signed in (RFC 8176).</param>
/// <param name="PasswordChangeDue">It may change the password and nothing else.</param>
/// <param name="ActingFrom">The home tenant of a platform administrator who acts in another.</param>
/// <param name="DpopKey">Thumbprint of the key that must prove possession (RFC 9449, section 6.1).</param>
/// <param name="AsOf">The moment whose rights it states, where that is not now: tokens of before a change are void.</param>
internal sealed record TokenGrant(
    Guid TenantId,
    string Subject,
    string ClientId,
    string Scope,
    PermissionSet Permissions,
    TlpLevel Clearance,
    string? Role = null,
    Guid? SessionId = null,
    string[]? Methods = null,
    bool PasswordChangeDue = false,
    Guid? ActingFrom = null,
    string? DpopKey = null,
    DateTimeOffset? AsOf = null);

/// <summary>An access token and how long it lives.</summary>
internal readonly record struct IssuedToken(string Token, TimeSpan Lifetime, DateTimeOffset ExpiresAt, string Type = IssuedToken.Bearer)
{
    public const string Bearer = "Bearer";
    public const string Dpop = "DPoP";

    public int ExpiresIn => (int)Lifetime.TotalSeconds;
}

/// <summary>Issues access tokens: JWTs in the profile of RFC 9068 (<c>typ: at+jwt</c>), signed with ES256.</summary>
internal sealed class AccessTokens(KeyRing keys, IOptions<IdentitySettings> settings, TimeProvider clock)
{
    public const string Audience = "platform";
    public const string TokenType = "at+jwt";

    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>Issues a token; it lives as long as configured unless a lifetime is given.</summary>
    public IssuedToken Issue(TokenGrant grant, TimeSpan? lives = null)
    {
        var now = clock.GetUtcNow();
        var asOf = grant.AsOf ?? now;
        var lifetime = lives ?? settings.Value.AccessTokenLifetime;
        var claims = new Dictionary<string, object>
        {
            ["sub"] = grant.Subject,
            ["jti"] = Guid.CreateVersion7(asOf).ToString("N"),
            ["client_id"] = grant.ClientId,
            ["scope"] = grant.Scope,
            ["tenant"] = grant.TenantId.ToString("D"),
            ["permissions"] = grant.Permissions.ToString(),
            ["tlp_clearance"] = grant.Clearance.ToWire(),
        };
        Add(claims, "role", grant.Role);
        Add(claims, "sid", grant.SessionId?.ToString("D"));
        Add(claims, "amr", grant.Methods);
        if (grant.PasswordChangeDue)
        {
            claims["pwd_change"] = true;
        }

        if (grant.ActingFrom is { } home)
        {
            // RFC 8693, section 4.1: who really acts.
            claims["act"] = new Dictionary<string, object> { ["sub"] = grant.Subject, ["tenant"] = home.ToString("D") };
        }

        if (grant.DpopKey is { } thumbprint)
        {
            claims["cnf"] = new Dictionary<string, object> { ["jkt"] = thumbprint };
        }

        var token = Handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = settings.Value.Issuer,
            Audience = Audience,
            IssuedAt = asOf.UtcDateTime,
            Expires = (now + lifetime).UtcDateTime,
            TokenType = TokenType,
            Claims = claims,
            SigningCredentials = keys.Signing,
        });
        return new IssuedToken(token, lifetime, now + lifetime, grant.DpopKey is null ? IssuedToken.Bearer : IssuedToken.Dpop);
    }

    private static void Add(Dictionary<string, object> claims, string name, object? value)
    {
        if (value is not null)
        {
            claims[name] = value;
        }
    }
}
