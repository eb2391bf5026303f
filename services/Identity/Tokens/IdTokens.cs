using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Platform.Identity.Authorization;
using Platform.Identity.Keys;
using Platform.Identity.Sessions;

namespace Platform.Identity.Tokens;

/// <summary>
/// Issues ID tokens (OpenID Connect Core, section 2), signed with RS256, which every client knows. They tell a client who
/// signed in; as access tokens they are refused by type, audience and algorithm.
/// </summary>
internal sealed class IdTokens(KeyRing keys, IOptions<IdentitySettings> settings, TimeProvider clock)
{
    public const string TokenType = "JWT";

    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>An ID token, if the scope asks for one.</summary>
    public string? Issue(SignedIn signedIn, string clientId, string? nonce, DateTimeOffset authenticatedAt)
    {
        if (!Scopes.Has(signedIn.Scope, Scopes.OpenId))
        {
            return null;
        }

        var now = clock.GetUtcNow();
        var claims = new Dictionary<string, object>
        {
            ["sub"] = signedIn.User.Id.ToString("D"),
            ["sid"] = signedIn.Session.Id.ToString("D"),
            ["tenant"] = signedIn.User.TenantId.ToString("D"),
            ["auth_time"] = authenticatedAt.ToUnixTimeSeconds(),
            ["amr"] = signedIn.Session.Methods.Split(' '),
        };
        if (nonce is not null)
        {
            claims["nonce"] = nonce;
        }

        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = settings.Value.Issuer,
            Audience = clientId,
            IssuedAt = now.UtcDateTime,
            Expires = (now + settings.Value.AccessTokenLifetime).UtcDateTime,
            TokenType = TokenType,
            Claims = claims,
            SigningCredentials = keys.SigningFor(SecurityAlgorithms.RsaSha256),
        });
    }
}
