using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using Platform.ServiceDefaults;

namespace Platform.TestSupport;

/// <summary>A client's key for DPoP (RFC 9449), and the proofs it makes.</summary>
public sealed class DpopKey : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>RFC 7638.</summary>
    public string Thumbprint => Base64UrlEncoder.Encode(new ECDsaSecurityKey(_key).ComputeJwkThumbprint());

    /// <summary>The public key as a proof shows it.</summary>
    public Dictionary<string, object> Jwk
    {
        get
        {
            var point = _key.ExportParameters(false).Q;
            return new() { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Base64UrlEncoder.Encode(point.X), ["y"] = Base64UrlEncoder.Encode(point.Y) };
        }
    }

    /// <summary>A proof; the changes make it a wrong one.</summary>
    public string Proof(
        string method, string address, string? accessToken = null, Action<Dictionary<string, object>>? claims = null, Action<Dictionary<string, object>>? header = null)
    {
        var payload = new Dictionary<string, object>
        {
            ["jti"] = Guid.NewGuid().ToString(),
            ["htm"] = method,
            ["htu"] = address,
            ["iat"] = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(),
        };
        if (accessToken is not null)
        {
            payload["ath"] = DpopProof.HashOf(accessToken);
        }

        var head = new Dictionary<string, object> { ["typ"] = "dpop+jwt", ["alg"] = "ES256", ["jwk"] = Jwk };
        claims?.Invoke(payload);
        header?.Invoke(head);
        var signed = Base64UrlEncoder.Encode(JsonSerializer.Serialize(head)) + "." + Base64UrlEncoder.Encode(JsonSerializer.Serialize(payload));
        return signed + "." + Base64UrlEncoder.Encode(_key.SignData(System.Text.Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256));
    }

    public void Dispose() => _key.Dispose();
}
