using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;
using Stix;

namespace Platform.ThreatIntel.Imports;

/// <summary>The marking definitions that a tenant has, whoever may see them: they decide who sees other objects.</summary>
internal static class StoredMarkings
{
    public static async Task<MarkingLevels> ReadAsync(ThreatIntelDb db, CancellationToken ct)
    {
        var levels = new MarkingLevels();
        var rows = db.Objects.Where(o => o.Type == StixTypes.MarkingDefinition)
            .Join(db.ObjectVersions, o => new { o.StixId, o.Revision }, v => new { v.StixId, v.Revision }, (o, v) => new { o.StixId, v.Raw })
            .AsNoTracking().AsAsyncEnumerable();
        await foreach (var row in rows.WithCancellation(ct))
        {
            Add(levels, row.StixId, RawBytes.Unpack(row.Raw));
        }

        return levels;
    }

    /// <summary>Notes the level that a marking definition states, if it states one.</summary>
    public static void Add(MarkingLevels levels, string id, ReadOnlyMemory<byte> raw)
    {
        using var json = JsonDocument.Parse(raw, new JsonDocumentOptions { MaxDepth = 256 });
        if (TlpMarking.TryRead(json.RootElement, out var level))
        {
            levels.Add(id, level);
        }
    }
}
