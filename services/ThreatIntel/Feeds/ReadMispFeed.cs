using System.Globalization;
using System.Net;
using System.Text.Json;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Formats;
using Platform.ThreatIntel.Imports;
using Platform.ThreatIntel.Storage;
using Stix;

namespace Platform.ThreatIntel.Feeds;

/// <summary>
/// Reads a MISP feed: a <c>manifest.json</c> that names events and when each was changed, and beside it a document for
/// each event. Events come in by the time of their change; how far that has come is kept with each step, so that a round
/// that was cut off goes on from there.
/// </summary>
internal sealed partial class ReadMispFeed(
    ThreatIntelDb db, FeedHttp http, ReceiveImport receive, ForeignFormat foreign, CallContext call, ILogger<ReadMispFeed> log)
{
    /// <summary>Events of one run; those that are left are due at the next one.</summary>
    private const int MostEvents = 5_000;

    private const int MostAtOnce = 50;
    private const int MostBytesAtOnce = 8 << 20;
    private const string Manifest = "/manifest.json";

    /// <summary>Whether a MISP source is a feed with a manifest, and not one document.</summary>
    public static bool IsManifest(Feed feed) => feed.Kind == FeedKind.Misp && new Uri(feed.Url).AbsolutePath.EndsWith(Manifest, StringComparison.Ordinal);

    public async Task ReadAsync(Feed feed, FeedRun run, Caller caller, CancellationToken ct)
    {
        using var response = await http.GetAsync(feed, new Uri(feed.Url), headers => DocumentVersion.Ask(headers, feed), ct);
        run.Pages++;
        if (response.StatusCode == HttpStatusCode.NotModified)
        {
            return;
        }

        // Those of the second that was reached last may not all have been there; what comes twice changes nothing.
        var since = feed.AddedAfter is { } after ? DateTimeOffset.Parse(after, CultureInfo.InvariantCulture).ToUnixTimeSeconds() : long.MinValue;
        var events = EventsOf(await BytesAsync(response, ct)).Where(e => e.Changed >= since).OrderBy(e => e.Changed).ThenBy(e => e.Id).ToList();
        var refused = new List<string>();
        foreach (var chunk in events.Take(MostEvents).Chunk(MostAtOnce))
        {
            using var batch = new Batch();
            foreach (var item in chunk)
            {
                if (await EventAsync(feed, run, item.Id, refused, ct) is { } body)
                {
                    batch.Add(body);
                }

                if (batch.Bytes > MostBytesAtOnce)
                {
                    await StoreAsync(batch, item.Changed, feed, run, caller, ct);
                }
            }

            await StoreAsync(batch, chunk[^1].Changed, feed, run, caller, ct);
        }

        if (events.Count <= MostEvents)
        {
            DocumentVersion.Keep(response, feed);
        }

        if (refused.Count > 0)
        {
            throw new FeedException($"{refused.Count} of {events.Count} events could not be read; the first is {refused[0]}.");
        }
    }

    /// <summary>An event's document; null where the manifest names one that is not there, or is none.</summary>
    private async Task<byte[]?> EventAsync(Feed feed, FeedRun run, Guid id, List<string> refused, CancellationToken ct)
    {
        try
        {
            using var response = await http.GetAsync(feed, new Uri(new Uri(feed.Url), $"{id:D}.json"), _ => { }, ct);
            run.Pages++;
            var body = await BytesAsync(response, ct);
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 64 });
            if (json.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("Event", out _))
            {
                return body;
            }
        }
        catch (FeedException exception) when (FeedHttp.StatusOf(exception) is 403 or 404 or 410)
        {
            LogRefused(log, exception, feed.Id, id);
        }
        catch (JsonException exception)
        {
            LogRefused(log, exception, feed.Id, id);
        }

        refused.Add(id.ToString());
        return null;
    }

    /// <summary>Takes the events in by one import, and keeps how far the feed has been read.</summary>
    private async Task StoreAsync(Batch batch, long reached, Feed feed, FeedRun run, Caller caller, CancellationToken ct)
    {
        if (batch.Count > 0)
        {
            await using var bundle = await foreign.ToBundleAsync(ForeignFormat.Misp, batch.ToBody(), QueryCollection.Empty, call, ct);
            var import = await receive.ReceiveAsync(bundle, ForeignFormat.Misp, caller, ct);
            run.ImportIds = [.. run.ImportIds, import.Id];
            batch.Clear();
        }

        feed.AddedAfter = StixTimestamp.Format(DateTimeOffset.FromUnixTimeSeconds(reached));
        await db.SaveChangesAsync(ct);
    }

    private static async Task<byte[]> BytesAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if (response.Content.Headers.ContentLength > ForeignFormat.MaxBytes)
        {
            throw new FeedException($"A document of the source has more than {ForeignFormat.MaxBytes} bytes.");
        }

        return await response.Content.ReadAsByteArrayAsync(ct);
    }

    /// <summary>The events that a manifest names: their ids, and the time of their last change in Unix seconds.</summary>
    internal static List<(Guid Id, long Changed)> EventsOf(byte[] manifest)
    {
        try
        {
            using var json = JsonDocument.Parse(manifest, new JsonDocumentOptions { MaxDepth = 64 });
            var events = new List<(Guid, long)>();
            foreach (var entry in json.RootElement.EnumerateObject())
            {
                if (Guid.TryParseExact(entry.Name, "D", out var id))
                {
                    events.Add((id, ChangedOf(entry.Value)));
                }
            }

            return events;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new FeedException("The source's manifest is none.", exception);
        }
    }

    /// <summary>MISP writes numbers as texts, and newer versions as numbers.</summary>
    private static long ChangedOf(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("timestamp", out var time)
        && long.TryParse(time.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < Latest ? seconds : 0;

    /// <summary>The end of the year 9999.</summary>
    private const long Latest = 253_402_300_799;

    [LoggerMessage(LogLevel.Warning, "Feed {Feed}: event {Event} could not be read")]
    private static partial void LogRefused(ILogger logger, Exception exception, Guid feed, Guid @event);

    /// <summary>Events that come in together, as the list that MISP writes.</summary>
    private sealed class Batch : IDisposable
    {
        private readonly MemoryStream _body = new();

        public int Count { get; private set; }

        public long Bytes => _body.Length;

        public void Add(byte[] item)
        {
            _body.Write(Count++ == 0 ? "["u8 : ","u8);
            _body.Write(item);
        }

        public MemoryStream ToBody()
        {
            _body.Write("]"u8);
            _body.Position = 0;
            return _body;
        }

        public void Clear()
        {
            _body.SetLength(0);
            Count = 0;
        }

        public void Dispose() => _body.Dispose();
    }
}
