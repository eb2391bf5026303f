using System.Text.Json;
using Platform.TestSupport;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>ATT&amp;CK, as it comes from MITRE.</summary>
[Collection(ThreatIntelCollection.Name)]
public sealed class AttackImportTests(ThreatIntelFixture service)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private static async Task<byte[]> DataAsync(string name)
    {
        var path = Repository.DataFile("attack/" + name + ".json.xz");
        Assert.SkipWhen(path is null, "The test data is not beside the checkout.");
        return await Repository.ReadXzAsync(path!, Ct);
    }

    private static Dictionary<string, JsonElement> ById(JsonElement bundle) =>
        bundle.GetProperty("objects").EnumerateArray().ToDictionary(item => item.GetProperty("id").GetString()!);

    private static (long Created, long Updated, long Unchanged, long Failed) Counts(JsonElement import)
    {
        Assert.Equal("completed", import.GetProperty("status").GetString());
        Assert.Equal(import.GetProperty("total").GetInt64(), import.GetProperty("processed").GetInt64());
        return (import.GetProperty("created").GetInt64(), import.GetProperty("updated").GetInt64(),
            import.GetProperty("unchanged").GetInt64(), import.GetProperty("failed").GetInt64());
    }

    [Fact]
    public async Task Two_versions_of_ICS_come_in_go_out_and_change_nothing_twice()
    {
        var older = await DataAsync("ics-attack-17.0");
        var newer = await DataAsync("ics-attack-18.1");
        var tenant = Guid.NewGuid();

        Assert.Equal((1685, 0, 0, 0), Counts(await service.ImportAsync(tenant, older, Ct)));
        var published = await service.EverPublishedAsync(Ct);
        var versions = await service.CountAsync($"SELECT count(*) FROM object_versions WHERE tenant_id = '{tenant}'", Ct);
        Assert.Equal((0, 0, 1685, 0), Counts(await service.ImportAsync(tenant, older, Ct)));

        // Of the second import the audit log hears that it was asked for, and nobody hears anything else.
        Assert.Equal(published + 1, await service.EverPublishedAsync(Ct));

        var between = DateTimeOffset.UtcNow;

        // 920 of these objects have changed content under an unchanged "modified".
        Assert.Equal((413, 1293, 120, 0), Counts(await service.ImportAsync(tenant, newer, Ct)));
        published = await service.EverPublishedAsync(Ct);
        Assert.Equal((0, 0, 1826, 0), Counts(await service.ImportAsync(tenant, newer, Ct)));
        Assert.Equal((0, 0, 1685, 0), Counts(await service.ImportAsync(tenant, older, Ct)));
        Assert.Equal(published + 2, await service.EverPublishedAsync(Ct));
        Assert.Equal(1685, versions);
        Assert.Equal(1685 + 413 + 1293, await service.CountAsync($"SELECT count(*) FROM object_versions WHERE tenant_id = '{tenant}'", Ct));

        var expected = ById(JsonElement.Parse(older));
        foreach (var (id, item) in ById(JsonElement.Parse(newer)))
        {
            expected[id] = item;
        }

        var export = await ThreatIntelFixture.GetAsync(service.ClientFor(tenant), "/api/v2/threat-intel/export", Ct);
        await StixSchemas.AssertValidAsync(export);
        var exported = ById(export);
        Assert.Equal(expected.Count, exported.Count);
        foreach (var (id, item) in expected)
        {
            Assert.True(JsonElement.DeepEquals(item, exported[id]), id);
        }

        await Eventually.TrueAsync(() => Task.FromResult(service.Heard.Count(tenant) == expected.Count), TimeSpan.FromMinutes(1), Ct, "Hearing of every object");
        Assert.Equal(0, await service.CountAsync(
            $"SELECT count(*) FROM (SELECT revision FROM objects WHERE tenant_id = '{tenant}' GROUP BY revision HAVING count(*) > 1) d", Ct));
        await BothVersionsAreReadAsync(service.ClientFor(tenant), between, ById(JsonElement.Parse(older)), ById(JsonElement.Parse(newer)));
    }

    /// <summary>A sample of each kind of change: what is new, what has a new "modified", what was corrected without one, and what only the older has.</summary>
    private static async Task BothVersionsAreReadAsync(
        HttpClient client, DateTimeOffset between, Dictionary<string, JsonElement> older, Dictionary<string, JsonElement> newer)
    {
        var on = "?as_known_on=" + between.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var ids = older.Keys.Union(newer.Keys).GroupBy(id => (older.ContainsKey(id), newer.ContainsKey(id), Modified(older, id) == Modified(newer, id)))
            .SelectMany(group => group.Order(StringComparer.Ordinal).Take(12)).ToList();
        Assert.True(ids.Count > 40);
        foreach (var id in ids)
        {
            var path = "/api/v2/threat-intel/objects/" + id;
            var known = await client.GetAsync(path + on, Ct);
            if (older.TryGetValue(id, out var before))
            {
                Assert.True(JsonElement.DeepEquals(before, JsonElement.Parse(await known.Content.ReadAsByteArrayAsync(Ct))), id);
            }
            else
            {
                Assert.Equal(System.Net.HttpStatusCode.NotFound, known.StatusCode);
            }

            var current = newer.TryGetValue(id, out var after) ? after : before;
            Assert.True(JsonElement.DeepEquals(current, await ThreatIntelFixture.GetAsync(client, path, Ct)), id);
            var versions = (await ThreatIntelFixture.GetAsync(client, path + "/versions", Ct)).GetProperty("versions").EnumerateArray().ToList();
            Assert.True(JsonElement.DeepEquals(current, versions.Single(version => version.GetProperty("current").GetBoolean()).GetProperty("object")), id);
            if (older.ContainsKey(id))
            {
                Assert.Contains(versions, version => JsonElement.DeepEquals(before, version.GetProperty("object")));
            }
        }

        static string? Modified(Dictionary<string, JsonElement> bundle, string id) =>
            bundle.TryGetValue(id, out var item) && item.TryGetProperty("modified", out var modified) ? modified.GetString() : null;
    }

    [Fact]
    public async Task Enterprise_comes_in_whole_and_can_be_searched()
    {
        var bundle = await DataAsync("enterprise-attack-18.1");
        var tenant = Guid.NewGuid();
        var start = TimeProvider.System.GetTimestamp();
        Assert.Equal((24771, 0, 0, 0), Counts(await service.ImportAsync(tenant, bundle, Ct)));
        TestContext.Current.TestOutputHelper?.WriteLine($"import: {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0.0} s");
        start = TimeProvider.System.GetTimestamp();
        Assert.Equal((0, 0, 24771, 0), Counts(await service.ImportAsync(tenant, bundle, Ct)));
        TestContext.Current.TestOutputHelper?.WriteLine($"second import: {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0.0} s");

        Assert.Equal(20048, await service.CountAsync($"SELECT count(*) FROM relationships WHERE tenant_id = '{tenant}'", Ct));
        var client = service.ClientFor(tenant);
        var actors = await ThreatIntelFixture.GetAsync(client, "/api/v2/threat-intel/threat-actors?search=apt28&sort=name&count=true", Ct);
        var apt28 = actors.GetProperty("items").EnumerateArray().Single(actor => actor.GetProperty("name").GetString() == "APT28");
        Assert.Equal("G0007", apt28.GetProperty("external_id").GetString());
        var edges = await ThreatIntelFixture.GetAsync(
            client, $"/api/v2/threat-intel/relationships?ref={apt28.GetProperty("id").GetString()}&count=true", Ct);
        Assert.Equal(120, await DistinctNeighboursAsync(client, apt28.GetProperty("id").GetString()!));
        Assert.True(edges.GetProperty("total").GetInt64() >= 120);
        var campaigns = await ThreatIntelFixture.GetAsync(client, $"/api/v1/threat-intel/campaigns?threat_actor_id={apt28.GetProperty("id").GetString()}", Ct);
        Assert.NotEqual(0, campaigns.GetProperty("data").GetProperty("total").GetInt64());
        await Eventually.TrueAsync(() => Task.FromResult(service.Heard.Count(tenant) == 24771), TimeSpan.FromMinutes(2), Ct, "Hearing of every object");
    }

    /// <summary>The known count at distance 1 from APT28, walked through the pages of the list.</summary>
    private static async Task<int> DistinctNeighboursAsync(HttpClient client, string id)
    {
        var neighbours = new HashSet<string>();
        string? cursor = null;
        do
        {
            var page = await ThreatIntelFixture.GetAsync(
                client, $"/api/v2/threat-intel/relationships?ref={id}&limit=50{(cursor is null ? "" : "&cursor=" + cursor)}", Ct);
            foreach (var edge in page.GetProperty("items").EnumerateArray())
            {
                var (source, target) = (edge.GetProperty("source_ref").GetString()!, edge.GetProperty("target_ref").GetString()!);
                neighbours.Add(source == id ? target : source);
            }

            cursor = page.TryGetProperty("next_cursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);
        return neighbours.Count;
    }
}
