using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Platform.ServiceDefaults;

/// <summary>A verified proof of possession (RFC 9449, section 4). Whether it was seen before is the caller's to check.</summary>
/// <param name="Thumbprint">Of the key that signed it (RFC 7638).</param>
/// <param name="Id">Its <c>jti</c>.</param>
public sealed record DpopProof(string Thumbprint, string Id)
{
    /// <summary>The request header.</summary>
    public const string Header = "DPoP";

    /// <summary>How far a proof's <c>iat</c> may be from now, in either direction; used ones are remembered for twice as long.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    /// <summary>The algorithms that proofs may be signed with.</summary>
    public static readonly IReadOnlyList<string> Algorithms =
        [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256];

    private const int LongestProof = 4096;
    private const int LongestId = 256;
    private static readonly string[] PrivateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
    private static readonly string[] Loopback = ["localhost", "127.0.0.1", "[::1]"];
    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = LongestProof };

    /// <summary>Verifies a proof by the checks of section 4.3; the result is null when one of them fails.</summary>
    /// <param name="proof">The header's value.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="addresses">The request's address without query, in every form a client may know it.</param>
    /// <param name="accessToken">The token that comes with it; null at the token endpoint.</param>
    /// <param name="now">The time.</param>
    public static async Task<DpopProof?> VerifyAsync(string proof, string method, IReadOnlyList<string> addresses, string? accessToken, DateTimeOffset now)
    {
        if (Read(proof) is not { } jwt || jwt.Typ != "dpop+jwt" || !Algorithms.Contains(jwt.Alg) || KeyOf(jwt) is not { } key)
        {
            return null;
        }

        if (!jwt.TryGetPayloadValue<string>("jti", out var id) || id is not { Length: > 0 and <= LongestId }
            || !jwt.TryGetPayloadValue<string>("htm", out var htm) || htm != method
            || !jwt.TryGetPayloadValue<string>("htu", out var htu) || !addresses.Contains(Normalize(htu))
            || !jwt.TryGetPayloadValue<long>("iat", out var iat) || Math.Abs(now.ToUnixTimeSeconds() - iat) > (long)Window.TotalSeconds
            || (accessToken is not null && (!jwt.TryGetPayloadValue<string>("ath", out var ath) || ath != HashOf(accessToken))))
        {
            return null;
        }

        var result = await Handler.ValidateTokenAsync(jwt, new TokenValidationParameters
        {
            IssuerSigningKey = key,
            ValidAlgorithms = Algorithms,
            ValidateIssuer = false,
            ValidateAudience = false,
            ValidateLifetime = false,
        });
        return result.IsValid ? new DpopProof(Base64UrlEncoder.Encode(key.ComputeJwkThumbprint()), id) : null;
    }

    /// <summary>The <c>ath</c> of an access token (section 4.2).</summary>
    public static string HashOf(string accessToken) => Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)));

    /// <summary>The address of a path as clients know it; where the platform is on this machine, by each of the machine's names.</summary>
    public static string[] AddressesOf(string issuer, string path)
    {
        var uri = new Uri(issuer);
        return uri.IsLoopback
            ? [.. Loopback.Select(host => Normalize(new UriBuilder(uri) { Host = host }.Uri.GetLeftPart(UriPartial.Authority) + path))]
            : [Normalize(issuer + path)];
    }

    /// <summary>What is remembered of a used proof: nobody can choose another client's.</summary>
    public byte[] ReplayKey() => SHA256.HashData(Encoding.UTF8.GetBytes(Thumbprint + "\n" + Id));

    private static JsonWebToken? Read(string proof)
    {
        try
        {
            return proof.Length <= LongestProof && Handler.CanReadToken(proof) ? Handler.ReadJsonWebToken(proof) is { IsEncrypted: false } jwt ? jwt : null : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static JsonWebKey? KeyOf(JsonWebToken jwt)
    {
        if (jwt.TryGetHeaderValue<object>("crit", out _) || !jwt.TryGetHeaderValue<JsonElement>("jwk", out var jwk) || jwk.ValueKind != JsonValueKind.Object
            || PrivateMembers.Any(m => jwk.TryGetProperty(m, out _)))
        {
            return null;
        }

        try
        {
            var key = new JsonWebKey(jwk.GetRawText());
            return key.Kty switch
            {
                "EC" when jwt.Alg == SecurityAlgorithms.EcdsaSha256 && key.Crv == "P-256" => key,
                "EC" when jwt.Alg == SecurityAlgorithms.EcdsaSha384 && key.Crv == "P-384" => key,
                "RSA" when jwt.Alg is SecurityAlgorithms.RsaSha256 or SecurityAlgorithms.RsaSsaPssSha256 && key.KeySize is >= 2048 and <= 4096 => key,
                _ => null,
            };
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Scheme and host in lower case, no default port, no query or fragment (RFC 3986, section 6.2.2).</summary>
    private static string Normalize(string uri) => Uri.TryCreate(uri, UriKind.Absolute, out var parsed) ? parsed.GetLeftPart(UriPartial.Path) : "";
}
