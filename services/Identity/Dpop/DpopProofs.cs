using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Identity.Protocol;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Dpop;

/// <summary>Proofs of possession at the endpoints of this service (RFC 9449): verified, and good for one use.</summary>
internal sealed class DpopProofs(IServiceScopeFactory scopes, IOptions<IdentitySettings> settings, TimeProvider clock)
{
    /// <summary>The thumbprint of the key that the request proves; null when it proves none.</summary>
    public async Task<string?> ThumbprintAsync(HttpRequest request, string? accessToken, CancellationToken ct)
    {
        var header = request.Headers[DpopProof.Header];
        if (header.Count == 0)
        {
            return null;
        }

        var now = clock.GetUtcNow();
        var addresses = DpopProof.AddressesOf(settings.Value.Issuer, request.Path);
        var proof = header.Count == 1 ? await DpopProof.VerifyAsync(header.ToString(), request.Method, addresses, accessToken, now) : null;
        return proof is not null && await IsNewAsync(proof, now, ct)
            ? proof.Thumbprint
            : throw new OAuthException(OAuthError.InvalidDpopProof, "The DPoP proof is not valid for this request, or was used before.");
    }

    private async Task<bool> IsNewAsync(DpopProof proof, DateTimeOffset now, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var expires = now + (DpopProof.Window * 2);
        return await scope.ServiceProvider.GetRequiredService<IdentityDb>().Database.ExecuteSqlAsync(
            $"INSERT INTO seen_proofs (hash, expires_at) VALUES ({proof.ReplayKey()}, {expires}) ON CONFLICT DO NOTHING", ct) == 1;
    }
}
