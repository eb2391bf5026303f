using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Platform.Identity.Keys;

namespace Platform.Identity.Tokens;

/// <summary>Reads back tokens that this service signed. The key comes from the key ring and from nowhere else: a token's own <c>jwk</c>, <c>jku</c> or <c>x5u</c> is not looked at.</summary>
internal sealed class OwnTokens(KeyRing keys, IOptions<IdentitySettings> settings, TimeProvider clock)
{
    private const int LongestToken = 16 * 1024;

    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = LongestToken };

    /// <summary>An access token that has not expired; null when it is none.</summary>
    public async Task<JsonWebToken?> ReadAccessTokenAsync(string token, CancellationToken ct) =>
        await ReadAsync(token, AccessTokens.TokenType, AccessTokens.Audience, SecurityAlgorithms.EcdsaSha256, ct) is { } jwt && jwt.ValidTo > clock.GetUtcNow().UtcDateTime ? jwt : null;

    /// <summary>An ID token, which as a hint may have expired (OpenID Connect Core, section 3.1.2.1).</summary>
    public Task<JsonWebToken?> ReadIdTokenAsync(string token, CancellationToken ct) => ReadAsync(token, IdTokens.TokenType, null, SecurityAlgorithms.RsaSha256, ct);

    private async Task<JsonWebToken?> ReadAsync(string token, string type, string? audience, string algorithm, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (token.Length > LongestToken || !Handler.CanReadToken(token))
        {
            return null;
        }

        try
        {
            var jwt = Handler.ReadJsonWebToken(token);
            if (jwt.IsEncrypted || jwt.Alg != algorithm || keys.Find(jwt.Kid) is not { } key)
            {
                return null;
            }

            var result = await Handler.ValidateTokenAsync(jwt, new TokenValidationParameters
            {
                ValidIssuer = settings.Value.Issuer,
                ValidAudience = audience,
                ValidateAudience = audience is not null,
                ValidTypes = [type],
                ValidAlgorithms = [algorithm],
                IssuerSigningKey = key,
                TryAllIssuerSigningKeys = false,
                ValidateLifetime = false,
            });
            return result.IsValid ? jwt : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
