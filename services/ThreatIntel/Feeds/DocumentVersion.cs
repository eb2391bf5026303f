using System.Globalization;
using System.Net.Http.Headers;

namespace Platform.ThreatIntel.Feeds;

/// <summary>What a source calls the version of a document (RFC 9110 section 13): one that was taken in is not sent again.</summary>
internal static class DocumentVersion
{
    /// <summary>Asks for the document unless it is still the one that was taken in.</summary>
    public static void Ask(HttpRequestHeaders headers, Feed feed)
    {
        if (feed.ETag is { } tag && EntityTagHeaderValue.TryParse(tag, out var parsed))
        {
            headers.IfNoneMatch.Add(parsed);
        }
        else if (feed.LastModified is { } modified)
        {
            headers.TryAddWithoutValidation("If-Modified-Since", modified);
        }
    }

    /// <summary>Remembers which version was taken in.</summary>
    public static void Keep(HttpResponseMessage response, Feed feed)
    {
        feed.ETag = response.Headers.ETag?.ToString();
        feed.LastModified = response.Content.Headers.LastModified?.ToString("R", CultureInfo.InvariantCulture);
    }
}
