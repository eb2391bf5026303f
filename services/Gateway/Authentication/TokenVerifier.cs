using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Platform.Contracts;
using Platform.Gateway.Tenants;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Authentication;

/// <summary>
/// Verifies access tokens of Identity (RFC 9068): ES256 or RS256 by a published key, <c>typ: at+jwt</c>, issuer,
/// audience, life with 30 seconds of skew. A verified token is remembered by its hash until it expires.
/// </summary>
internal sealed class TokenVerifier(
    SigningKeys keys, TenantStates tenants, CacheFigures figures, IOptions<GatewayOptions> options, TimeProvider clock)
{
    private const int LongestToken = 16 * 1024;
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);
    private static readonly string[] Algorithms = [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha256];
    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = LongestToken };

    private readonly BoundedCache<CredentialHash, Credential> _verified = new(options.Value.CredentialCacheSize);
    private readonly CacheFigures.Counts _figures = figures.Of("access_tokens");

    /// <summary>Who the token speaks for. Of a token that is known nothing is copied.</summary>
    public ValueTask<Verification> VerifyAsync(ReadOnlySpan<char> token, CancellationToken ct)
    {
        var hash = CredentialHash.Of(token);
        if (_verified.TryGet(hash, out var known))
        {
            if (known.ExpiresAt + Skew > clock.GetUtcNow())
            {
                _figures.Hit();
                return ValueTask.FromResult<Verification>(known);
            }

            _verified.Remove(hash);
        }

        _figures.Miss();
        return VerifyUnknownAsync(token.ToString(), hash, ct);
    }

    /// <summary>Forgets what the predicate names; the next use verifies anew.</summary>
    public void Forget(Func<Credential, bool> predicate) => _verified.RemoveWhere(predicate);

    private async ValueTask<Verification> VerifyUnknownAsync(string token, CredentialHash hash, CancellationToken ct)
    {
        if (token.Length > LongestToken || !TryRead(token, out var jwt) || !Algorithms.Contains(jwt.Alg) || string.IsNullOrEmpty(jwt.Kid))
        {
            return Verification.Invalid;
        }

        if (await keys.FindAsync(jwt.Kid, ct) is not { } key)
        {
            return keys.HasKeys ? Verification.Invalid : Verification.CannotTell;
        }

        var result = await Handler.ValidateTokenAsync(jwt, Parameters(key));
        if (!result.IsValid)
        {
            return Verification.Invalid;
        }

        var now = clock.GetUtcNow();
        if (jwt.ValidTo == DateTime.MinValue || (jwt.ValidFrom != DateTime.MinValue && jwt.ValidFrom > (now + Skew).UtcDateTime))
        {
            return Verification.Invalid;
        }

        if (new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero) + Skew <= now)
        {
            return Verification.Expired;
        }

        if (Read(jwt) is not { } credential)
        {
            return Verification.Invalid;
        }

        _verified.Set(hash, credential);
        return credential;
    }

    private static bool TryRead(string token, out JsonWebToken jwt)
    {
        jwt = null!;
        if (!Handler.CanReadToken(token))
        {
            return false;
        }

        try
        {
            jwt = Handler.ReadJsonWebToken(token);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private TokenValidationParameters Parameters(SecurityKey key) => new()
    {
        ValidIssuer = options.Value.Issuer,
        ValidAudience = options.Value.Audience,
        ValidTypes = ["at+jwt"],
        ValidAlgorithms = Algorithms,
        IssuerSigningKey = key,
        ValidateLifetime = false,
        RequireSignedTokens = true,
        TryAllIssuerSigningKeys = false,
    };

    private Credential? Read(JsonWebToken jwt)
    {
        if (!Guid.TryParse(Text(jwt, "tenant"), out var tenant) || jwt.Subject is not { Length: > 0 } subject
            || !TlpLevels.TryParse(Text(jwt, "tlp_clearance") ?? "clear", out var clearance))
        {
            return null;
        }

        Guid? session = Guid.TryParse(Text(jwt, "sid"), out var sid) ? sid : null;
        Guid? user = session is not null && Guid.TryParse(subject, out var id) ? id : null;
        var caller = new Caller(
            tenant, subject, user is null ? CallerKind.Client : CallerKind.User, PermissionSet.Parse(Text(jwt, "permissions")), clearance, session, Text(jwt, "client_id"));
        return new Credential(caller, tenants.Entry(tenant))
        {
            ExpiresAt = new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero),
            IssuedAt = jwt.IssueTime(),
            UserId = user,
            TokenOfClient = user is null ? caller.CredentialId : null,
            Role = Text(jwt, "role"),
            DpopKey = KeyOf(jwt),
            MustChangePassword = jwt.TryGetPayloadValue<bool>("pwd_change", out var change) && change,
        };
    }

    /// <summary>A binding that cannot be read binds to a key that nobody has.</summary>
    private static string? KeyOf(JsonWebToken jwt) => !jwt.TryGetPayloadValue<JsonElement>("cnf", out var binding) ? null
        : binding.ValueKind == JsonValueKind.Object && binding.TryGetProperty("jkt", out var key) && key.ValueKind == JsonValueKind.String ? key.GetString() : "";

    private static string? Text(JsonWebToken jwt, string claim) => jwt.TryGetPayloadValue<string>(claim, out var value) ? value : null;
}
