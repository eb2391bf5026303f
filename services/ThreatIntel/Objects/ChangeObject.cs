using Npgsql;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Storage;
using Stix;
using Stix.Bundles;

namespace Platform.ThreatIntel.Objects;

/// <summary>Creates and deletes single objects on behalf of a caller.</summary>
internal sealed class ChangeObject(ThreatIntelDb db, NpgsqlDataSource source, ObjectWriter objects, CallContext call)
{
    private Writer Writer => new(call.Clearance, call.Subject);

    /// <summary>Stores a new object and tells the other services.</summary>
    /// <exception cref="FaultException">Its level is above the caller's clearance.</exception>
    public async Task CreateAsync(StixDraft draft, TlpLevel level, CancellationToken ct)
    {
        if (level > call.Clearance)
        {
            throw new FaultException(Faults.ValidationFault("tlp", "is above your clearance"));
        }

        var raw = draft.Mark(level).ToBytes();
        if (!ObjectHeadReader.TryRead(raw, out var head, out var fault))
        {
            throw new FaultException(Faults.ValidationFault(fault!.Path.TrimStart('.'), fault.Message));
        }

        await using var session = await TenantSession.JoinAsync(db, source, call.TenantId, ct);
        await objects.WriteAsync(session, [new IncomingObject(0, draft.Id, head!, level, raw)], Writer, ct);
        await session.CommitAsync(ct);
    }

    /// <summary>Deletes an object of one of these types; nothing happens when there is none.</summary>
    public async Task DeleteAsync(string stixId, IReadOnlyList<string> types, CancellationToken ct)
    {
        if (!StixId.TrySplit(stixId, out var type) || !types.Contains(type.ToString()))
        {
            return;
        }

        await using var session = await TenantSession.JoinAsync(db, source, call.TenantId, ct);
        await objects.DeleteAsync(session, stixId, Writer, ct);
        await session.CommitAsync(ct);
    }
}
