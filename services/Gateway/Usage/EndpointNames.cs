using System.Text;

namespace Platform.Gateway.Usage;

/// <summary>
/// The name under which a path is counted: <c>/api/v1/users/{id}</c> rather than one name per user. Segments after the
/// area of the API that look like an identifier are replaced.
/// </summary>
internal static class EndpointNames
{
    private const int LongestWord = 40;

    public static string Of(string path)
    {
        var start = AreaEnd(path);
        for (var at = start; at < path.Length;)
        {
            var end = path.IndexOf('/', at + 1);
            end = end < 0 ? path.Length : end;
            if (IsIdentifier(path.AsSpan(at + 1, end - at - 1)))
            {
                return Rewrite(path, start);
            }

            at = end;
        }

        return path;
    }

    /// <summary>Where <c>/api/v1/users</c> or <c>/taxii2</c> ends.</summary>
    private static int AreaEnd(string path)
    {
        var segments = path.StartsWith("/api/v", StringComparison.OrdinalIgnoreCase) ? 3 : path.StartsWith("/api/", StringComparison.OrdinalIgnoreCase) ? 2 : 1;
        var at = 0;
        for (var i = 0; i < segments; i++)
        {
            var next = path.IndexOf('/', at + 1);
            if (next < 0)
            {
                return path.Length;
            }

            at = next;
        }

        return at;
    }

    private static string Rewrite(string path, int start)
    {
        var name = new StringBuilder(path.Length).Append(path, 0, start);
        for (var at = start; at < path.Length;)
        {
            var end = path.IndexOf('/', at + 1);
            end = end < 0 ? path.Length : end;
            var segment = path.AsSpan(at + 1, end - at - 1);
            name.Append('/').Append(IsIdentifier(segment) ? "{id}" : segment);
            at = end;
        }

        return name.ToString();
    }

    /// <summary>Words of the API are lower-case letters, hyphens and underscores.</summary>
    private static bool IsIdentifier(ReadOnlySpan<char> segment)
    {
        if (segment.Length > LongestWord)
        {
            return true;
        }

        foreach (var c in segment)
        {
            if (!char.IsAsciiLetterLower(c) && c is not ('-' or '_'))
            {
                return true;
            }
        }

        return false;
    }
}
