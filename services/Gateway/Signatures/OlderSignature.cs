using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.Features;

namespace Platform.Gateway.Signatures;

/// <summary>
/// The form that older clients send: <c>X-Client-Id</c>, <c>X-Timestamp</c> (seconds of the epoch), <c>X-Nonce</c> and
/// <c>X-Signature</c>, the HMAC-SHA-256 in hexadecimal of method, target, timestamp, nonce and the body's SHA-256 in
/// hexadecimal, each on a line.
/// </summary>
internal static class OlderSignature
{
    public const string ClientHeader = "X-Client-Id";
    public const string TimestampHeader = "X-Timestamp";
    public const string NonceHeader = "X-Nonce";
    public const string Header = "X-Signature";

    /// <summary>The hash of the body must be known before anything can be checked, so the body is bounded.</summary>
    public const long LargestBody = 1L << 20;

    public static SignedRequest? Read(HttpRequest request)
    {
        var headers = request.Headers;
        var value = new byte[32];
        if (headers[ClientHeader].Count != 1 || headers[NonceHeader].Count != 1
            || !long.TryParse(headers[TimestampHeader].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var created)
            || Convert.FromHexString(headers[Header].ToString(), value, out _, out var written) != System.Buffers.OperationStatus.Done || written != value.Length)
        {
            return null;
        }

        var signed = new SignedRequest(headers[ClientHeader].ToString(), created, headers[NonceHeader].ToString(), value);
        return signed.IsPlausible && signed.Nonce.All(c => c is > ' ' and <= '~') ? signed : null;
    }

    /// <summary>What was signed, once the body was read.</summary>
    public static async Task<string> BaseOfAsync(HttpRequest request, SignedRequest signed, CancellationToken ct)
    {
        var target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var body = await SignedBody.HashAsync(request, HashAlgorithmName.SHA256, ct);
        return string.Create(CultureInfo.InvariantCulture, $"{request.Method}\n{target}\n{signed.Created}\n{signed.Nonce}\n{Convert.ToHexStringLower(body)}");
    }
}
