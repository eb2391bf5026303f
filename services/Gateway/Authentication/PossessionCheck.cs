using Microsoft.Extensions.Options;
using Platform.Gateway.Limits;
using Platform.ServiceDefaults;
using StackExchange.Redis;

namespace Platform.Gateway.Authentication;

/// <summary>
/// Checks that whoever sends a token bound to a key has the key (RFC 9449, section 7). A proof is good for one request;
/// used ones are remembered in Redis, and while that is away no proof is accepted: it could be a copy.
/// </summary>
internal sealed class PossessionCheck(
    [FromKeyedServices(RateLimiter.Store)] RedisConnection redis, IOptions<GatewayOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
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

        return await RememberAsync(proof) switch
        {
            true => null,
            false => Verification.Unproven,
            null => Verification.CannotTell,
        };
    }

    /// <summary>Whether the proof is new; null when nobody can tell.</summary>
    private async Task<bool?> RememberAsync(DpopProof proof)
    {
        if (redis.Database is not { } database)
        {
            return null;
        }

        try
        {
            return await redis.RunAsync(
                database, "SET", "dpop:" + Convert.ToHexStringLower(proof.ReplayKey()),
                static (d, key) => d.StringSetAsync(key, "", Remembered, When.NotExists).WaitAsync(Patience));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            return null;
        }
    }
}
