using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Imports;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;
using Stix;
using Stix.Bundles;

namespace Platform.ThreatIntel.Taxii;

/// <summary>Stores the objects of an envelope, each by itself, and keeps the status of the request.</summary>
internal sealed class AddTaxiiObjects(ThreatIntelDb db, NpgsqlDataSource source, ObjectWriter objects, CallContext call, TimeProvider clock)
{
    /// <summary>How long a status is kept; TAXII asks for a day at least (section 4.3).</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    public async Task<TaxiiStatus> AddAsync(IReadOnlyList<ReadOnlyMemory<byte>> envelope, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var markings = await StoredMarkings.ReadAsync(db, ct);
        var batch = Read(envelope, markings);
        var successes = new List<TaxiiStatusDetails>();
        var failures = batch.Faults.ConvertAll(fault => new TaxiiStatusDetails(IdOf(envelope[(int)fault.Index]), TaxiiMedia.VersionOf(now), fault.Message));
        await using (var session = await TenantSession.OpenAsync(source, call.TenantId, ct))
        {
            var report = await objects.WriteAsync(session, batch.Objects, new Writer(call.Clearance, call.Subject), ct);
            await session.CommitAsync(ct);
            for (var i = 0; i < batch.Objects.Count; i++)
            {
                var item = batch.Objects[i];
                var version = TaxiiMedia.VersionOf(item.Modified ?? now);
                switch (report.Outcomes[i])
                {
                    case MergeOutcome.AboveClearance:
                        failures.Add(new TaxiiStatusDetails(item.StixId, version, "The object is marked above your clearance."));
                        break;
                    case MergeOutcome.Conflict:
                        failures.Add(new TaxiiStatusDetails(item.StixId, version, "The envelope holds this version of the object twice, with different content."));
                        break;
                    default:
                        successes.Add(new TaxiiStatusDetails(item.StixId, version));
                        break;
                }
            }
        }

        var status = new TaxiiStatus(
            Guid.NewGuid().ToString(), "complete", TaxiiMedia.DateAdded(now), envelope.Count,
            successes.Count, successes.Count == 0 ? null : successes, failures.Count, failures.Count == 0 ? null : failures, 0);
        db.TaxiiStatuses.Add(new StoredStatus
        {
            Id = Guid.Parse(status.Id),
            TenantId = call.TenantId,
            Subject = call.Subject,
            CreatedAt = now,
            Body = JsonSerializer.Serialize(status, Json.Options),
        });
        await db.SaveChangesAsync(ct);
        var before = now - Kept;
        await db.TaxiiStatuses.Where(s => s.CreatedAt < before).ExecuteDeleteAsync(ct);
        return status;
    }

    private static ImportBatch Read(IReadOnlyList<ReadOnlyMemory<byte>> envelope, MarkingLevels markings)
    {
        var items = new List<BundleItem>(envelope.Count);
        for (var i = 0; i < envelope.Count; i++)
        {
            ObjectHeadReader.TryRead(envelope[i].Span, out var head, out var fault);
            if (head is { Type: StixTypes.MarkingDefinition, Id: { } marking })
            {
                StoredMarkings.Add(markings, marking, envelope[i]);
            }

            items.Add(new BundleItem(i, 0, envelope[i], head, fault));
        }

        var batch = new ImportBatch(0, upgrades: false);
        foreach (var item in items)
        {
            batch.Add(item, markings);
        }

        return batch;
    }

    /// <summary>The id that a refused object states, for the status; TAXII asks for one.</summary>
    private static string IdOf(ReadOnlyMemory<byte> raw)
    {
        using var json = JsonDocument.Parse(raw, new JsonDocumentOptions { MaxDepth = 256 });
        return json.RootElement.Text("id", JsonFields.MaxName) ?? "unknown";
    }
}
