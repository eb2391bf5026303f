using System.Text;
using Microsoft.Extensions.Primitives;

namespace Platform.Gateway.Authentication;

/// <summary>
/// HTTP Basic (RFC 7617) for clients that know nothing else, as many TAXII clients do: the password is an API key, the user
/// name may be anything.
/// </summary>
internal static class BasicCredentials
{
    public const string Challenge = "Basic realm=\"platform\", charset=\"UTF-8\"";
    private const string Scheme = "Basic ";
    private const int LongestText = 1_000;

    /// <summary>The password; empty, which is no key, where the credentials cannot be read; null where the header is none of this scheme.</summary>
    public static string? PasswordIn(StringValues authorization)
    {
        if (authorization is not [{ } value] || !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var text = value.AsSpan(Scheme.Length).Trim();
        Span<byte> bytes = stackalloc byte[LongestText];
        if (text.Length > LongestText || !Convert.TryFromBase64Chars(text, bytes, out var length))
        {
            return "";
        }

        // Section 2: the user name holds no colon, the password may.
        var colon = bytes[..length].IndexOf((byte)':');
        return colon < 0 ? "" : Encoding.UTF8.GetString(bytes[(colon + 1)..length]);
    }
}
