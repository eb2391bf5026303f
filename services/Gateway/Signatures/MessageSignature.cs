using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace Platform.Gateway.Signatures;

/// <summary>
/// HTTP Message Signatures (RFC 9421) with <c>hmac-sha256</c>: at least <c>@method</c> and <c>@target-uri</c> are signed, the
/// body's <c>content-digest</c> (RFC 9530) where there is one, with <c>created</c>, <c>nonce</c> and <c>keyid</c>.
/// </summary>
internal static class MessageSignature
{
    public const string InputHeader = "Signature-Input";
    public const string Header = "Signature";
    public const string DigestHeader = "Content-Digest";
    private const string Algorithm = "hmac-sha256";
    private const string Digest = "content-digest";

    /// <summary>Null for whatever is not a complete signature of this request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="hasBody">Whether it has a body, which must then be signed too.</param>
    /// <param name="issuer">The public address of the platform.</param>
    public static SignedRequest? Read(HttpRequest request, bool hasBody, Uri issuer)
    {
        if (SignatureInput.Parse(request.Headers[InputHeader].ToString()) is not { Created: { } created, Nonce: { } nonce, KeyId: { } client } input
            || (input.Algorithm is not null && input.Algorithm != Algorithm)
            || !input.Components.Contains("@method") || !input.Components.Contains("@target-uri") || (hasBody && !input.Components.Contains(Digest))
            || ValueOf(request.Headers[Header].ToString(), input.Label) is not { } value)
        {
            return null;
        }

        var bases = new List<string>(2);
        foreach (var authority in AuthoritiesOf(request, issuer))
        {
            if (BaseOf(request, input, issuer.Scheme, authority) is not { } text)
            {
                return null;
            }

            bases.Add(text);
        }

        var signed = new SignedRequest(client, created, nonce, value)
        {
            Expires = input.Expires,
            Bases = bases,
            ContentDigest = input.Components.Contains(Digest) ? request.Headers[DigestHeader].ToString() : null,
        };
        return signed.IsPlausible ? signed : null;
    }

    /// <summary>The platform as this client addressed it, and as it is known.</summary>
    private static IEnumerable<string> AuthoritiesOf(HttpRequest request, Uri issuer)
    {
        var host = request.Host.Value ?? "";
        var standard = issuer.Scheme == Uri.UriSchemeHttps ? ":443" : ":80";
        var addressed = (host.EndsWith(standard, StringComparison.Ordinal) ? host[..^standard.Length] : host).ToLowerInvariant();
        return addressed == issuer.Authority ? [addressed] : [addressed, issuer.Authority];
    }

    /// <summary>The signature base (RFC 9421, section 2.5); null when a component is not there or not known.</summary>
    internal static string? BaseOf(HttpRequest request, SignatureInput input, string scheme, string authority)
    {
        var target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!target.StartsWith('/'))
        {
            return null;
        }

        var text = new StringBuilder();
        foreach (var component in input.Components)
        {
            if (ValueOf(request, component, scheme, authority, target) is not { } value)
            {
                return null;
            }

            text.Append('"').Append(component).Append("\": ").Append(value).Append('\n');
        }

        return text.Append("\"@signature-params\": ").Append(input.Text).ToString();
    }

    /// <summary>RFC 9421, sections 2.1 and 2.2.</summary>
    private static string? ValueOf(HttpRequest request, string component, string scheme, string authority, string target)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        return component switch
        {
            "@method" => request.Method,
            "@target-uri" => $"{scheme}://{authority}{target}",
            "@authority" => authority,
            "@scheme" => scheme,
            "@request-target" => target,
            "@path" => query < 0 ? target : target[..query],
            "@query" => query < 0 ? "?" : target[query..],
            _ when component[0] != '@' && IsLowerCase(component) && request.Headers[component] is { Count: > 0 } values =>
                string.Join(", ", values.Select(v => (v ?? "").Trim())),
            _ => null,
        };
    }

    private static bool IsLowerCase(string name) => !name.Any(char.IsAsciiLetterUpper);

    /// <summary>The byte sequence of the same label (RFC 9421, section 4.2), which must be alone.</summary>
    private static byte[]? ValueOf(string header, string label)
    {
        var prefix = label + "=:";
        if (!header.StartsWith(prefix, StringComparison.Ordinal) || !header.EndsWith(':') || header.Length <= prefix.Length)
        {
            return null;
        }

        var bytes = new byte[64];
        return Convert.TryFromBase64Chars(header.AsSpan(prefix.Length, header.Length - prefix.Length - 1), bytes, out var length) ? bytes[..length] : null;
    }
}
