using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Platform.Contracts;

namespace Platform.Gateway.Tests.Support;

/// <summary>Issues access tokens as Identity does.</summary>
internal sealed class TestIssuer
{
    public const string Name = "http://localhost:7777";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    public string Jwks
    {
        get
        {
            var parameters = _key.ExportParameters(false);
            return JsonSerializer.Serialize(new
            {
                keys = new[]
                {
                    new { kty = "EC", crv = "P-256", alg = "ES256", use = "sig", kid = "k1", x = Base64UrlEncoder.Encode(parameters.Q.X), y = Base64UrlEncoder.Encode(parameters.Q.Y) },
                },
            });
        }
    }

    public Guid User { get; } = Guid.NewGuid();

    public string Token(Action<SecurityTokenDescriptor>? change = null, TimeSpan? age = null, Guid? session = null)
    {
        var issued = DateTime.UtcNow - (age ?? TimeSpan.Zero);
        var descriptor = new SecurityTokenDescriptor
        {
            Issuer = Name,
            Audience = "platform",
            IssuedAt = issued,
            Expires = issued.AddMinutes(15),
            TokenType = "at+jwt",
            Claims = new Dictionary<string, object>
            {
                ["sub"] = User.ToString(),
                ["tenant"] = WellKnown.DefaultTenantId.ToString(),
                ["sid"] = (session ?? Guid.NewGuid()).ToString(),
                ["permissions"] = "read:all use:chat",
                ["tlp_clearance"] = "amber",
                ["role"] = "viewer",
            },
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(_key) { KeyId = "k1" }, SecurityAlgorithms.EcdsaSha256),
        };
        change?.Invoke(descriptor);
        return _handler.CreateToken(descriptor);
    }
}
