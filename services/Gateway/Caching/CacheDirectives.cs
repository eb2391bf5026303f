using System.Globalization;

namespace Platform.Gateway.Caching;

/// <summary>
/// What a service said of keeping an answer: <c>Cache-Control: s-maxage=…, stale-while-revalidate=…</c> (RFC 9111, RFC 5861)
/// and <c>Surrogate-Key</c>. Without both <c>s-maxage</c> and a key nothing is kept.
/// </summary>
internal sealed record CacheDirectives(TimeSpan Fresh, TimeSpan Stale, string[] Tags)
{
    public const string SurrogateKey = "Surrogate-Key";

    /// <summary>Clients ask each time; their copy saves them the body.</summary>
    public const string ForClients = "private, no-cache";

    /// <summary>Part of every key, so that answers may vary by them. One that varies by anything else is not kept.</summary>
    public static readonly string[] KeyHeaders = ["Accept", "Accept-Language"];

    public static readonly string[] KeptHeaders =
        ["Content-Type", "ETag", "Last-Modified", "Link", "Content-Language", "Content-Disposition", "Vary", "Deprecation", "Sunset"];

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>Null where the answer must not be kept.</summary>
    public static CacheDirectives? Of(int status, IHeaderDictionary headers)
    {
        if (status != StatusCodes.Status200OK || headers.SetCookie.Count > 0 || headers.ContentEncoding.Count > 0
            || headers[SurrogateKey].ToString() is not { Length: > 0 } tags || !VariesByKey(headers))
        {
            return null;
        }

        TimeSpan? fresh = null;
        var stale = TimeSpan.Zero;
        foreach (var directive in headers.CacheControl.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = directive.IndexOf('=', StringComparison.Ordinal);
            var name = (equals < 0 ? directive : directive[..equals]).ToLowerInvariant();
            switch (name)
            {
                case "no-store" or "private" or "no-cache":
                    return null;
                case "s-maxage" when TrySeconds(directive[(equals + 1)..], out var seconds):
                    fresh = seconds;
                    break;
                case "stale-while-revalidate" when TrySeconds(directive[(equals + 1)..], out var seconds):
                    stale = seconds;
                    break;
            }
        }

        return fresh is { } time && time > TimeSpan.Zero ? new CacheDirectives(time, stale, tags.Split(' ', StringSplitOptions.RemoveEmptyEntries)) : null;
    }

    private static bool VariesByKey(IHeaderDictionary headers)
    {
        foreach (var value in headers.Vary)
        {
            foreach (var name in (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                // Compression and CORS are the gateway's own, added to each answer anew.
                if (!KeyHeaders.Contains(name, StringComparer.OrdinalIgnoreCase) && !name.Equals("Accept-Encoding", StringComparison.OrdinalIgnoreCase)
                    && !name.Equals("Origin", StringComparison.OrdinalIgnoreCase))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool TrySeconds(string text, out TimeSpan span)
    {
        var read = int.TryParse(text.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds);
        span = TimeSpan.FromSeconds(Math.Min(seconds, Longest.TotalSeconds));
        return read;
    }
}
