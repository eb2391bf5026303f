using Npgsql;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Objects;
using Stix.Bundles;

namespace Platform.ThreatIntel.Taxii;

/// <summary>Deletes an object or some of its versions, history included: TAXII knows them no more.</summary>
internal sealed class DeleteTaxiiObject(NpgsqlDataSource source, ObjectWriter objects, CallContext call)
{
    private const string Versions = "DELETE FROM object_versions WHERE stix_id = $1 AND tlp <= $2";

    /// <summary>False when the caller sees no such object, or no version that fits.</summary>
    public async Task<bool> DeleteAsync(TaxiiScope scope, string id, TaxiiFilter filter, CancellationToken ct)
    {
        await using var session = await TenantSession.OpenAsync(source, call.TenantId, ct);
        await ObjectWriter.LockAsync(session, ct);
        var wanted = await TaxiiQuery.ReadAsync(session, scope, call.Clearance, filter with { Ids = [id] }, ct);
        if (wanted.Rows.Count == 0)
        {
            return false;
        }

        var gone = wanted.Rows.Select(row => row.Version).ToHashSet();
        var (every, _) = TaxiiFilter.Read(QueryCollection.Empty, versionWithout: "all");
        var all = await TaxiiQuery.ReadAsync(session, scope, call.Clearance, every! with { Ids = [id] }, ct);
        var kept = new List<IncomingObject>();
        foreach (var row in all.Rows)
        {
            if (!gone.Contains(row.Version) && ObjectHeadReader.TryRead(row.Raw, out var head, out _))
            {
                kept.Add(new IncomingObject(kept.Count, id, head!, row.Tlp, row.Raw));
            }
        }

        var writer = new Writer(call.Clearance, call.Subject);
        await objects.DeleteAsync(session, id, writer, ct);
        await using (var command = session.Command(Versions))
        {
            command.Parameters.Add(new() { Value = id });
            command.Parameters.Add(new() { Value = (short)call.Clearance });
            await command.ExecuteNonQueryAsync(ct);
        }

        if (kept.Count > 0)
        {
            // Whoever stated them saw more, perhaps, than who deletes the others.
            await objects.WriteAsync(session, kept, writer with { StatedAt = TlpLevel.Red }, ct);
        }

        await session.CommitAsync(ct);
        return true;
    }
}
