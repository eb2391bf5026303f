using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.TestSupport;
using Platform.ThreatIntel.Indicators;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>Every way in which an indicator is found, and by which path the database finds it.</summary>
[Collection(ThreatIntelCollection.Name)]
public sealed class SearchTests(ThreatIntelFixture service)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly string Sha = new('a', 64);

    private static string IdOf(int number) => TaxiiCalls.IdOf("indicator", number);

    private static string Indicator(int number, string pattern, string more = "") =>
        $$"""{"type":"indicator","spec_version":"2.1","id":"{{IdOf(number)}}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"i{{number}}","pattern":"{{pattern}}","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"{{more}}}""";

    private static byte[] Bundle() => ThreatIntelFixture.BundleBytes(
        Indicator(1, "[ipv4-addr:value = '198.51.100.7']"),
        Indicator(2, "[ipv4-addr:value ISSUBSET '198.51.100.0/24']"),
        Indicator(3, "[ipv6-addr:value = '2001:db8::1']"),
        Indicator(4, "[domain-name:value = 'evil.example']"),
        Indicator(5, "[domain-name:value = 'c2.evil.example']"),
        Indicator(6, "[domain-name:value = 'notevil.example']"),
        Indicator(7, $"[file:hashes.'SHA-256' = '{Sha}']"),
        Indicator(8, "[file:name = 'dropper.exe']", ",\"labels\":[\"ransomware\"],\"description\":\"It was seen with Ködel, the well-known loader of the north\""),
        Indicator(9, "[ipv4-addr:value = 'no address at all']"),
        Indicator(10, "[url:value = 'https://shop.example/login']"),
        """{"type":"campaign","spec_version":"2.1","id":"campaign--00000000-0000-4000-8000-000000000001","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"Glass Harbour"}""",
        $$"""{"type":"relationship","spec_version":"2.1","id":"relationship--00000000-0000-4000-8000-000000000001","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","relationship_type":"indicates","source_ref":"{{IdOf(10)}}","target_ref":"campaign--00000000-0000-4000-8000-000000000001"}""");

    private static async Task<List<JsonElement>> SearchAsync(HttpClient client, string text, params string[] types)
    {
        var response = await client.PostAsJsonAsync("/api/v2/threat-intel/indicators/search", new { search_query = text, types, limit = 50 }, Ct);
        return [.. JsonElement.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(Ct)).GetProperty("results").EnumerateArray()];
    }

    private static string[] Found(List<JsonElement> hits) =>
        [.. hits.Select(hit => $"{hit.GetProperty("indicator").GetProperty("name").GetString()} {hit.GetProperty("matched_by").GetString()}")];

    [Fact]
    public async Task Each_way_of_looking_finds_its_own_and_ranks_it()
    {
        var tenant = Guid.NewGuid();
        await service.ImportAsync(tenant, Bundle(), Ct);
        var client = service.ClientFor(tenant);
        foreach (var (text, expected) in new (string, string[])[]
        {
            ("198.51.100.7", ["i1 value", "i2 network"]),
            ("198[.]51[.]100[.]99", ["i2 network"]),
            ("198.51.0.0/16", ["i1 network", "i2 network"]),
            ("2001:db8::/32", ["i3 network"]),
            ("203.0.113.0/24", []),
            ("evil.example", ["i4 value", "i5 domain", "i6 text"]),
            ("*.evil.example", ["i4 value", "i5 domain"]),
            ("c2*", ["i5 prefix"]),
            (Sha[..20] + "*", ["i7 prefix"]),
            (Sha.ToUpperInvariant(), ["i7 value"]),
            ("ransomware", ["i8 text"]),
            ("KÖDEL", ["i8 text"]),
            ("ransomwear", ["i8 likeness"]),
            ("glass harbour", ["i10 linked"]),
        })
        {
            Assert.Equal((text, string.Join(", ", expected)), (text, string.Join(", ", Found(await SearchAsync(client, text)))));
        }

        Assert.Equal(["i2 network"], Found(await SearchAsync(client, "198.51.100.9", "ip")));
        Assert.Empty(await SearchAsync(client, "198.51.100.9", "domain"));
        var scores = (await SearchAsync(client, "evil.example")).ConvertAll(hit => hit.GetProperty("score").GetDouble());
        Assert.Equal(scores.OrderDescending(), scores);
    }

    [Fact]
    public async Task Highlights_say_where_the_text_stands()
    {
        var tenant = Guid.NewGuid();
        await service.ImportAsync(tenant, Bundle(), Ct);
        var client = service.ClientFor(tenant);
        foreach (var (text, field, marked) in new[] { ("ködel", "description", "Ködel"), ("dropper", "value", "dropper"), ("ransom", "labels", "ransom"), ("glass", "linked", "Glass") })
        {
            var highlight = (await SearchAsync(client, text))[0].GetProperty("highlights").EnumerateArray().Single(h => h.GetProperty("field").GetString() == field);
            var fragment = highlight.GetProperty("fragment").GetString()!;
            Assert.Equal(marked, fragment.Substring(highlight.GetProperty("start").GetInt32(), highlight.GetProperty("length").GetInt32()));
        }
    }

    [Fact]
    public async Task What_is_linked_to_something_hidden_is_not_found_by_its_name()
    {
        var tenant = Guid.NewGuid();
        var bundle = System.Text.Encoding.UTF8.GetString(Bundle()).Replace(
            "\"name\":\"Glass Harbour\"", $"\"name\":\"Glass Harbour\",\"object_marking_refs\":[\"{Stix.TlpMarking.IdOf(Stix.Tlp.Amber)}\"]", StringComparison.Ordinal);
        await service.ImportAsync(tenant, System.Text.Encoding.UTF8.GetBytes(bundle), Ct);
        Assert.Single(await SearchAsync(service.ClientFor(tenant, TlpLevel.Amber), "glass harbour"));
        Assert.Empty(await SearchAsync(service.ClientFor(tenant, TlpLevel.Green), "glass harbour"));
    }

    [Fact]
    public async Task A_lookup_says_what_the_confidence_is_worth_now()
    {
        var tenant = Guid.NewGuid();
        var from = DateTimeOffset.UtcNow.AddDays(-30).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(Indicator(1, "[ipv4-addr:value = '198.51.100.7']", ",\"confidence\":80").Replace("\"valid_from\":\"2026-01-01T00:00:00Z\"", $"\"valid_from\":\"{from}\"", StringComparison.Ordinal)), Ct);
        var client = service.ClientFor(tenant);
        Assert.Equal((80, 40), await WorthAsync());
        await client.PostAsJsonAsync($"/api/v2/threat-intel/indicators/{IdOf(1)}/sightings", new { count = 1 }, Ct);
        Assert.Equal((80, 80), await WorthAsync());

        async Task<(int, int)> WorthAsync()
        {
            var response = await client.PostAsJsonAsync("/api/v2/threat-intel/indicators/lookup", new { values = new[] { "198[.]51.100.7" } }, Ct);
            var match = JsonElement.Parse(await response.Content.ReadAsStringAsync(Ct)).GetProperty("results")[0].GetProperty("matches")[0];
            return (match.GetProperty("confidence").GetInt32(), match.GetProperty("effective_confidence").GetInt32());
        }
    }

    /// <summary>As the service's own role: row-level security turns operators that are not leakproof into scans of the table.</summary>
    [Fact]
    public async Task No_way_of_looking_scans_a_table()
    {
        var tenant = Guid.NewGuid();
        await IndicatorFill.AddAsync(service.Owner, tenant, 0, 30_000, Ct);
        var source = service.Host.Services.GetRequiredService<NpgsqlDataSource>();
        foreach (var (how, needle) in new[]
        {
            ("network", "11.0.1.0/28"), ("domain", "d5.fill.example"), ("prefix", "h1234"), ("text", "%h1233.d%"), ("linked", "%glass harbour%"), ("fuzzy", "h1233.d1233"),
        })
        {
            await using var session = await OpenAsync(source, tenant);
            await using (var find = session.Command("SELECT count(*) FROM find_indicators($1, $2, NULL, 4::smallint, 500)"))
            {
                find.Parameters.Add(new() { Value = how });
                find.Parameters.Add(new() { Value = needle });
                var found = (long)(await find.ExecuteScalarAsync(Ct))!;
                Assert.True(how == "linked" || found > 0, how);
            }

            Assert.Equal((how, 0L), (how, await ScansAsync(session)));
        }
    }

    /// <summary>
    /// As the service's own role, with the plan that the database keeps and with one made for the values: neither reads a table, for a
    /// thousand values no more than for ten.
    /// </summary>
    [Theory]
    [InlineData("force_generic_plan")]
    [InlineData("force_custom_plan")]
    public async Task A_look_up_goes_down_the_indexes_of_a_tenant_that_has_just_been_filled(string mode)
    {
        var tenant = Guid.NewGuid();
        await IndicatorFill.AddAsync(service.Owner, tenant, 0, 20_000, Ct);
        await using var session = await TenantSession.OpenAsync(service.Host.Services.GetRequiredService<NpgsqlDataSource>(), tenant, Ct);
        await RunAsync("SET LOCAL plan_cache_mode = " + mode);
        await RunAsync($"PREPARE look_up (uuid[], smallint) AS {LookUpValues.Sql}");
        var keys = string.Join(',', Enumerable.Range(0, 1_000).Select(_ => Guid.NewGuid()));
        var plan = await RunAsync($"EXPLAIN EXECUTE look_up ('{{{keys}}}', 4::smallint)");
        await RunAsync("DEALLOCATE look_up");
        Assert.Contains("indicator_values", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on indicator", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Hash Join", plan, StringComparison.Ordinal);

        async Task<string> RunAsync(string sql)
        {
#pragma warning disable CA2100 // Constants.
            await using var command = session.Command(sql);
#pragma warning restore CA2100
            await using var reader = await command.ExecuteReaderAsync(Ct);
            var lines = new List<string>();
            while (await reader.ReadAsync(Ct))
            {
                lines.Add(reader.GetString(0));
            }

            return string.Join('\n', lines);
        }
    }

    /// <summary>A session in which a table is scanned only where nothing else is possible: a small one may well be.</summary>
    private static async Task<TenantSession> OpenAsync(NpgsqlDataSource source, Guid tenant)
    {
        var session = await TenantSession.OpenAsync(source, tenant, Ct);
        await using var command = session.Command("SET LOCAL enable_seqscan = off");
        await command.ExecuteNonQueryAsync(Ct);
        return session;
    }

    private static async Task<long> ScansAsync(TenantSession session)
    {
        await using var command = session.Command(
            "SELECT coalesce(sum(seq_scan), 0)::bigint FROM pg_stat_xact_user_tables WHERE relname IN ('indicators', 'indicator_values', 'objects', 'relationships')");
        return (long)(await command.ExecuteScalarAsync(Ct))!;
    }
}
