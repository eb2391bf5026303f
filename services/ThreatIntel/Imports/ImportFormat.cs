using Microsoft.Net.Http.Headers;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.ThreatIntel.Imports;

/// <summary>Which format a body has: <c>?format=</c>, else the content type, else what it looks like.</summary>
internal static class ImportFormat
{
    public const string Stix = "stix";

    private static readonly string[] MediaTypes =
        ["application/json", "application/stix+json", "application/vnd.oasis.stix+json", "application/octet-stream", "text/json"];

    /// <summary>The format, or a fault that names what is supported.</summary>
    public static (string? Format, Fault? Fault) Of(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count > 0)
        {
            return (null, Unsupported("The body must not be compressed."));
        }

        var named = request.Query["format"].ToString();
        if (named.Length > 0)
        {
            return named == Stix ? (Stix, null) : (null, Unsupported($"The format '{Shorten(named)}' is not supported."));
        }

        if (string.IsNullOrEmpty(request.ContentType))
        {
            return (Stix, null);
        }

        return MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && MediaTypes.Contains(type.MediaType.ToString(), StringComparer.OrdinalIgnoreCase)
            ? (Stix, null)
            : (null, Unsupported("This content type is not supported."));
    }

    private static string Shorten(string text) => text.Length <= 32 ? text : text[..32];

    private static Fault Unsupported(string message) => new(
        ErrorCodes.UnsupportedMediaType, $"{message} Send a STIX 2.0 or 2.1 bundle as application/json or application/stix+json (format=stix).");
}
