using System.Globalization;

namespace Platform.Gateway.Pipeline;

/// <summary>
/// Accepts only paths that have one reading. What a proxy and a service could understand differently (RFC 3986,
/// section 6: empty and dot segments, encoded delimiters, encoded plain characters, path parameters) is refused.
/// </summary>
internal static class PathGuard
{
    /// <summary>Whether a request target, as received, is in canonical form. The query is not looked at.</summary>
    public static bool IsCanonical(ReadOnlySpan<char> target)
    {
        var path = PathOf(target);
        if (path.Length == 0 || path[0] != '/')
        {
            // OPTIONS * has no path; nothing is routed for it.
            return path.SequenceEqual("*");
        }

        var segmentStart = 1;
        var encoded = false;
        for (var i = 1; i <= path.Length; i++)
        {
            if (i == path.Length || path[i] == '/')
            {
                if (!IsSegment(path[segmentStart..i], isLast: i == path.Length))
                {
                    return false;
                }

                segmentStart = i + 1;
                continue;
            }

            var c = path[i];
            if (c is '\\' or ';' or <= ' ' or >= '\x7f')
            {
                return false;
            }

            if (c == '%')
            {
                encoded = true;
                if (i + 2 >= path.Length || !IsAcceptableEscape(path.Slice(i + 1, 2)))
                {
                    return false;
                }
            }
        }

        return !encoded || IsUtf8(path);
    }

    private static ReadOnlySpan<char> PathOf(ReadOnlySpan<char> target)
    {
        var query = target.IndexOf('?');
        var path = query < 0 ? target : target[..query];
        if (path.Length > 0 && path[0] != '/' && path.IndexOf("://", StringComparison.Ordinal) is > 0 and var scheme)
        {
            // Absolute form (RFC 9112, section 3.2.2).
            var rest = path[(scheme + 3)..];
            var slash = rest.IndexOf('/');
            return slash < 0 ? "/" : rest[slash..];
        }

        return path;
    }

    private static bool IsSegment(ReadOnlySpan<char> segment, bool isLast) =>
        segment.Length == 0 ? isLast : segment[^1] != '.';

    private static bool IsAcceptableEscape(ReadOnlySpan<char> hex)
    {
        if (!byte.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        // Control characters, the delimiters of paths, a second layer of escapes, and what needed no escape.
        return value is >= 0x20 and not (0x7f or (byte)'/' or (byte)'\\' or (byte)';' or (byte)'%' or (byte)'?' or (byte)'#')
            && !IsUnreserved(value);
    }

    private static bool IsUnreserved(byte value) =>
        char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~';

    private static bool IsUtf8(ReadOnlySpan<char> path)
    {
        Span<byte> bytes = path.Length <= 1024 ? stackalloc byte[path.Length] : new byte[path.Length];
        var length = 0;
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == '%')
            {
                bytes[length++] = byte.Parse(path.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                i += 2;
            }
            else
            {
                bytes[length++] = (byte)path[i];
            }
        }

        return System.Text.Unicode.Utf8.IsValid(bytes[..length]);
    }
}
