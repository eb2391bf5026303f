using System.Text;
using Platform.Contracts;
using Platform.ThreatIntel.Campaigns;
using Platform.ThreatIntel.Objects;
using Stix.Bundles;

namespace Platform.ThreatIntel.Tests;

public sealed class WrittenObjectTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    private static WrittenObject Write(string properties, string type = "indicator")
    {
        var raw = Encoding.UTF8.GetBytes(
            $$"""{"type":"{{type}}","id":"{{type}}--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created":"2026-01-01T00:00:00.1234567Z","modified":"2026-01-02T00:00:00Z",{{properties}}}""");
        Assert.True(ObjectHeadReader.TryRead(raw, out var head, out var fault), fault?.Message);
        var item = new IncomingObject(0, head!.Id!, head, TlpLevel.Green, raw);
        return WrittenObject.From(new PlannedWrite(item, item.Modified!.Value, Marking.NotShadowed, true, Now), Guid.NewGuid(), new Writer(TlpLevel.Red, "test"), 7, Now);
    }

    [Fact]
    public void An_indicator_is_read_into_columns_and_values()
    {
        var written = Write("""
            "name":"n","pattern":"[ipv4-addr:value = '198.51.100.1' OR file:hashes.MD5 = 'ABCDEF' OR ipv4-addr:value = '198.51.100.1/32']","pattern_type":"stix",
            "valid_from":"2026-01-01T00:00:00Z","confidence":101,"labels":["Severity:High","x"],"kill_chain_phases":[{"kill_chain_name":"k","phase_name":"p"}],
            "external_references":[{"source_name":"s"},{"source_name":"t","external_id":"E-1","url":"https://t.example"}]
            """);
        var row = written.Indicator!;
        Assert.Equal(("ipv4-addr", "198.51.100.1"), (row.IndicatorType, row.Value));
        Assert.Equal(("high", "s", (int?)null), (row.Severity, row.Source, row.Confidence));
        Assert.Equal(["p"], row.Phases);
        Assert.Equal([("ipv4-addr", "198.51.100.1"), ("md5", "abcdef")], written.Values.Select(value => (value.Type, value.Value)));
    }

    [Theory]
    [InlineData("\"pattern\":\"this is no pattern\",\"pattern_type\":\"stix\"")]
    [InlineData("\"pattern\":\"rule x { condition: true }\",\"pattern_type\":\"yara\"")]
    [InlineData("\"pattern\":5,\"labels\":\"no list\",\"kill_chain_phases\":[1],\"external_references\":{}")]
    public void What_cannot_be_read_is_left_out_of_the_columns(string properties)
    {
        var written = Write(properties);
        Assert.Null(written.Indicator!.Value);
        Assert.Empty(written.Values);
    }

    [Fact]
    public void Events_carry_scalars_and_lists_of_scalars()
    {
        var written = Write("""
            "name":"n\u0000m","description":"d\u0000e","aliases":["a","b"],"empty":[],"nested":{"x":1},"mixed":["a",{}],"number":1.50,"flag":true,
            "external_references":[{"source_name":"mitre-attack","external_id":"T1059","url":"https://t.example"}],"kill_chain_phases":[{"phase_name":"execution"}]
            """, "attack-pattern");
        var sent = written.ObjectEvent!;
        Assert.Equal("n\uFFFDm", sent.Name);
        Assert.Equal((7L, TlpLevel.Green, null), (sent.Version.Revision, sent.Tlp, sent.ShadowedFrom));
        Assert.Equal("d\uFFFDe", sent.Properties["description"].GetString());
        Assert.Equal("T1059", sent.Properties["external_id"].GetString());
        Assert.Equal("execution", sent.Properties["phases"][0].GetString());
        Assert.Equal("1.50", sent.Properties["number"].GetRawText());
        Assert.Equal(
            ["aliases", "created", "description", "external_id", "flag", "modified", "number", "phases", "url"],
            sent.Properties.Keys.Order());
    }

    [Theory]
    [InlineData("\"where_sighted_refs\":[\"identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f\"],\"created_by_ref\":\"identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd30\"", "identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f")]
    [InlineData("\"created_by_ref\":\"identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd30\"", "identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd30")]
    [InlineData("\"count\":3", "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f")]
    public void A_sighting_is_a_relationship_from_who_saw_it(string properties, string source)
    {
        var written = Write("\"sighting_of_ref\":\"indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f\"," + properties, "sighting");
        Assert.Null(written.ObjectEvent);
        Assert.Equal("sighting-of", written.RelationshipEvent!.RelationshipType);
        Assert.Equal(source, written.RelationshipEvent.SourceRef);
        Assert.Equal("indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", written.RelationshipEvent.TargetRef);
    }

    [Fact]
    public void Messages_hold_500_objects_at_most()
    {
        var written = Enumerable.Range(0, 1_201).Select(_ => Write("\"name\":\"n\"", "tool")).ToList();
        var sizes = EventBatches.Of(written).Cast<Contracts.ThreatIntel.ThreatObjectsUpserted>().Select(message => message.Objects.Count);
        Assert.Equal([500, 500, 201], sizes);
    }

    [Theory]
    [InlineData(null, null, false, "active")]
    [InlineData("2027-01-01", null, false, "planned")]
    [InlineData("2020-01-01", "2026-11-01", false, "active")]
    [InlineData("2020-01-01", "2026-01-01", false, "ended")]
    [InlineData("2020-01-01", "2026-11-01", true, "revoked")]
    public void A_campaigns_status_follows_from_its_dates(string? first, string? last, bool revoked, string status)
    {
        var campaign = new Campaign
        {
            StixId = "x",
            Name = "x",
            Revoked = revoked,
            FirstSeen = first is null ? null : DateTimeOffset.Parse(first, System.Globalization.CultureInfo.InvariantCulture),
            LastSeen = last is null ? null : DateTimeOffset.Parse(last, System.Globalization.CultureInfo.InvariantCulture),
        };
        Assert.Equal(status, CampaignStatus.Of(campaign, Now));
        foreach (var other in CampaignStatus.All)
        {
            Assert.Equal(other == status, CampaignStatus.Filter(new[] { campaign }.AsQueryable(), other, Now).Any());
        }
    }
}
