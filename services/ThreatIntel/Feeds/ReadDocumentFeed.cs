using System.IO.Pipelines;
using System.Net;
using Microsoft.Extensions.Primitives;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Formats;
using Platform.ThreatIntel.Imports;

namespace Platform.ThreatIntel.Feeds;

/// <summary>
/// Reads a source that is one document: a STIX bundle, MISP events, a table, or a report. A document that the source
/// says is still the same is not read again.
/// </summary>
internal sealed class ReadDocumentFeed(FeedHttp http, ReceiveImport receive, ForeignFormat foreign, CallContext call)
{
    public async Task ReadAsync(Feed feed, FeedRun run, Caller caller, CancellationToken ct)
    {
        using var response = await http.GetAsync(feed, new Uri(feed.Url), headers => DocumentVersion.Ask(headers, feed), ct);
        run.Pages++;
        if (response.StatusCode == HttpStatusCode.NotModified)
        {
            return;
        }

        // Through a reader: what was looked at is still in it.
        var reader = PipeReader.Create(await response.Content.ReadAsStreamAsync(ct));
        var format = feed.Kind != FeedKind.Json ? feed.Kind
            : await ImportFormat.LooksLikeMispAsync(reader, ct) ? ForeignFormat.Misp
            : ImportFormat.Stix;
        await using var body = reader.AsStream();
        await using var bundle = format == ImportFormat.Stix ? body : await foreign.ToBundleAsync(format, body, SettingsOf(feed), call, ct);
        var import = await receive.ReceiveAsync(bundle, format, caller, ct);
        run.ImportIds = [.. run.ImportIds, import.Id];
        DocumentVersion.Keep(response, feed);
    }

    private static QueryCollection SettingsOf(Feed feed) => new(new Dictionary<string, StringValues>
    {
        ["mapping"] = feed.Mapping ?? "",
        ["delimiter"] = feed.Delimiter ?? "",
        ["name"] = feed.Kind == FeedKind.Text ? feed.Name : "",
    });
}
