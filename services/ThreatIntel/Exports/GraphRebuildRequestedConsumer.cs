using System.Text.Json;
using MassTransit;
using Npgsql;
using Platform.Contracts;
using Platform.Contracts.KnowledgeGraph;
using Platform.Contracts.ThreatIntel;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Exports;

/// <summary>
/// Tells everything of a tenant once more, through the outbox like any other change. What is written meanwhile is told by its own event;
/// it may be in the export or not.
/// </summary>
internal sealed class GraphRebuildRequestedConsumer(Inbox<ThreatIntelDb> inbox, NpgsqlDataSource source, TimeProvider clock) : IConsumer<Batch<GraphRebuildRequested>>
{
    private const string Name = "threatintel.graph-rebuild-requested";
    private const int PerPart = 250;

    // Every version that somebody sees, at whatever level.
    private const string Page = """
        SELECT o.stix_id, o.tlp, o.shadowed_from, o.type, o.name, o.modified, o.revision, o.revoked, o.deprecated, v.raw,
               r.relationship_type, r.source_ref, r.target_ref
        FROM objects o
        JOIN object_versions v ON v.tenant_id = o.tenant_id AND v.stix_id = o.stix_id AND v.revision = o.revision
        LEFT JOIN relationships r ON r.tenant_id = o.tenant_id AND r.stix_id = o.stix_id AND r.tlp = o.tlp
        WHERE (o.stix_id, o.tlp) > ($1, $2)
        ORDER BY o.stix_id, o.tlp LIMIT $3
        """;

    public Task Consume(ConsumeContext<Batch<GraphRebuildRequested>> context) => inbox.ProcessAsync(context, Name, async (db, _, messages, ct) =>
    {
        foreach (var message in messages)
        {
            await using var session = await TenantSession.JoinAsync(db, source, message.TenantId, ct);
            var parts = await ExportAsync(session, message.Event.RebuildId, ct);
            db.PublishFor(message.TenantId, new ThreatExportCompleted(message.Event.RebuildId, parts));
        }
    });

    private async Task<int> ExportAsync(TenantSession session, Guid export, CancellationToken ct)
    {
        var (last, level) = ("", (short)0);
        for (var part = 0; ; part++)
        {
            var (objects, relationships) = (new List<ThreatObject>(), new List<Contracts.ThreatIntel.Relationship>());
            await using (var command = session.Command(Page))
            {
                command.Parameters.Add(new() { Value = last });
                command.Parameters.Add(new() { Value = level });
                command.Parameters.Add(new() { Value = PerPart });
                await using var reader = await command.ExecuteReaderAsync(ct);
                while (await reader.ReadAsync(ct))
                {
                    (last, level) = (reader.GetString(0), reader.GetInt16(1));
                    Add(reader, objects, relationships);
                }
            }

            if (objects.Count + relationships.Count == 0)
            {
                return part;
            }

            await OutboxWriter.WriteAsync(session, [new ThreatObjectsExported(export, part, objects, relationships)], Name, orderKey: null, clock.GetUtcNow(), ct);
        }
    }

    private static void Add(NpgsqlDataReader row, List<ThreatObject> objects, List<Contracts.ThreatIntel.Relationship> relationships)
    {
        var (id, tlp, type) = (row.GetString(0), (TlpLevel)row.GetInt16(1), row.GetString(3));
        TlpLevel? shadowedFrom = row.GetInt16(2) == Marking.NotShadowed ? null : (TlpLevel)row.GetInt16(2);
        var version = new Contracts.ThreatIntel.ObjectVersion(row.GetFieldValue<DateTimeOffset>(5), row.GetInt64(6));
        var properties = GraphProperties.Of(JsonElement.Parse(RawBytes.Unpack(row.GetFieldValue<byte[]>(9))));
        if (row.IsDBNull(10))
        {
            objects.Add(new ThreatObject(id, type, row.IsDBNull(4) ? null : row.GetString(4), version, tlp, row.GetBoolean(7), row.GetBoolean(8), properties, shadowedFrom));
        }
        else
        {
            relationships.Add(new Contracts.ThreatIntel.Relationship(
                id, row.GetString(10), row.GetString(11), row.GetString(12), version, tlp, row.GetBoolean(7), row.GetBoolean(8), properties, shadowedFrom));
        }
    }
}
