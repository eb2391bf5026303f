using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Platform.Contracts;

namespace Platform.ServiceDefaults;

/// <summary>
/// Internal tokens: what the gateway gives a service instead of the client's credential. A compact JWS (RFC 7515,
/// HS256) with <c>typ: internal+jwt</c>, one audience, at most 60 seconds of life and a key that only the gateway
/// and that one service know.
/// </summary>
public static class InternalTokens
{
    public const string Issuer = "gateway";
    public const string TokenType = "internal+jwt";

    /// <summary>The longest life of an internal token.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false, SetDefaultTimesOnTokenCreation = false };

    /// <summary>Issues a token for one service.</summary>
    public static string Issue(Caller caller, string audience, byte[] key, DateTimeOffset now)
    {
        var claims = new Dictionary<string, object>
        {
            ["sub"] = caller.Subject,
            ["sub_type"] = caller.Kind.ToString(),
            ["tenant"] = caller.TenantId.ToString("D"),
            ["perms"] = caller.Permissions.ToString(),
            ["tlp"] = caller.Clearance.ToWire(),
        };
        if (caller.SessionId is { } session)
        {
            claims["sid"] = session.ToString("D");
        }

        if (caller.CredentialId is { } credential)
        {
            claims["cid"] = credential;
        }

        if (caller.ActingFor is { } act)
        {
            claims["act"] = act;
        }

        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = audience,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + Lifetime).UtcDateTime,
            TokenType = TokenType,
            Claims = claims,
            SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(key), SecurityAlgorithms.HmacSha256),
        });
    }

    /// <summary>Verifies a token; null when anything about it is wrong.</summary>
    public static async Task<(Caller Caller, DateTimeOffset ExpiresAt)?> ValidateAsync(string token, string audience, byte[] key, TimeProvider clock)
    {
        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = Issuer,
            ValidAudience = audience,
            ValidTypes = [TokenType],
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            IssuerSigningKey = new SymmetricSecurityKey(key),
            ClockSkew = TimeSpan.FromSeconds(5),
            LifetimeValidator = (from, to, _, p) => to is { } end && from is { } start
                && end - start <= Lifetime && end + p.ClockSkew > clock.GetUtcNow().UtcDateTime
                && start - p.ClockSkew <= clock.GetUtcNow().UtcDateTime,
        });
        if (!result.IsValid || result.SecurityToken is not JsonWebToken jwt || Read(result.ClaimsIdentity) is not { } caller)
        {
            return null;
        }

        return (caller, new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero));
    }

    private static Caller? Read(ClaimsIdentity identity)
    {
        string? Claim(string type) => identity.FindFirst(type)?.Value;

        if (!Guid.TryParse(Claim("tenant"), out var tenant) || Claim("sub") is not { Length: > 0 } subject
            || !Enum.TryParse<CallerKind>(Claim("sub_type"), out var kind) || !TlpLevels.TryParse(Claim("tlp"), out var clearance))
        {
            return null;
        }

        Guid? session = Guid.TryParse(Claim("sid"), out var sid) ? sid : null;
        return new Caller(tenant, subject, kind, PermissionSet.Parse(Claim("perms")), clearance, session, Claim("cid"), Claim("act"));
    }
}
