using Microsoft.Extensions.Options;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Authentication;

/// <summary>
/// Checks that whoever sends a token bound to a key has the key (RFC 9449, section 7). A proof is good for one request.
/// </summary>
internal sealed class PossessionCheck(UsedOnce used, IOptions<GatewayOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan Remembered = DpopProof.Window * 2;

    /// <summary>The refusal, or null when the request proves the credential's key.</summary>
    public async ValueTask<Fault?> CheckAsync(HttpRequest request, Credential credential, string token)
    {
        var header = request.Headers[DpopProof.Header];
        if (credential.DpopKey is null || header.Count != 1)
        {
            return Verification.Unproven;
        }

        var addresses = DpopProof.AddressesOf(options.Value.Issuer, request.Path.ToUriComponent());
        var proof = await DpopProof.VerifyAsync(header.ToString(), request.Method, addresses, token, clock.GetUtcNow());
        if (proof is null || proof.Thumbprint != credential.DpopKey)
        {
            return Verification.Unproven;
        }

        return await used.ClaimAsync("dpop:" + Convert.ToHexStringLower(proof.ReplayKey()), Remembered, request.HttpContext.RequestAborted) switch
        {
            true => null,
            false => Verification.Unproven,
            null => Verification.CannotTell,
        };
    }
}
