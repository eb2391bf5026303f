using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Platform.ThreatIntel.Indicators;

/// <summary>A value and what kind it is, in the one spelling under which it is kept and looked up.</summary>
internal readonly record struct Observable(string Type, string Value)
{
    /// <summary>Equal for equal type and value; fixed in size where URLs are not.</summary>
    public Guid Key => Observables.KeyOf(Type, Value);
}

/// <summary>Brings the values that people, logs and patterns write into one spelling.</summary>
internal static partial class Observables
{
    public const int MaxLength = 4_096;

    private static readonly IdnMapping Idn = new();
    private static readonly SearchValues<char> Brackets = SearchValues.Create("[](){}");
    private static readonly SearchValues<char> NotInEmail = SearchValues.Create(" \t<>,;");

    /// <summary>The key of a normalised value: the first 128 bits of the SHA-256 of type and value.</summary>
    public static Guid KeyOf(string type, string value)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(type + "\n" + value), hash);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <summary>
    /// What a text can be, likeliest first: never empty. A name with dots can be a host or a file, so that both are
    /// tried; what fits nothing is a file name.
    /// </summary>
    public static IReadOnlyList<Observable> Recognise(string text)
    {
        var value = Refang(text);
        if (Url(value) is { } url)
        {
            return [new(ObservableType.Url, url)];
        }

        if (Address(value) is { } address)
        {
            return [address];
        }

        if (Hash(value) is { } hash)
        {
            return [hash];
        }

        if (Mac(value) is { } mac)
        {
            return [new(ObservableType.Mac, mac)];
        }

        if (Email(value) is { } email)
        {
            return [new(ObservableType.Email, email)];
        }

        var file = new Observable(ObservableType.FileName, value.ToLowerInvariant());
        return Domain(value) is { } domain ? [new(ObservableType.Domain, domain), file] : [file];
    }

    /// <summary>The normal spelling of a value whose type is known; as it is, trimmed, where it does not fit the type.</summary>
    public static Observable Normalise(string type, string text)
    {
        var value = text.Trim();
        return type switch
        {
            ObservableType.Ipv4 or ObservableType.Ipv6 when Address(value) is { } address => address,
            ObservableType.Domain when Domain(value) is { } domain => new(type, domain),
            ObservableType.Url when Url(value) is { } url => new(type, url),
            ObservableType.Email when Email(value) is { } email => new(type, email),
            ObservableType.Mac when Mac(value) is { } mac => new(type, mac),
            ObservableType.Md5 or ObservableType.Sha1 or ObservableType.Sha256 or ObservableType.Sha512 or ObservableType.FileName =>
                new(type, value.ToLowerInvariant()),
            _ => new(type, value),
        };
    }

    /// <summary>Undoes what keeps reports from being clicked: <c>hxxp://</c>, <c>1[.]2[.]3[.]4</c>, <c>a(at)b[dot]example</c>.</summary>
    public static string Refang(string text)
    {
        var value = text.Trim().Trim('"', '\'', '<', '>', '`').Trim();
        if (value.Length > MaxLength)
        {
            return value;
        }

        // Most values are as they should be, and a look-up brings a thousand of them.
        if (value.AsSpan().ContainsAny(Brackets))
        {
            value = value.Replace("[://]", "://", StringComparison.Ordinal);
            value = Dots().Replace(value, ".");
            value = Ats().Replace(value, "@");
            value = Colons().Replace(value, ":");
            value = value.Replace("[/]", "/", StringComparison.Ordinal);
        }

        return value.AsSpan().IndexOfAny(':', '_') < 0 ? value : Schemes().Replace(value, match => match.Groups[1].Value.ToLowerInvariant() switch
        {
            "fxp" => "ftp://",
            var scheme => scheme[^1] is 's' or 'x' ? "https://" : "http://",
        });
    }

    private static Observable? Address(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var head = slash < 0 ? text : text[..slash];
        if (head.Contains('%', StringComparison.Ordinal) || head.StartsWith('[') || !IPAddress.TryParse(head, out var address))
        {
            return null;
        }

        var isV4 = address.AddressFamily == AddressFamily.InterNetwork;
        if (isV4 && !DottedQuad().IsMatch(head))
        {
            return null;
        }

        var type = isV4 ? ObservableType.Ipv4 : ObservableType.Ipv6;
        var bits = isV4 ? 32 : 128;
        if (slash < 0)
        {
            return new(type, address.ToString());
        }

        if (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var prefix) || prefix > bits)
        {
            return null;
        }

        return new(type, prefix == bits ? address.ToString() : $"{Network(address, prefix)}/{prefix}");
    }

    private static IPAddress Network(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var keep = Math.Clamp(prefix - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xFF << (8 - keep));
        }

        return new IPAddress(bytes);
    }

    private static Observable? Hash(string text)
    {
        var type = text.Length switch
        {
            32 => ObservableType.Md5,
            40 => ObservableType.Sha1,
            64 => ObservableType.Sha256,
            128 => ObservableType.Sha512,
            _ => null,
        };
        return type is not null && text.All(char.IsAsciiHexDigit) ? new(type, text.ToLowerInvariant()) : null;
    }

    private static string? Url(string text)
    {
        if (!text.Contains("://", StringComparison.Ordinal) || text.Length > MaxLength
            || !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            return null;
        }

        var port = uri.IsDefaultPort || uri.Port < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $":{uri.Port}");
        var host = uri.HostNameType == UriHostNameType.IPv6 ? $"[{uri.IdnHost}]" : uri.IdnHost;
        var user = uri.UserInfo.Length == 0 ? "" : uri.UserInfo + "@";
        return $"{uri.Scheme}://{user}{host.ToLowerInvariant()}{port}{uri.PathAndQuery}{uri.Fragment}";
    }

    private static string? Email(string text)
    {
        var at = text.LastIndexOf('@');
        if (at is < 1 or > 64 || text.AsSpan(0, at).ContainsAny(NotInEmail))
        {
            return null;
        }

        return Domain(text[(at + 1)..]) is { } domain ? $"{text[..at].ToLowerInvariant()}@{domain}" : null;
    }

    private static string? Domain(string text)
    {
        var value = text.TrimEnd('.');
        if (value.Length is 0 or > 253 || !value.Contains('.', StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            var lower = value.ToLowerInvariant();
            var ascii = Ascii.IsValid(lower) && !lower.Contains("xn--", StringComparison.Ordinal) ? lower : Idn.GetAscii(lower).ToLowerInvariant();
            return HostName().IsMatch(ascii) ? ascii : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static string? Mac(string text) => MacAddress().IsMatch(text) ? text.Replace('-', ':').ToLowerInvariant() : null;

    [GeneratedRegex(@"\s*(\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\{dot\}|\[\.|\.\])\s*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 200)]
    private static partial Regex Dots();

    [GeneratedRegex(@"\s*(\[@\]|\(@\)|\[at\]|\(at\)|\{at\})\s*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 200)]
    private static partial Regex Ats();

    [GeneratedRegex(@"\[:\]|\[:(?=//)|(?<=:)\](?=//)", RegexOptions.CultureInvariant, 200)]
    private static partial Regex Colons();

    [GeneratedRegex(@"^(h[xt]{2}ps?|hxxpx|meow|fxp)(:\/\/|__|:\\\\)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 200)]
    private static partial Regex Schemes();

    [GeneratedRegex(@"^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$", RegexOptions.CultureInvariant, 200)]
    private static partial Regex DottedQuad();

    [GeneratedRegex(@"^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}$", RegexOptions.CultureInvariant, 200)]
    private static partial Regex HostName();

    [GeneratedRegex(@"^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$", RegexOptions.CultureInvariant, 200)]
    private static partial Regex MacAddress();
}
