using System.Text.Json;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.ThreatIntel.Campaigns;
using Platform.ThreatIntel.Indicators;
using Platform.ThreatIntel.Relationships;
using Platform.ThreatIntel.ThreatActors;
using Stix;
using Stix.Bundles;

namespace Platform.ThreatIntel.Objects;

/// <summary>All rows and events that one planned write leads to.</summary>
internal sealed class WrittenObject
{
    public required StixObject? Object { get; init; }

    public required ObjectVersion Version { get; init; }

    public StixRelationship? Relationship { get; init; }

    public ThreatActor? Actor { get; init; }

    public Campaign? Campaign { get; init; }

    public Indicator? Indicator { get; init; }

    public IReadOnlyList<IndicatorValue> Values { get; init; } = [];

    /// <summary>What the other services hear of it; one of the two.</summary>
    public ThreatObject? ObjectEvent { get; init; }

    public Contracts.ThreatIntel.Relationship? RelationshipEvent { get; init; }

    /// <summary>Reads a planned write into rows.</summary>
    public static WrittenObject From(PlannedWrite write, Guid tenantId, Writer writer, long revision, DateTimeOffset now)
    {
        var version = new ObjectVersion
        {
            TenantId = tenantId,
            StixId = write.Object.StixId,
            Revision = revision,
            Tlp = write.Object.Tlp,
            Modified = write.Modified,
            ContentHash = write.Object.ContentHash,
            SpecVersion = SpecVersionOf(write.Object.Head),
            Raw = write.Object.Content.Packed,
            ImportId = writer.ImportId,
            StatedAt = writer.StatedAt ?? writer.Clearance,
            RecordedAt = now,
        };
        if (!write.IsCurrent)
        {
            return new WrittenObject { Object = null, Version = version };
        }

        var json = write.Object.Content.Json;
        var row = ObjectRow(write, json, version);
        return StixTypes.KindOf(row.Type) == StixKind.Relationship ? Edge(write, json, row, version) : Node(write, json, row, version);
    }

    /// <summary>Objects of STIX 2.0 do not say so; cyber-observables of 2.1 need not (section 3.2).</summary>
    private static string SpecVersionOf(ObjectHead head) =>
        head.SpecVersion is { } stated ? JsonFields.Clean(stated, 16) : StixTypes.KindOf(head.Type) == StixKind.Observable ? "2.1" : "2.0";

    private static StixObject ObjectRow(PlannedWrite write, JsonElement json, ObjectVersion version) => new()
    {
        TenantId = version.TenantId,
        StixId = version.StixId,
        Tlp = version.Tlp,
        ShadowedFrom = write.ShadowedFrom,
        Type = write.Object.Head.Type,
        Name = NameOf(write, json),
        Country = (json.Text("country", 100) ?? json.Text("x_country", 100))?.ToUpperInvariant(),
        Created = write.Object.Head.Created?.ToMicroseconds(),
        Modified = version.Modified,
        Revoked = write.Object.Head.Revoked,
        Deprecated = write.Object.Head.Deprecated,
        Revision = version.Revision,
        ContentHash = version.ContentHash,
        ImportId = version.ImportId,
        CreatedAt = write.CreatedAt,
        UpdatedAt = version.RecordedAt,
    };

    /// <summary>Its name, or what stands for one: the value, path, key or subject of an observable.</summary>
    private static string? NameOf(PlannedWrite write, JsonElement json)
    {
        if (write.Object.Head.Name is { } name)
        {
            return JsonFields.Clean(name, JsonFields.MaxName);
        }

        foreach (var stand in (ReadOnlySpan<string>)["value", "path", "key", "subject", "user_id", "account_login", "serial_number", "abstract", "opinion"])
        {
            if (json.Text(stand, JsonFields.MaxName) is { } text)
            {
                return text;
            }
        }

        return null;
    }

    private static WrittenObject Node(PlannedWrite write, JsonElement json, StixObject row, ObjectVersion version)
    {
        var indicator = row.Type == StixTypes.Indicator ? IndicatorColumns.From(json, row) : default;
        return new WrittenObject
        {
            Object = row,
            Version = version,
            Actor = row.Type is StixTypes.ThreatActor or StixTypes.IntrusionSet ? ActorColumns.From(json, row) : null,
            Campaign = row.Type == StixTypes.Campaign ? CampaignColumns.From(json, row) : null,
            Indicator = indicator.Row,
            Values = indicator.Values ?? [],
            ObjectEvent = new ThreatObject(
                row.StixId, row.Type, row.Name, new(row.Modified, row.Revision), row.Tlp, row.Revoked, row.Deprecated,
                write.Object.Content.Properties, Shadow(write)),
        };
    }

    private static WrittenObject Edge(PlannedWrite write, JsonElement json, StixObject row, ObjectVersion version)
    {
        var relationship = RelationshipColumns.From(write.Object.Head, json, row);
        return new WrittenObject
        {
            Object = row,
            Version = version,
            Relationship = relationship,
            RelationshipEvent = new Contracts.ThreatIntel.Relationship(
                row.StixId, relationship.RelationshipType, relationship.SourceRef, relationship.TargetRef, new(row.Modified, row.Revision),
                row.Tlp, row.Revoked, row.Deprecated, write.Object.Content.Properties, Shadow(write)),
        };
    }

    private static TlpLevel? Shadow(PlannedWrite write) =>
        write.ShadowedFrom == Marking.NotShadowed ? null : (TlpLevel)write.ShadowedFrom;
}
