using MassTransit;
using Platform.Contracts;
using Platform.Contracts.Gateway;
using Platform.Contracts.Tenancy;
using Platform.Contracts.ThreatIntel;
using Platform.Gateway.Caching;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Streaming;

/// <summary>
/// Writes what happens at the services to the log that streams are told from. One gateway takes each message, and all hear
/// of it through the log; a message waits while all gateways are away.
/// </summary>
internal sealed class StreamedChangesConsumer(StreamLog log)
    : IConsumer<ChangedObjects>, IConsumer<ThreatObjectsRemoved>, IConsumer<ChangedRelationships>, IConsumer<IndicatorExpired>,
        IConsumer<SightingRecorded>, IConsumer<IncidentOpened>, IConsumer<IncidentUpdated>, IConsumer<AssetUpserted>, IConsumer<ImportProgressed>,
        IConsumer<ImportCompleted>, IConsumer<SecuritySignalRaised>, IConsumer<IpBlocked>, IConsumer<QuotaThresholdReached>
{
    /// <summary>A message with more indicators is told as a number of them.</summary>
    private const int MostAlone = 50;

    public Task Consume(ConsumeContext<ChangedObjects> context)
    {
        var at = Envelopes.Read(context).OccurredAt;
        var indicators = context.Message.Objects.Where(static o => o.Type == "indicator").ToList();
        var entries = indicators.Count <= MostAlone
            ? indicators.ConvertAll(o => new StreamEntry(StreamTopics.Indicators, "indicator.upserted", at, o.Tlp, o.ShadowedFrom, DataOf(o)))
            : [.. indicators.GroupBy(static o => o.Tlp).Select(level => new StreamEntry(
                StreamTopics.Indicators, "indicator.upserted_many", at, level.Key, null, new Dictionary<string, object?> { ["count"] = level.Count() }))];
        return WriteAsync(context, TagsOf([.. context.Message.Objects.Select(static o => o.Id)]), entries);
    }

    /// <summary>At which level it was seen is not known any more: its id is told to those who see everything.</summary>
    public Task Consume(ConsumeContext<ThreatObjectsRemoved> context)
    {
        var at = Envelopes.Read(context).OccurredAt;
        return WriteAsync(context, TagsOf([.. context.Message.Objects.Select(static o => o.Id)]), [.. context.Message.Objects.Where(static o => o.Type == "indicator").Take(MostAlone).Select(o =>
            new StreamEntry(StreamTopics.Indicators, "indicator.removed", at, TlpLevel.Red, null, new Dictionary<string, object?> { ["id"] = o.Id }))]);
    }

    public Task Consume(ConsumeContext<ChangedRelationships> context) => WriteAsync(context, CacheTags.ThreatIntel, []);

    public Task Consume(ConsumeContext<AssetUpserted> context) => WriteAsync(context, CacheTags.Infrastructure, []);

    public Task Consume(ConsumeContext<IndicatorExpired> context) => WriteAsync(
        context, TagsOf([context.Message.Id]), StreamTopics.Indicators, "indicator.expired", context.Message.Tlp, ("id", context.Message.Id), ("valid_until", context.Message.ValidUntil));

    public Task Consume(ConsumeContext<SightingRecorded> context) => WriteAsync(
        context, TagsOf([context.Message.IndicatorId]), StreamTopics.Indicators, "indicator.sighted", context.Message.Tlp,
        ("id", context.Message.IndicatorId), ("sighting_id", context.Message.SightingId), ("count", context.Message.Count), ("seen_at", context.Message.SeenAt));

    public Task Consume(ConsumeContext<IncidentOpened> context) => WriteAsync(
        context, CacheTags.Infrastructure, StreamTopics.Incidents, "incident.opened", context.Message.Tlp,
        ("id", context.Message.Id), ("title", context.Message.Title), ("severity", context.Message.Severity), ("status", "open"));

    public Task Consume(ConsumeContext<IncidentUpdated> context) => WriteAsync(
        context, CacheTags.Infrastructure, StreamTopics.Incidents, "incident.updated", context.Message.Tlp,
        ("id", context.Message.Id), ("severity", context.Message.Severity), ("status", context.Message.Status));

    public Task Consume(ConsumeContext<ImportProgressed> context) => WriteAsync(
        context, CacheTags.ThreatIntel, StreamTopics.Imports, "import.progressed", TlpLevel.Clear,
        ("id", context.Message.ImportId), ("total", context.Message.Total), ("processed", context.Message.Processed), ("failed", context.Message.Failed));

    public Task Consume(ConsumeContext<ImportCompleted> context) => WriteAsync(
        context, CacheTags.ThreatIntel, StreamTopics.Imports, "import." + context.Message.Status, TlpLevel.Clear,
        ("id", context.Message.ImportId), ("total", context.Message.Total), ("created", context.Message.Created), ("updated", context.Message.Updated),
        ("unchanged", context.Message.Unchanged), ("failed", context.Message.Failed));

    public Task Consume(ConsumeContext<SecuritySignalRaised> context) => WriteAsync(
        context, "", StreamTopics.Alerts, "security." + context.Message.Kind, TlpLevel.Clear,
        ("kind", context.Message.Kind), ("subject", context.Message.Subject), ("address", context.Message.Address));

    public Task Consume(ConsumeContext<IpBlocked> context) => WriteAsync(
        context, "", StreamTopics.Alerts, "security.ip_blocked", TlpLevel.Clear,
        ("kind", "ip_blocked"), ("subject", context.Message.Subject), ("address", context.Message.Address), ("reason", context.Message.Reason),
        ("expires_at", context.Message.ExpiresAt));

    public Task Consume(ConsumeContext<QuotaThresholdReached> context) => WriteAsync(
        context, "", StreamTopics.Usage, "usage.threshold", TlpLevel.Clear,
        ("threshold", context.Message.Threshold), ("used", context.Message.Used), ("quota", context.Message.Quota), ("resets_at", context.Message.ResetsAt));

    private Task WriteAsync<T>(ConsumeContext<T> context, string tags, string topic, string type, TlpLevel from, params (string Name, object? Value)[] data)
        where T : class =>
        WriteAsync(context, tags, [new StreamEntry(topic, type, Envelopes.Read(context).OccurredAt, from, null, data.ToDictionary(static d => d.Name, static d => d.Value))]);

    private Task WriteAsync<T>(ConsumeContext<T> context, string tags, IReadOnlyList<StreamEntry> entries)
        where T : class
    {
        var envelope = Envelopes.Read(context);
        return log.WriteAsync(envelope.MessageId, envelope.TenantId, tags, entries, context.CancellationToken);
    }

    /// <summary>The objects and the lists that they are in; of many at once, as of an import, everything.</summary>
    private static string TagsOf(IReadOnlyList<string> ids) =>
        ids.Count <= MostAlone ? $"{CacheTags.ThreatIntel} {string.Join(' ', ids)}" : CacheTags.Service(Upstreams.IndexOf(Upstreams.ThreatIntel));

    private static Dictionary<string, object?> DataOf(ChangedObject indicator)
    {
        var data = new Dictionary<string, object?> { ["id"] = indicator.Id, ["name"] = indicator.Name, ["tlp"] = indicator.Tlp.ToWire(), ["revoked"] = indicator.Revoked };
        indicator.Properties?.AddTo(data);
        return data;
    }
}
