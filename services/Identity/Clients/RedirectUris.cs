using System.Net;

namespace Platform.Identity.Clients;

/// <summary>
/// Where users may be sent back to. A URI is registered whole and compared as text (RFC 9700, section 2.1); only the port
/// of a loopback address may differ, because native programs cannot know it before (RFC 8252, section 7.3).
/// </summary>
internal static class RedirectUris
{
    public const int MaxLength = 2000;

    /// <summary>
    /// Whether a URI may be registered: absolute, https, or http on this machine, or a private scheme of a native program
    /// (with a dot in it, RFC 8252, section 7.1); no fragment, wildcard or user-info.
    /// </summary>
    public static bool IsAcceptable(string? text)
    {
        if (text is null || text.Length > MaxLength || !IsPlain(text) || !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.IsUnc)
        {
            return false;
        }

        // What the parser had to repair would be compared as other text than browsers go to.
        if (uri.UserInfo.Length > 0 || text.Contains('#') || text.Contains('*') || !text.StartsWith(uri.Scheme + ":", StringComparison.Ordinal))
        {
            return false;
        }

        return uri.Scheme switch
        {
            "https" => uri.Host.Length > 0 && HasPlainPath(text),
            "http" => IsLoopback(uri) && HasPlainPath(text),
            _ => uri.Scheme.Contains('.'),
        };
    }

    /// <summary>The registered URI that a request means, or null.</summary>
    public static string? Match(IReadOnlyList<string> registered, string asked)
    {
        foreach (var uri in registered)
        {
            if (uri == asked || IsSameButForPort(uri, asked))
            {
                return asked;
            }
        }

        return null;
    }

    /// <summary>Whether nobody but the registered owner can receive what is sent there: only https addresses have one.</summary>
    public static bool HasOwner(string uri) => uri.StartsWith("https://", StringComparison.Ordinal);

    /// <summary>Adds parameters to a URI and keeps those it has (RFC 6749, section 3.1.2).</summary>
    public static string With(string uri, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var text = new System.Text.StringBuilder(uri);
        var separator = uri.Contains('?') ? '&' : '?';
        foreach (var (name, value) in parameters)
        {
            if (value is not null)
            {
                text.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
                separator = '&';
            }
        }

        return text.ToString();
    }

    /// <summary>As a source of the form-action directive: a browser follows a form's redirect only to what is named there.</summary>
    public static string SourceOf(string uri)
    {
        var parsed = new Uri(uri);
        return parsed.Scheme is "http" or "https" ? parsed.GetLeftPart(UriPartial.Authority) : parsed.Scheme + ":";
    }

    private static bool IsSameButForPort(string registered, string asked) =>
        registered.StartsWith("http://", StringComparison.Ordinal) && IsPlain(asked) && asked.Length <= MaxLength
        && Split(registered) is var (host, rest) && Split(asked) is var (otherHost, otherRest)
        && host is "127.0.0.1" or "[::1]" && host == otherHost && rest == otherRest;

    /// <summary>Host and everything after the port of a loopback address, cut from the text itself.</summary>
    private static (string? Host, string Tail) Split(string uri)
    {
        foreach (var host in (ReadOnlySpan<string>)["127.0.0.1", "[::1]"])
        {
            var start = "http://" + host;
            if (uri.StartsWith(start, StringComparison.Ordinal))
            {
                var rest = uri.AsSpan(start.Length);
                if (rest.Length > 0 && rest[0] == ':')
                {
                    var digits = 1;
                    while (digits < rest.Length && char.IsAsciiDigit(rest[digits]))
                    {
                        digits++;
                    }

                    if (digits is 1 or > 6)
                    {
                        break;
                    }

                    rest = rest[digits..];
                }

                return rest.Length == 0 || rest[0] is '/' or '?' ? (host, rest.ToString()) : (null, "");
            }
        }

        return (null, "");
    }

    private static bool IsLoopback(Uri uri) =>
        uri.Host == "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>Printable ASCII without the characters that parsers disagree on.</summary>
    private static bool IsPlain(string text)
    {
        foreach (var c in text)
        {
            if (c is <= ' ' or >= '\x7f' or '\\' or '"' or '<' or '>' or '^' or '`' or '{' or '|' or '}')
            {
                return false;
            }
        }

        return text.Length > 0;
    }

    /// <summary>No dot segments, path parameters or encoded delimiters, and nothing odd before the path.</summary>
    private static bool HasPlainPath(string text)
    {
        var authority = text.IndexOf("://", StringComparison.Ordinal) + 3;
        var end = text.AsSpan(authority).IndexOfAny('/', '?');
        var host = end < 0 ? text[authority..] : text.Substring(authority, end);
        if (host.Length == 0 || host.Contains('@') || host.Contains('%') || host.Any(char.IsAsciiLetterUpper))
        {
            return false;
        }

        var path = end < 0 ? "" : text[(authority + end)..].Split('?')[0];
        return !path.Contains("..", StringComparison.Ordinal) && !path.Contains(';') && !path.Contains("//", StringComparison.Ordinal)
            && !path.Contains("%2f", StringComparison.OrdinalIgnoreCase) && !path.Contains("%5c", StringComparison.OrdinalIgnoreCase)
            && !path.Contains("%2e", StringComparison.OrdinalIgnoreCase);
    }
}
