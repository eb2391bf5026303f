using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Imports;
using Platform.ThreatIntel.Storage;
using Platform.ThreatIntel.Taxii;
using Stix;

namespace Platform.ThreatIntel.Feeds;

/// <summary>
/// A TAXII 2.1 client: reads what was added to a collection since the last time, page by page. How far it has come is
/// kept with each page, so that a round that was cut off goes on from there.
/// </summary>
internal sealed class ReadTaxiiFeed(ThreatIntelDb db, FeedHttp http, ReceiveImport receive)
{
    /// <summary>Pages of one run; what is left waits for the next one, so that a source without end starves no other.</summary>
    private const int MostPages = 10_000;

    public async Task ReadAsync(Feed feed, FeedRun run, Caller caller, CancellationToken ct)
    {
        for (var page = 0; page < MostPages; page++)
        {
            if (await PageAsync(feed, run, caller, ct) is not { } envelope)
            {
                continue; // the source has forgotten the page: the round begins anew
            }

            if (!envelope.More)
            {
                return;
            }
        }
    }

    private async Task<Envelope?> PageAsync(Feed feed, FeedRun run, Caller caller, CancellationToken ct)
    {
        using var response = await AskAsync(feed, ct);
        if (response is null)
        {
            return null;
        }

        if (response.Content.Headers.ContentType?.MediaType is not ("application/taxii+json" or "application/json"))
        {
            throw new FeedException("The source does not answer as TAXII 2.1 says.");
        }

        var body = await response.Content.ReadAsByteArrayAsync(ct);
        var envelope = Envelope.Read(body) ?? throw new FeedException("The source's answer is not a TAXII envelope.");
        run.Pages++;
        if (envelope.Objects.Count > 0)
        {
            using var bundle = BundleOf(envelope.Objects);
            var import = await receive.ReceiveAsync(bundle, ImportFormat.Stix, caller, ct);
            run.ImportIds = [.. run.ImportIds, import.Id];
        }

        Advance(feed, envelope, LastAdded(response));
        await db.SaveChangesAsync(ct);
        return envelope;
    }

    private async Task<HttpResponseMessage?> AskAsync(Feed feed, CancellationToken ct)
    {
        try
        {
            return await http.GetAsync(feed, AddressOf(feed), headers => headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(TaxiiMedia.Taxii)), ct);
        }
        catch (FeedException exception) when (feed.Next is not null && FeedHttp.StatusOf(exception) is 400 or 404)
        {
            (feed.Next, feed.LastAdded) = (null, null);
            await db.SaveChangesAsync(ct);
            return null;
        }
    }

    private static Uri AddressOf(Feed feed)
    {
        var query = new List<string>();
        if (feed.AddedAfter is { } after)
        {
            query.Add("added_after=" + Uri.EscapeDataString(after));
        }

        if (feed.Next is { } next)
        {
            query.Add("next=" + Uri.EscapeDataString(next));
        }

        return new Uri(feed.Url.TrimEnd('/') + "/objects/" + (query.Count == 0 ? "" : "?" + string.Join('&', query)));
    }

    /// <summary>Within a round the source's own token leads on; where it gives none, the date of its last object does.</summary>
    private static void Advance(Feed feed, Envelope envelope, string? lastAdded)
    {
        feed.LastAdded = lastAdded ?? feed.LastAdded;
        feed.Next = envelope.More ? envelope.Next : null;
        if (feed.Next is not null)
        {
            return;
        }

        if (envelope.More && lastAdded is null)
        {
            throw new FeedException("The source has more objects and does not say how to get at them.");
        }

        feed.AddedAfter = feed.LastAdded ?? feed.AddedAfter;
        feed.LastAdded = null;
    }

    private static string? LastAdded(HttpResponseMessage response) =>
        response.Headers.TryGetValues(TaxiiPageResult.Last, out var values) && values.FirstOrDefault() is { Length: > 0 and < 64 } value
            && StixTimestamp.TryParse(Encoding.ASCII.GetBytes(value), out _) ? value : null;

    private static MemoryStream BundleOf(List<ReadOnlyMemory<byte>> objects)
    {
        var bundle = new MemoryStream();
        bundle.Write(Encoding.ASCII.GetBytes($"{{\"type\":\"bundle\",\"id\":\"{StixId.Create("bundle", Guid.NewGuid())}\",\"objects\":["));
        for (var i = 0; i < objects.Count; i++)
        {
            bundle.Write(i == 0 ? ""u8 : ",\n"u8);
            bundle.Write(objects[i].Span);
        }

        bundle.Write("]}"u8);
        bundle.Position = 0;
        return bundle;
    }

    private sealed record Envelope(List<ReadOnlyMemory<byte>> Objects, bool More, string? Next)
    {
        public static Envelope? Read(byte[] body)
        {
            if (TaxiiEnvelope.Read(body) is not { } objects)
            {
                return null;
            }

            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 256 });
            reader.Read();
            var (more, next) = (false, default(string));
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isMore, isNext) = (reader.ValueTextEquals("more"u8), reader.ValueTextEquals("next"u8));
                reader.Read();
                more |= isMore && reader.TokenType == JsonTokenType.True;
                next = isNext && reader.TokenType == JsonTokenType.String ? reader.GetString() : next;
                reader.Skip();
            }

            return new Envelope(objects, more, next);
        }
    }
}
