using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>Bundles as they come: in any order, with references to anywhere, and with contradictions.</summary>
[Collection(ThreatIntelCollection.Name)]
public sealed class ImportRobustnessTests(ThreatIntelFixture service)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private static string Edge(int number, int from, int to) =>
        $$"""{"type":"relationship","spec_version":"2.1","id":"{{TaxiiCalls.IdOf("relationship", number)}}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","relationship_type":"related-to","source_ref":"{{TaxiiCalls.IdOf("tool", from)}}","target_ref":"{{TaxiiCalls.IdOf("tool", to)}}"}""";

    private async Task<SortedDictionary<string, string>> StateOf(Guid tenant)
    {
        var export = await ThreatIntelFixture.GetAsync(service.ClientFor(tenant), "/api/v2/threat-intel/export", Ct);
        return new(export.GetProperty("objects").EnumerateArray().ToDictionary(item => item.GetProperty("id").GetString()!, item => item.GetRawText()), StringComparer.Ordinal);
    }

    [Fact]
    public async Task The_same_bundle_in_any_order_gives_the_same_state()
    {
        // A chain with a ring in it, an end that never comes, and three versions of one object.
        string[] objects =
        [
            .. Enumerable.Range(0, 300).Select(n => TaxiiCalls.Tool(n)), .. Enumerable.Range(0, 299).Select(n => Edge(n, n, n + 1)), Edge(299, 299, 0), Edge(300, 1, 999_999),
            TaxiiCalls.Tool(7, "2026-03-01T00:00:00.000Z"), TaxiiCalls.Tool(7, "2026-02-01T00:00:00.000Z"),
            """{"type":"report","spec_version":"2.1","id":"report--00000000-0000-4000-8000-000000000001","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"of itself","published":"2026-01-01T00:00:00.000Z","object_refs":["report--00000000-0000-4000-8000-000000000001"]}""",
        ];
        SortedDictionary<string, string>? first = null;
        foreach (var seed in new[] { 0, 1, 2 })
        {
            var shuffled = objects.ToArray();
            if (seed > 0)
            {
                new Random(seed).Shuffle(shuffled);
            }

            var tenant = Guid.NewGuid();
            var import = await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(shuffled), Ct);
            Assert.Equal((objects.Length, 0), (import.GetProperty("processed").GetInt32(), import.GetProperty("failed").GetInt32()));
            var state = await StateOf(tenant);
            first ??= state;
            Assert.Equal(602, state.Count);
            Assert.Equal(first, state);
            Assert.Contains("2026-03-01", state[TaxiiCalls.IdOf("tool", 7)], StringComparison.Ordinal);
            Assert.Equal(0, (await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(objects), Ct)).GetProperty("created").GetInt32());
            Assert.Equal(first, await StateOf(tenant));
        }
    }

    [Fact]
    public async Task Versions_of_the_future_come_in_and_wrong_types_are_told_one_by_one()
    {
        var future = TaxiiCalls.Tool(1).Replace("\"spec_version\":\"2.1\"", "\"spec_version\":\"2.9\",\"new_in_2_9\":{\"a\":[1.50]}", StringComparison.Ordinal);
        string Wrong(int number, string was, string now) => TaxiiCalls.Tool(number).Replace(was, now, StringComparison.Ordinal);
        var tenant = Guid.NewGuid();
        var import = await service.ImportAsync(
            tenant,
            ThreatIntelFixture.BundleBytes(
                future,
                TaxiiCalls.Tool(2, "2999-01-01T00:00:00.000Z"),
                Wrong(3, "\"name\":\"tool3\"", "\"name\":[\"tool3\"]"),
                Wrong(4, "\"created\":\"2026-01-01T00:00:00.000Z\"", "\"created\":1767225600"),
                Wrong(5, "\"id\":\"tool--", "\"id\":\"campaign--"),
                Wrong(6, "\"spec_version\":\"2.1\"", "\"spec_version\":2.1"),
                TaxiiCalls.Tool(7, more: ",\"object_marking_refs\":\"x\""),
                TaxiiCalls.Tool(8, more: ",\"revoked\":\"no\""),
                "null",
                "[]",
                Edge(1, 1, 2).Replace("\"source_ref\":\"tool--", "\"source_ref\":\"", StringComparison.Ordinal),
                TaxiiCalls.Tool(9)),
            Ct);
        Assert.Equal((3, 9), (import.GetProperty("created").GetInt32(), import.GetProperty("failed").GetInt32()));
        Assert.Equal(
            [
                "2 .name", "3 .created", "4 .id", "5 .spec_version", "6 .object_marking_refs", "7 .revoked", "8 ", "9 ", "10 .source_ref",
            ],
            import.GetProperty("errors").EnumerateArray().Select(error =>
                $"{error.GetProperty("index").GetInt32()} {error.GetProperty("path").GetString()!.Replace($"$.objects[{error.GetProperty("index").GetInt32()}]", "", StringComparison.Ordinal)}"));
        Assert.Equal(future, (await StateOf(tenant))[TaxiiCalls.IdOf("tool", 1)]);
    }

    [Fact]
    public async Task Each_version_is_read_as_it_was_known_on_a_date()
    {
        var tenant = Guid.NewGuid();
        var client = service.ClientFor(tenant);
        var path = "/api/v2/threat-intel/objects/" + TaxiiCalls.IdOf("tool", 1);
        var before = DateTimeOffset.UtcNow;
        await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(TaxiiCalls.Tool(1, "2026-01-01T00:00:00.000Z")), Ct);
        var between = DateTimeOffset.UtcNow;
        await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(TaxiiCalls.Tool(1, "2026-02-01T00:00:00.000Z")), Ct);

        // An older version that comes late was never the one that counts.
        await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(TaxiiCalls.Tool(1, "2026-01-15T00:00:00.000Z")), Ct);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(path + "?as_known_on=" + On(before), Ct)).StatusCode);
        Assert.Equal("2026-01-01T00:00:00.000Z", await ModifiedAsync(On(between)));
        Assert.Equal("2026-02-01T00:00:00.000Z", await ModifiedAsync(On(DateTimeOffset.UtcNow)));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await client.GetAsync(path + "?as_known_on=yesterday", Ct)).StatusCode);

        static string On(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        async Task<string?> ModifiedAsync(string on) => (await ThreatIntelFixture.GetAsync(client, path + "?as_known_on=" + on, Ct)).GetProperty("modified").GetString();
    }

    [Fact]
    public async Task A_bundle_of_2_0_comes_in_as_2_1_and_a_second_time_changes_nothing()
    {
        const string Old = """{"type":"observed-data","id":"observed-data--00000000-0000-4000-8000-000000000001","created":"2017-01-01T00:00:00.000Z","modified":"2017-01-01T00:00:00.000Z","first_observed":"2017-01-01T00:00:00Z","last_observed":"2017-01-01T00:00:00Z","number_observed":1,"objects":{"0":{"type":"ipv4-addr","value":"198.51.100.3"}}}""";
        var tenant = Guid.NewGuid();
        var bundle = ThreatIntelFixture.BundleBytes(Old, """{"type":"indicator","id":"indicator--00000000-0000-4000-8000-000000000001","created":"2017-01-01T00:00:00.000Z","modified":"2017-01-01T00:00:00.000Z","labels":["malicious-activity"],"pattern":"[ipv4-addr:value = '198.51.100.3']","valid_from":"2017-01-01T00:00:00Z"}""");
        var import = await service.ImportAsync(tenant, bundle, Ct);
        Assert.Equal((2, 2, 3, 0), (import.GetProperty("total").GetInt32(), import.GetProperty("processed").GetInt32(), import.GetProperty("created").GetInt32(), import.GetProperty("failed").GetInt32()));
        var state = await StateOf(tenant);
        Assert.Contains("ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4", state.Keys);
        Assert.All(state.Values, raw => Assert.Equal("2.1", JsonElement.Parse(raw).GetProperty("spec_version").GetString()));
        var lookup = await service.ClientFor(tenant).PostAsync("/api/v2/threat-intel/indicators/lookup", ThreatIntelFixture.Json("""{"values":["198.51.100.3"]}"""u8.ToArray()), Ct);
        Assert.Contains("indicator--00000000-0000-4000-8000-000000000001", await lookup.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        import = await service.ImportAsync(tenant, bundle, Ct);
        Assert.Equal((0, 0), (import.GetProperty("created").GetInt32(), import.GetProperty("updated").GetInt32()));
    }
}
