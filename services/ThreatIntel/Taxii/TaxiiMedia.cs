using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace Platform.ThreatIntel.Taxii;

/// <summary>Media types and times as TAXII 2.1 writes them (sections 1.6.8 and 2).</summary>
internal static class TaxiiMedia
{
    public const string Taxii = "application/taxii+json;version=2.1";
    public const string Stix = "application/stix+json;version=2.1";
    private const string Version = "2.1";

    /// <summary>Whether the client takes TAXII 2.1: named with that version or with none, or by a wildcard.</summary>
    public static bool IsAccepted(HttpRequest request)
    {
        var accept = request.Headers.Accept;
        if (accept.Count == 0)
        {
            return true;
        }

        return MediaTypeHeaderValue.TryParseList(accept, out var ranges) && ranges.Any(range =>
            range.Quality is not 0 && (range.MatchesAllTypes || range.MediaType.Equals("application/*", StringComparison.OrdinalIgnoreCase) || IsTaxii(range)));
    }

    /// <summary>Whether the body is declared as TAXII 2.1.</summary>
    public static bool IsDeclared(HttpRequest request) => MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && IsTaxii(type);

    /// <summary>A time with microseconds, as <c>date_added</c> is given.</summary>
    public static string DateAdded(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The version of an object: milliseconds, and more digits only where they are needed.</summary>
    public static string VersionOf(DateTimeOffset modified) =>
        modified.Ticks % TimeSpan.TicksPerMillisecond == 0 ? Stix21(modified) : DateAdded(modified);

    private static string Stix21(DateTimeOffset time) => global::Stix.StixTimestamp.Format(time);

    private static bool IsTaxii(MediaTypeHeaderValue type)
    {
        if (!type.MediaType.Equals("application/taxii+json", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var version = type.Parameters.FirstOrDefault(parameter => parameter.Name.Equals("version", StringComparison.OrdinalIgnoreCase));
        return version is null || HeaderUtilities.RemoveQuotes(version.Value).Equals(Version, StringComparison.Ordinal);
    }
}
