using Microsoft.EntityFrameworkCore;
using Npgsql;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Indicators;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;
using Stix;
using Stix.Bundles;

namespace Platform.ThreatIntel.Incidents;

/// <summary>One thing that was observed: what, when, and at which of the tenant's assets.</summary>
internal sealed record ObservedEvent(int Index, IReadOnlyList<Observable> Values, DateTimeOffset At, Guid? AssetId);

/// <summary>An observed event that an indicator names.</summary>
internal sealed record EventMatch(ObservedEvent Event, Indicator Indicator);

/// <summary>What a batch of events led to.</summary>
internal sealed record EventOutcome(IReadOnlyList<EventMatch> Matches, int Sightings, int Incidents);

/// <summary>
/// Matches observed events against the live indicators. Each indicator that was seen gets one sighting a batch, with the
/// indicator's level; one of high or critical severity opens an incident, or adds to the one that it opened before.
/// Every level is matched, whoever sends the events; who sees the outcome is a matter of its level.
/// </summary>
internal sealed class ObserveEvents(ThreatIntelDb db, NpgsqlDataSource source, ObjectWriter objects, CallContext call, TimeProvider clock)
{
    public async Task<EventOutcome> ObserveAsync(IReadOnlyList<ObservedEvent> events, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var transaction = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(ct) : null;
        var matches = await MatchAsync(events, now, ct);
        if (matches.Count == 0)
        {
            return new EventOutcome([], 0, 0);
        }

        var seen = matches.GroupBy(match => match.Indicator.StixId).ToList();
        var sightings = await SightAsync(seen, now, ct);
        var opened = await OpenAsync(seen, now, ct);
        await db.SaveChangesAsync(ct);
        if (transaction is not null)
        {
            await transaction.CommitAsync(ct);
        }

        return new EventOutcome(matches, sightings, opened);
    }

    private async Task<List<EventMatch>> MatchAsync(IReadOnlyList<ObservedEvent> events, DateTimeOffset now, CancellationToken ct)
    {
        var byKey = new Dictionary<Guid, List<ObservedEvent>>();
        foreach (var item in events)
        {
            foreach (var value in item.Values)
            {
                var key = value.Key;
                if (!byKey.TryGetValue(key, out var list))
                {
                    byKey.Add(key, list = []);
                }

                list.Add(item);
            }
        }

        Guid[] keys = [.. byKey.Keys];
        var rows = await db.IndicatorValues.AsNoTracking().Where(v => keys.Contains(v.ValueKey))
            .Join(
                db.Indicators.VisibleTo(TlpLevel.Red).Where(i => !i.Revoked && i.ValidFrom <= now && (i.ValidUntil == null || i.ValidUntil > now)),
                v => new { v.StixId, v.Tlp },
                i => new { i.StixId, i.Tlp },
                (v, i) => new { v.ValueKey, Indicator = i })
            .AsNoTracking().ToListAsync(ct);
        var matches = new List<EventMatch>();
        var told = new HashSet<(int, string)>();
        foreach (var row in rows)
        {
            foreach (var item in byKey[row.ValueKey])
            {
                if (told.Add((item.Index, row.Indicator.StixId)))
                {
                    matches.Add(new EventMatch(item, row.Indicator));
                }
            }
        }

        return matches;
    }

    private async Task<int> SightAsync(IReadOnlyList<IGrouping<string, EventMatch>> seen, DateTimeOffset now, CancellationToken ct)
    {
        var incoming = new List<IncomingObject>();
        var told = new List<IIntegrationEvent>();
        foreach (var group in seen)
        {
            var level = group.First().Indicator.Tlp;
            var (first, last) = (group.Min(match => match.Event.At), group.Max(match => match.Event.At));
            var draft = new StixDraft(StixTypes.Sighting, now).Add("sighting_of_ref", group.Key).Add("count", group.Count())
                .Add("first_seen", first).Add("last_seen", last).Mark(level);
            var raw = draft.ToBytes();
            if (ObjectHeadReader.TryRead(raw, out var head, out _))
            {
                incoming.Add(new IncomingObject(incoming.Count, draft.Id, head!, level, raw));
                told.Add(new SightingRecorded(draft.Id, group.Key, group.Count(), last, level));
            }
        }

        await using var session = await TenantSession.JoinAsync(db, source, call.TenantId, ct);
        await objects.WriteAsync(session, incoming, new Writer(TlpLevel.Red, call.Subject), ct);
        await OutboxWriter.WriteAsync(session, told, call.Subject, null, now, ct);
        return incoming.Count;
    }

    private async Task<int> OpenAsync(IReadOnlyList<IGrouping<string, EventMatch>> seen, DateTimeOffset now, CancellationToken ct)
    {
        var grave = seen.Where(group => group.First().Indicator.Severity is "high" or "critical").ToList();
        var ids = grave.Select(group => group.Key).ToArray();
        var open = ids.Length == 0 ? [] : await db.Incidents.Where(i => ids.Contains(i.IndicatorId!) && i.Status != IncidentStatus.Resolved).ToListAsync(ct);
        var opened = 0;
        foreach (var group in grave)
        {
            var indicator = group.First().Indicator;
            var assets = group.Where(match => match.Event.AssetId is not null).Select(match => match.Event.AssetId!.Value).Distinct().ToArray();
            var message = $"{indicator.Name} was seen {group.Count()} times.";
            if (open.Find(i => i.IndicatorId == group.Key && i.Tlp == indicator.Tlp) is { } known)
            {
                known.AssetIds = [.. known.AssetIds.Union(assets)];
                known.UpdatedAt = now;
                known.Version++;
                db.Log(known, "sighting", message, call.Subject, now);
                db.Publish(new IncidentUpdated(known.Id, known.Status, known.Severity, known.Tlp, known.Version));
                continue;
            }

            opened++;
            db.OpenIncident(
                new Incident
                {
                    Id = Guid.CreateVersion7(now),
                    TenantId = call.TenantId,
                    Title = $"Seen: {indicator.Name}",
                    Severity = indicator.Severity!,
                    Status = IncidentStatus.Open,
                    Tlp = indicator.Tlp,
                    ObjectRefs = [group.Key],
                    AssetIds = assets,
                    IndicatorId = group.Key,
                    OpenedAt = now,
                    UpdatedAt = now,
                    Version = 1,
                },
                message, call.Subject, now);
        }

        return opened;
    }
}
