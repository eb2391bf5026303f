using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Microsoft.IdentityModel.Tokens;

namespace Platform.Identity.Keys;

/// <summary>A signing key in memory: what signs, and what is published.</summary>
internal sealed record LoadedKey(SigningKey Row, SigningCredentials Signing, PublicKey Public)
{
    /// <summary>Makes a new key; its id is the thumbprint of its public part (RFC 7638).</summary>
    public static (SigningKey Row, byte[] PrivateKey) Generate(string algorithm, DateTimeOffset now, DateTimeOffset activeFrom)
    {
        using AsymmetricAlgorithm key = algorithm == SecurityAlgorithms.EcdsaSha256 ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : RSA.Create(2048);
        return (new SigningKey
        {
            KeyId = Base64UrlEncoder.Encode(Wrap(key).ComputeJwkThumbprint()),
            Algorithm = algorithm,
            CreatedAt = now,
            ActiveFrom = activeFrom,
        }, key.ExportPkcs8PrivateKey());
    }

    public static LoadedKey From(SigningKey row, ReadOnlySpan<byte> privateKey)
    {
        AsymmetricAlgorithm key = row.Algorithm == SecurityAlgorithms.EcdsaSha256 ? ECDsa.Create() : RSA.Create();
        key.ImportPkcs8PrivateKey(privateKey, out _);
        var security = Wrap(key);
        security.KeyId = row.KeyId;
        return new LoadedKey(row, new SigningCredentials(security, row.Algorithm), Publish(row, key));
    }

    private static AsymmetricSecurityKey Wrap(AsymmetricAlgorithm key) => key switch
    {
        ECDsa ec => new ECDsaSecurityKey(ec),
        RSA rsa => new RsaSecurityKey(rsa),
        _ => throw new NotSupportedException(key.GetType().Name),
    };

    private static PublicKey Publish(SigningKey row, AsymmetricAlgorithm key)
    {
        if (key is ECDsa ec)
        {
            var point = ec.ExportParameters(false).Q;
            return new PublicKey("EC", row.KeyId, row.Algorithm, "sig", "P-256", Base64UrlEncoder.Encode(point.X), Base64UrlEncoder.Encode(point.Y), null, null);
        }

        var rsa = ((RSA)key).ExportParameters(false);
        return new PublicKey("RSA", row.KeyId, row.Algorithm, "sig", null, null, null, Base64UrlEncoder.Encode(rsa.Modulus), Base64UrlEncoder.Encode(rsa.Exponent));
    }
}

/// <summary>A public key as RFC 7517 and RFC 7518, section 6, write it.</summary>
internal sealed record PublicKey(
    string Kty, string Kid, string Alg, string Use, string? Crv, string? X, string? Y, string? N, [property: JsonPropertyName("e")] string? Exponent);

/// <summary>A JWK set (RFC 7517, section 5).</summary>
internal sealed record PublicKeySet(IReadOnlyList<PublicKey> Keys);
