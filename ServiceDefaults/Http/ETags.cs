using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Platform.ServiceDefaults;

/// <summary>Weak entity tags from row versions (RFC 9110, section 8.8.3).</summary>
public static class ETags
{
    /// <summary>The tag of a row version.</summary>
    public static string Of(long version) => string.Create(CultureInfo.InvariantCulture, $"W/\"{version:x}\"");

    /// <summary>Sets the tag of the answer.</summary>
    public static void SetETag(this HttpResponse response, long version) => response.Headers.ETag = Of(version);

    /// <summary>
    /// Whether <c>If-Match</c> allows changing this version: true without the header, with <c>*</c>, or when one of the
    /// tags is the version's. Tags compare weakly, since all of ours are weak.
    /// </summary>
    public static bool IfMatch(this HttpRequest request, long version) => Matches(request.Headers.IfMatch.ToString(), version, whenAbsent: true);

    /// <summary>Whether <c>If-None-Match</c> names this version, so that 304 answers a read.</summary>
    public static bool IfNoneMatch(this HttpRequest request, long version) => Matches(request.Headers.IfNoneMatch.ToString(), version, whenAbsent: false);

    private static bool Matches(string header, long version, bool whenAbsent)
    {
        if (header.Length == 0)
        {
            return whenAbsent;
        }

        var wanted = Of(version).AsSpan(2);
        foreach (var range in header.AsSpan().Split(','))
        {
            var tag = header.AsSpan()[range].Trim();
            if (tag is "*" || (tag.StartsWith("W/") ? tag[2..] : tag).SequenceEqual(wanted))
            {
                return true;
            }
        }

        return false;
    }
}
