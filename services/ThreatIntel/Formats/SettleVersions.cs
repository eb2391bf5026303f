using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;
using Stix;

namespace Platform.ThreatIntel.Formats;

/// <summary>
/// Dates objects whose source states no time: what is stored and says the same stays that version, so that a second
/// import changes nothing; what says something else becomes the next one.
/// </summary>
internal sealed class SettleVersions(ThreatIntelDb db)
{
    private const int Batch = 2_000;

    private static readonly string[] Times = ["created", "modified", "valid_from", "published"];

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task<Stream> ToBundleAsync(IReadOnlyList<ForeignObject> objects, CallContext call, DateTimeOffset now, CancellationToken ct)
    {
        foreach (var chunk in objects.Where(item => item is { Json: not null, IsDated: false }).Chunk(Batch))
        {
            await DateAsync(chunk, call, now, ct);
        }

        var bundle = new MemoryStream();
        await using var json = new Utf8JsonWriter(bundle, Compact);
        json.WriteStartObject();
        json.WriteString("type", "bundle");
        json.WriteString("id", StixId.Create("bundle", Guid.NewGuid()));
        json.WriteStartArray("objects");
        foreach (var item in objects)
        {
            if (item.Json is null)
            {
                // What could not be read keeps its place, and is refused there like any object that is none.
                json.WriteStartObject();
                json.WriteEndObject();
            }
            else
            {
                item.Json.WriteTo(json);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(ct);
        bundle.Position = 0;
        return bundle;
    }

    private async Task DateAsync(ForeignObject[] chunk, CallContext call, DateTimeOffset now, CancellationToken ct)
    {
        var ids = chunk.Select(item => item.Json!["id"]!.GetValue<string>()).Distinct().ToArray();
        var stored = await db.Objects.AsNoTracking().VisibleTo(call.Clearance).Where(o => ids.Contains(o.StixId))
            .Join(db.ObjectVersions, o => new { o.StixId, o.Revision }, v => new { v.StixId, v.Revision }, (o, v) => new { o.StixId, v.Raw })
            .ToDictionaryAsync(row => row.StixId, row => row.Raw, ct);
        var time = StixTimestamp.Format(now);
        foreach (var item in chunk)
        {
            var json = item.Json!;
            var before = stored.TryGetValue(json["id"]!.GetValue<string>(), out var raw) ? JsonNode.Parse(RawBytes.Unpack(raw)) as JsonObject : null;
            Date(json, before, time);
        }
    }

    private static void Date(JsonObject json, JsonObject? before, string now)
    {
        var isStated = Times.Where(json.ContainsKey).ToHashSet();
        foreach (var name in Times)
        {
            if (name is "valid_from" ? !json["type"]!.GetValue<string>().Equals(StixTypes.Indicator, StringComparison.Ordinal)
                : name is "published" && json["type"]!.GetValue<string>() != "report")
            {
                continue;
            }

            if (!isStated.Contains(name))
            {
                json[name] = before?[name]?.DeepClone() ?? now;
            }
        }

        if (before is not null && !JsonNode.DeepEquals(json, before))
        {
            json["modified"] = now;
        }
    }
}
