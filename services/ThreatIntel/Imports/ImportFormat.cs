using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Net.Http.Headers;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Formats;

namespace Platform.ThreatIntel.Imports;

/// <summary>Which format a body has: <c>?format=</c>, else the content type, else what it looks like.</summary>
internal static partial class ImportFormat
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
            return named is Stix or ForeignFormat.Misp or ForeignFormat.Csv or ForeignFormat.Text
                ? (named, null)
                : (null, Unsupported($"The format '{Shorten(named)}' is not supported."));
        }

        if (string.IsNullOrEmpty(request.ContentType))
        {
            return (Stix, null);
        }

        return !MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? (null, Unsupported("This content type is not supported."))
            : type.MediaType.ToString().ToLowerInvariant() switch
            {
                "text/csv" => (ForeignFormat.Csv, null),
                "text/plain" => (ForeignFormat.Text, null),
                "application/x-misp+json" => (ForeignFormat.Misp, null),
                var json when MediaTypes.Contains(json) => (Stix, null),
                _ => (null, Unsupported("This content type is not supported.")),
            };
    }

    /// <summary>Whether a body that is called JSON begins like a MISP event and not like a bundle.</summary>
    public static async Task<bool> LooksLikeMispAsync(PipeReader body, CancellationToken ct)
    {
        var read = await body.ReadAtLeastAsync(64, ct);
        var head = Encoding.UTF8.GetString(read.Buffer.Slice(0, Math.Min(64, read.Buffer.Length)).ToArray());
        body.AdvanceTo(read.Buffer.Start);
        return MispHead().IsMatch(head);
    }

    [GeneratedRegex("""^\uFEFF?\s*(\[\s*)?\{\s*"(Event|response)"\s*:""", RegexOptions.CultureInvariant, 200)]
    private static partial Regex MispHead();

    private static string Shorten(string text) => text.Length <= 32 ? text : text[..32];

    private static Fault Unsupported(string message) => new(
        ErrorCodes.UnsupportedMediaType, $"{message} Send a STIX 2.0 or 2.1 bundle as application/json or application/stix+json (format=stix), a MISP event (format=misp), a table as text/csv (format=csv) or a report as text/plain (format=text).");
}
