using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Imports;
using Platform.ThreatIntel.Storage;
using Stix;
using Stix.Bundles;

namespace Platform.ThreatIntel.Objects;

/// <summary>Creates, changes and deletes objects on behalf of a caller.</summary>
internal sealed class ChangeObject(ThreatIntelDb db, NpgsqlDataSource source, ObjectWriter objects, VisibleRefs refs, CallContext call, TimeProvider clock)
{
    private Writer Writer => new(call.Clearance, call.Subject);

    /// <summary>Stores a new object and tells the other services.</summary>
    /// <exception cref="FaultException">Its level is above the caller's clearance, or the caller knows its id already.</exception>
    public async Task CreateAsync(StixDraft draft, CancellationToken ct, params IReadOnlyCollection<IIntegrationEvent> events)
    {
        var markings = await StoredMarkings.ReadAsync(db, ct);
        await using var session = await TenantSession.JoinAsync(db, source, call.TenantId, ct);
        var report = await objects.WriteAsync(session, [Incoming(draft, 0, markings)], Writer, ct);
        Refuse(report.Outcomes[0]);
        await OutboxWriter.WriteAsync(session, events, call.Subject, null, clock.GetUtcNow(), ct);
        await session.CommitAsync(ct);
    }

    /// <summary>Stores new objects in one transaction; those above the caller's clearance are refused, each by itself.</summary>
    public async Task<IReadOnlyList<MergeOutcome>> CreateAsync(IReadOnlyList<StixDraft> drafts, CancellationToken ct)
    {
        var markings = await StoredMarkings.ReadAsync(db, ct);
        await using var session = await TenantSession.JoinAsync(db, source, call.TenantId, ct);
        var report = await objects.WriteAsync(session, [.. drafts.Select((draft, i) => Incoming(draft, i, markings))], Writer, ct);
        await session.CommitAsync(ct);
        return report.Outcomes;
    }

    /// <summary>
    /// Makes the next version of an object; false when the caller sees none of these types under the id. Nobody else
    /// changes it between the look at it and the writing.
    /// </summary>
    /// <exception cref="FaultException"><c>If-Match</c> names another version, or the new level is above the caller's clearance.</exception>
    public async Task<bool> UpdateAsync(
        string stixId, IReadOnlyList<string> types, HttpRequest request, Func<StoredJson, Task<StixDraft>> edit, CancellationToken ct)
    {
        if (!await IsThereAsync(stixId, types, ct))
        {
            return false;
        }

        var markings = await StoredMarkings.ReadAsync(db, ct);
        await using var session = await TenantSession.JoinAsync(db, source, call.TenantId, ct);
        await ObjectWriter.LockAsync(session, ct);
        if (await CurrentObject.ReadAsync(session, stixId, call.Clearance, ct) is not { } found
            || await refs.ShowAsync(found.Stated, ct) is not { } shown)
        {
            return false;
        }

        Require(request, found.Row.Revision);
        var draft = await edit(new StoredJson(found.Row, Parse(shown), markings));
        var writer = Writer;
        if (!ReferenceEquals(shown, found.Stated.Raw) && draft.Restore(Parse(found.Stated.Raw), Parse(shown)))
        {
            writer = writer with { StatedAt = found.Stated.StatedAt > call.Clearance ? found.Stated.StatedAt : call.Clearance };
        }

        var report = await objects.WriteAsync(session, [Incoming(draft, 0, markings)], writer, ct);
        Refuse(report.Outcomes[0]);
        await session.CommitAsync(ct);
        return true;
    }

    /// <summary>Deletes an object of one of these types; nothing happens when there is none.</summary>
    /// <exception cref="FaultException"><c>If-Match</c> names another version.</exception>
    public async Task DeleteAsync(string stixId, IReadOnlyList<string> types, HttpRequest request, CancellationToken ct)
    {
        if (!await IsThereAsync(stixId, types, ct))
        {
            return;
        }

        await using var session = await TenantSession.JoinAsync(db, source, call.TenantId, ct);
        await ObjectWriter.LockAsync(session, ct);
        if (await CurrentObject.ReadAsync(session, stixId, call.Clearance, ct) is not { } found)
        {
            return;
        }

        Require(request, found.Row.Revision);
        await objects.DeleteAsync(session, stixId, Writer, ct);
        await session.CommitAsync(ct);
    }

    /// <summary>Whether the caller sees an object of one of these types; a relationship with a hidden end is hidden itself.</summary>
    private async Task<bool> IsThereAsync(string stixId, IReadOnlyList<string> types, CancellationToken ct) =>
        StixId.TrySplit(stixId, out var type) && types.Contains(type.ToString())
        && (StixTypes.KindOf(type.ToString()) != StixKind.Relationship
            || await db.VisibleRelationships(call.Clearance).AnyAsync(r => r.StixId == stixId, ct));

    private static IncomingObject Incoming(StixDraft draft, int index, MarkingLevels markings)
    {
        var raw = draft.ToBytes();
        return ObjectHeadReader.TryRead(raw, out var head, out var fault)
            ? new IncomingObject(index, draft.Id, head!, markings.Of(head!), raw)
            : throw new FaultException(Faults.ValidationFault(fault!.Path.TrimStart('.'), fault.Message));
    }

    private static JsonObject Parse(byte[] raw) => JsonNode.Parse(raw, documentOptions: new JsonDocumentOptions { MaxDepth = 256 })!.AsObject();

    private static void Require(HttpRequest request, long revision)
    {
        if (!request.IfMatch(revision))
        {
            throw new FaultException(Faults.PreconditionFailed().Fault);
        }
    }

    private static void Refuse(MergeOutcome outcome)
    {
        switch (outcome)
        {
            case MergeOutcome.AboveClearance:
                throw new FaultException(Faults.ValidationFault("tlp", "is above your clearance"));
            case MergeOutcome.Archived or MergeOutcome.Conflict:
                throw new FaultException(Faults.Conflict("A newer version of the object exists.").Fault);
        }
    }
}
