using System.Text.Json;
using Platform.ServiceDefaults;

namespace Platform.ThreatIntel.Taxii;

/// <summary>A TAXII resource as JSON.</summary>
internal sealed class TaxiiAnswer<T>(T value, int status = StatusCodes.Status200OK) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = status;
        return httpContext.Response.WriteAsJsonAsync(value, Json.Options, TaxiiMedia.Taxii, httpContext.RequestAborted);
    }
}

/// <summary>An error message resource (section 3.6).</summary>
internal sealed class TaxiiFault(int status, string title, string? description = null) : IResult
{
    public static TaxiiFault NotFound(string what) => new(StatusCodes.Status404NotFound, $"There is no such {what}.");

    public static TaxiiFault Malformed(string description) => new(StatusCodes.Status400BadRequest, "The request cannot be understood.", description);

    public static TaxiiFault Forbidden(string description) => new(StatusCodes.Status403Forbidden, "This collection does not allow that.", description);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var body = new TaxiiError(title, description, httpContext.TraceIdentifier, status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return new TaxiiAnswer<TaxiiError>(body, status).ExecuteAsync(httpContext);
    }

    private sealed record TaxiiError(string Title, string? Description, string ErrorId, string HttpStatus);
}

/// <summary>Discovery (section 4.1).</summary>
internal sealed record TaxiiDiscovery(string Title, string Description, string Default, IReadOnlyList<string> ApiRoots);

/// <summary>An API root (section 4.2).</summary>
internal sealed record TaxiiApiRoot(string Title, string Description, IReadOnlyList<string> Versions, long MaxContentLength);

/// <summary>All collections (section 5.1).</summary>
internal sealed record TaxiiCollectionList(IReadOnlyList<TaxiiCollection>? Collections);

/// <summary>A collection (section 5.2).</summary>
internal sealed record TaxiiCollection(
    string Id, string Title, string? Description, string? Alias, bool CanRead, bool CanWrite, IReadOnlyList<string> MediaTypes);

/// <summary>What became of the objects that were added (section 4.3).</summary>
internal sealed record TaxiiStatus(
    string Id, string Status, string RequestTimestamp, int TotalCount,
    int SuccessCount, IReadOnlyList<TaxiiStatusDetails>? Successes,
    int FailureCount, IReadOnlyList<TaxiiStatusDetails>? Failures,
    int PendingCount);

/// <summary>What became of one object (section 4.3.1).</summary>
internal sealed record TaxiiStatusDetails(string Id, string Version, string? Message = null);

/// <summary>One page of objects, of manifest records or of versions, with the headers that every one of them has.</summary>
internal sealed class TaxiiPageResult(TaxiiPage page, Action<Utf8JsonWriter, TaxiiRow> write, string list) : IResult
{
    public const string First = "X-TAXII-Date-Added-First";
    public const string Last = "X-TAXII-Date-Added-Last";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = TaxiiMedia.Taxii;
        if (page.Rows.Count > 0)
        {
            response.Headers[First] = TaxiiMedia.DateAdded(page.Rows[0].DateAdded);
            response.Headers[Last] = TaxiiMedia.DateAdded(page.Rows[^1].DateAdded);
        }

        await using var json = new Utf8JsonWriter(response.BodyWriter, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        if (page.Rows.Count > 0 || page.Next is not null)
        {
            json.WriteBoolean("more", page.Next is not null);
            if (page.Next is { } next)
            {
                json.WriteString("next", next);
            }

            json.WriteStartArray(list);
            foreach (var row in page.Rows)
            {
                write(json, row);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        await json.FlushAsync(httpContext.RequestAborted);
    }

    public static TaxiiPageResult Envelope(TaxiiPage page) => new(page, static (json, row) => json.WriteRawValue(row.Raw, skipInputValidation: true), "objects");

    public static TaxiiPageResult Versions(TaxiiPage page) => new(page, static (json, row) => json.WriteStringValue(TaxiiMedia.VersionOf(row.Version)), "versions");

    public static TaxiiPageResult Manifest(TaxiiPage page) => new(
        page,
        static (json, row) =>
        {
            json.WriteStartObject();
            json.WriteString("id", row.Id);
            json.WriteString("date_added", TaxiiMedia.DateAdded(row.DateAdded));
            json.WriteString("version", TaxiiMedia.VersionOf(row.Version));
            json.WriteString("media_type", "application/stix+json;version=" + row.SpecVersion);
            json.WriteEndObject();
        },
        "objects");
}
