using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Platform.Gateway.Authentication;

namespace Platform.Gateway.Signatures;

/// <summary>
/// Authenticates integration clients by the signature of their request. It holds for five minutes around its time and for
/// one use; whatever is wrong with it is answered alike.
/// </summary>
internal sealed class RequestSignatures(ClientResolver clients, UsedOnce used, IOptions<GatewayOptions> options, TimeProvider clock)
{
    /// <summary>How far the time of a signature may be from now, in either direction.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Remembered = (2 * Window) + TimeSpan.FromMinutes(1);
    private static readonly byte[] NoSecret = RandomNumberGenerator.GetBytes(32);

    private static readonly string[] Headers =
        [MessageSignature.Header, MessageSignature.InputHeader, OlderSignature.Header, OlderSignature.ClientHeader, OlderSignature.TimestampHeader, OlderSignature.NonceHeader];

    private readonly Uri _issuer = new(options.Value.Issuer);

    /// <summary>How many signatures a request claims to have.</summary>
    public static int CountIn(IHeaderDictionary headers) =>
        Math.Max(headers[MessageSignature.InputHeader].Count, headers[MessageSignature.Header].Count) + headers[OlderSignature.Header].Count;

    /// <summary>What was for the gateway goes no further.</summary>
    public static void Strip(IHeaderDictionary headers)
    {
        foreach (var name in Headers)
        {
            headers.Remove(name);
        }
    }

    /// <summary>Who signed the request; without <paramref name="mayAsk"/> only clients that are known here.</summary>
    public async ValueTask<Verification> VerifyAsync(HttpRequest request, bool mayAsk, CancellationToken ct)
    {
        var isOlder = request.Headers[OlderSignature.Header].Count > 0;
        var hasBody = request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;
        var signed = isOlder ? OlderSignature.Read(request) : MessageSignature.Read(request, hasBody, _issuer);
        if (signed is null || !IsTimely(signed))
        {
            return Verification.Unsigned;
        }

        var (client, fault) = await clients.FindAsync(signed.ClientId, ct, mayAsk);
        if (fault is not null)
        {
            return fault;
        }

        IReadOnlyList<string> bases = signed.Bases;
        if (isOlder)
        {
            if (client is null || request.ContentLength > OlderSignature.LargestBody || (hasBody && request.ContentLength is null))
            {
                return Verification.Unsigned;
            }

            bases = [await OlderSignature.BaseOfAsync(request, signed, ct)];
        }

        if (!Fits(client, bases, signed.Value) || (signed.ContentDigest is { } digest && !await SignedBody.FitsAsync(request, digest, ct)))
        {
            return Verification.Unsigned;
        }

        return await used.ClaimAsync(NonceKey(client!, signed.Nonce), Remembered, ct) switch
        {
            true => client!.Credential,
            false => Verification.Unsigned,
            null => Verification.CannotTell,
        };
    }

    private bool IsTimely(SignedRequest signed)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        return Math.Abs(now - signed.Created) <= (long)Window.TotalSeconds && !(signed.Expires <= now);
    }

    /// <summary>In constant time, and with as much work for a client that there is not.</summary>
    private bool Fits(ResolvedClient? client, IReadOnlyList<string> bases, byte[] value)
    {
        var fits = false;
        var secrets = client is { Secrets.Count: > 0 } ? client.Secrets : [NoSecret];
        for (var i = 0; i < secrets.Count; i++)
        {
            if (i > 0 && !(client!.PreviousUntil > clock.GetUtcNow()))
            {
                break;
            }

            foreach (var text in bases)
            {
                fits |= CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(secrets[i], Encoding.UTF8.GetBytes(text)), value);
            }
        }

        return fits & client is { Secrets.Count: > 0 };
    }

    private static string NonceKey(ResolvedClient client, string nonce) =>
        $"t:{client.Credential.Caller.TenantId:D}:nonce:{client.Id}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(nonce)))}";
}
