using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Stix;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>Figures: current with the change that makes them, and of nothing that the caller may not see.</summary>
[Collection(ThreatIntelCollection.Name)]
public sealed class AnalyticsTests(ThreatIntelFixture service)
{
    private const string Root = "/api/v2/analytics/";
    private const string Everything = ThreatIntelFixture.Everything + " read:incidents write:incidents read:infrastructure write:infrastructure";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private HttpClient ClientFor(Guid tenant, TlpLevel clearance = TlpLevel.Red) => service.ClientFor(tenant, clearance, Everything);

    private static Task<JsonElement> GetAsync(HttpClient client, string path) => ThreatIntelFixture.GetAsync(client, Root + path, Ct);

    private static string IdOf(string type, int number) => $"{type}--00000000-0000-4000-8000-{number:000000000000}";

    private static string Object(string type, int number, string properties, Tlp level = Tlp.Clear, int year = 2026)
    {
        var marking = level == Tlp.Clear ? "" : $",\"object_marking_refs\":[\"{TlpMarking.IdOf(level)}\"]";
        return $$"""{"type":"{{type}}","spec_version":"2.1","id":"{{IdOf(type, number)}}","created":"2026-01-01T00:00:00Z","modified":"{{year}}-01-01T00:00:00Z",{{properties}}{{marking}}}""";
    }

    private static string Indicator(int number, string severity, Tlp level = Tlp.Clear, string more = "", int year = 2026) => Object("indicator", number,
        $$""" "name":"i{{number}}","pattern":"[ipv4-addr:value = '198.51.100.{{number}}']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","x_severity":"{{severity}}","external_references":[{"source_name":"feed"}]{{more}} """, level, year);

    private static string Link(int number, string type, string source, string target, Tlp level = Tlp.Clear, string more = "") =>
        Object("relationship", number, $$""" "relationship_type":"{{type}}","source_ref":"{{source}}","target_ref":"{{target}}"{{more}} """, level);

    /// <summary>What is counted, as <c>value=count</c>, without what is not there.</summary>
    private static string Counts(JsonElement list, string name = "value") => string.Join(' ', list.EnumerateArray()
        .Where(item => item.GetProperty("count").GetInt64() != 0)
        .Select(item => $"{item.GetProperty(name).GetString()}={item.GetProperty("count").GetInt64().ToString(CultureInfo.InvariantCulture)}"));

    private static async Task<string> SeveritiesAsync(HttpClient client) => Counts((await GetAsync(client, "severity-distribution")).GetProperty("items"));

    private static async Task SendAsync(HttpClient client, HttpMethod method, string path, object? body, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        var response = await client.SendAsync(request, Ct);
        Assert.True(status == response.StatusCode, await response.Content.ReadAsStringAsync(Ct));
    }

    [Fact]
    public async Task Figures_follow_every_create_update_delete_and_import_at_once()
    {
        var tenant = Guid.NewGuid();
        var client = ClientFor(tenant);
        Assert.Equal(0, (await GetAsync(client, "overview")).GetProperty("objects").GetInt64());
        var response = await client.PostAsJsonAsync("/api/v2/threat-intel/indicators", new { name = "one", indicator_type = "domain-name", value = "one.example", severity = "high", confidence = 80, valid_from = "2026-01-01T00:00:00Z" }, Ct);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var one = "/api/v2/threat-intel/indicators/" + JsonElement.Parse(await response.Content.ReadAsStringAsync(Ct)).GetProperty("id").GetString();
        Assert.Equal("high=1", await SeveritiesAsync(client));
        await SendAsync(client, HttpMethod.Patch, one, new { severity = "critical" }, HttpStatusCode.OK);
        Assert.Equal("critical=1", await SeveritiesAsync(client));

        await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(Indicator(1, "low"), Indicator(2, "low"), Indicator(3, "medium")), Ct);
        Assert.Equal("critical=1 medium=1 low=2", await SeveritiesAsync(client));
        await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(Indicator(1, "low"), Indicator(2, "high", year: 2027), Indicator(3, "medium", more: ",\"revoked\":true", year: 2027)), Ct);
        Assert.Equal("critical=1 high=1 low=1", await SeveritiesAsync(client));
        var overview = await GetAsync(client, "overview");
        Assert.Equal((4L, 3L, 4L), (overview.GetProperty("objects").GetInt64(), overview.GetProperty("indicators").GetInt64(), overview.GetProperty("indicators_last_day").GetInt64()));

        var source = (await GetAsync(client, "sources/quality")).GetProperty("items").EnumerateArray().Single(item => item.GetProperty("source").GetString() == "feed");
        Assert.Equal((3L, 1L, 0.3333), (source.GetProperty("indicators").GetInt64(), source.GetProperty("revoked").GetInt64(), source.GetProperty("revoked_share").GetDouble()));
        Assert.True(source.GetProperty("last_arrival").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddHours(-2));
        await SendAsync(client, HttpMethod.Delete, one, null, HttpStatusCode.NoContent);
        await SendAsync(client, HttpMethod.Delete, "/api/v2/threat-intel/indicators/" + IdOf("indicator", 1), null, HttpStatusCode.NoContent);
        Assert.Equal("high=1", await SeveritiesAsync(client));
        Assert.Equal(2, (await GetAsync(client, "overview")).GetProperty("objects").GetInt64());
    }

    [Theory]
    [InlineData("hour", "indicator_type", "ipv4-addr=3")]
    [InlineData("day", "severity", "low=2 high=1")]
    [InlineData("week", "source", "feed=3")]
    [InlineData("month", "tlp", "clear=2 amber=1")]
    public async Task The_trend_is_told_apart(string granularity, string groupBy, string expected)
    {
        var tenant = Guid.NewGuid();
        await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(Indicator(1, "low"), Indicator(2, "low"), Indicator(3, "high", Tlp.Amber)), Ct);
        var trend = await GetAsync(ClientFor(tenant), $"indicators/trend?granularity={granularity}&group_by={groupBy}");
        Assert.Equal(expected, Counts(trend.GetProperty("groups")));
        Assert.Equal(3, trend.GetProperty("points").EnumerateArray().Sum(point => point.GetProperty("count").GetInt64()));
        var below = await GetAsync(ClientFor(tenant, TlpLevel.Green), $"indicators/trend?granularity={granularity}");
        Assert.Equal(2, below.GetProperty("total").GetInt64());
        Assert.True(below.GetProperty("points").GetArrayLength() > 1);
        Assert.False(below.TryGetProperty("groups", out _));
    }

    [Fact]
    public async Task Nobody_counts_what_is_hidden_from_them_or_of_another_tenant()
    {
        var (tenant, other) = (Guid.NewGuid(), Guid.NewGuid());
        var (open, secret, technique, place) = (IdOf("intrusion-set", 1), IdOf("intrusion-set", 2), IdOf("attack-pattern", 1), IdOf("location", 1));
        await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(
            Object("intrusion-set", 1, "\"name\":\"open\""), Object("intrusion-set", 2, "\"name\":\"secret\"", Tlp.Amber),
            Object("attack-pattern", 1, """ "name":"t","external_references":[{"source_name":"mitre-attack","external_id":"T1001"}] """),
            Object("location", 1, "\"name\":\"l\",\"country\":\"NO\""),
            Object("campaign", 1, "\"name\":\"c\",\"first_seen\":\"2026-02-03T00:00:00Z\",\"last_seen\":\"2026-04-05T00:00:00Z\""),
            Object("campaign", 2, "\"name\":\"d\",\"first_seen\":\"2026-03-03T00:00:00Z\"", Tlp.Amber),
            Link(1, "uses", open, technique), Link(2, "uses", secret, technique), Link(3, "related-to", open, secret), Link(4, "targets", open, place),
            Link(5, "originates-from", secret, place), Link(6, "targets", open, place, Tlp.Red), Link(7, "uses", open, technique, more: ",\"revoked\":true")), Ct);
        foreach (var (clearance, actors, uses, geo, active) in new[]
        {
            (TlpLevel.Red, "open=4 secret=3", 2L, (1L, 1L, 2L), "0 1 2 2 1 1"),
            (TlpLevel.Amber, "open=3 secret=3", 2L, (1L, 1L, 1L), "0 1 2 2 1 1"),
            (TlpLevel.Green, "open=2", 1L, (1L, 0L, 1L), "0 1 1 1 0 0"),
        })
        {
            var client = ClientFor(tenant, clearance);
            var top = (await GetAsync(client, "actors/top")).GetProperty("items").EnumerateArray().ToList();
            Assert.Equal(actors, string.Join(' ', top.Select(actor => $"{actor.GetProperty("name").GetString()}={actor.GetProperty("relationships").GetInt64()}")));
            Assert.Single((await GetAsync(client, "actors/top?limit=1")).GetProperty("items").EnumerateArray());
            var used = Assert.Single((await GetAsync(client, "techniques/prevalence")).GetProperty("items").EnumerateArray());
            Assert.Equal(("T1001", uses), (used.GetProperty("external_id").GetString(), used.GetProperty("uses").GetInt64()));
            Assert.Equal($"intrusion-set={uses}", Counts(used.GetProperty("users")));
            var country = Assert.Single((await GetAsync(client, "geo")).GetProperty("items").EnumerateArray());
            Assert.Equal(geo, (country.GetProperty("objects").GetInt64(), country.GetProperty("origins").GetInt64(), country.GetProperty("targets").GetInt64()));
            var timeline = await GetAsync(client, "campaigns/timeline?from=2026-01-01&to=2026-07-01");
            Assert.Equal(active, string.Join(' ', timeline.GetProperty("points").EnumerateArray().Select(point => point.GetProperty("active").GetInt64())));
        }

        var stranger = ClientFor(other);
        foreach (var path in new[] { "actors/top", "techniques/prevalence", "geo", "sources/quality" })
        {
            Assert.Equal(0, (await GetAsync(stranger, path)).GetProperty("items").GetArrayLength());
        }

        Assert.Equal(0, (await GetAsync(stranger, "overview")).GetProperty("objects").GetInt64());
        Assert.All((await GetAsync(stranger, "campaigns/timeline?from=2026-01-01&to=2026-07-01")).GetProperty("points").EnumerateArray(), point => Assert.Equal(0, point.GetProperty("active").GetInt64()));
    }

    [Fact]
    public async Task An_object_with_two_rows_counts_once_for_everybody()
    {
        var tenant = Guid.NewGuid();
        await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(Indicator(1, "critical", Tlp.Red, year: 2027)), Ct);
        await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(Indicator(1, "low", Tlp.Green)), Ct, TlpLevel.Green);
        Assert.Equal("low=1", await SeveritiesAsync(ClientFor(tenant, TlpLevel.Green)));
        Assert.Equal("low=1", await SeveritiesAsync(ClientFor(tenant, TlpLevel.AmberStrict)));
        Assert.Equal("critical=1", await SeveritiesAsync(ClientFor(tenant)));
        Assert.Equal("", await SeveritiesAsync(ClientFor(tenant, TlpLevel.Clear)));
    }

    [Fact]
    public async Task Times_to_resolve_follow_the_incidents()
    {
        var tenant = Guid.NewGuid();
        var client = ClientFor(tenant);
        var response = await client.PostAsJsonAsync("/api/v2/infrastructure/incidents", new { title = "x", severity = "high", tlp = "amber" }, Ct);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var path = "/api/v2/infrastructure/incidents/" + JsonElement.Parse(await response.Content.ReadAsStringAsync(Ct)).GetProperty("id").GetString();
        var overall = (await GetAsync(client, "mttr")).GetProperty("overall");
        Assert.Equal((1L, 0L, false), (overall.GetProperty("incidents").GetInt64(), overall.GetProperty("resolved").GetInt64(), overall.TryGetProperty("mean_seconds_to_resolve", out _)));
        await SendAsync(client, HttpMethod.Patch, path, new { status = "resolved" }, HttpStatusCode.OK);
        Assert.Equal(1, await service.CountAsync($"UPDATE incidents SET opened_at = resolved_at - interval '90 seconds' WHERE tenant_id = '{tenant}'; SELECT 1", Ct));
        var times = await GetAsync(client, "mttr");
        Assert.Equal(90, times.GetProperty("overall").GetProperty("mean_seconds_to_resolve").GetDouble());
        Assert.Equal("high", Assert.Single(times.GetProperty("by_severity").EnumerateArray()).GetProperty("severity").GetString());
        Assert.Equal(0, (await GetAsync(ClientFor(tenant, TlpLevel.Green), "mttr")).GetProperty("overall").GetProperty("incidents").GetInt64());
        await SendAsync(client, HttpMethod.Delete, path, null, HttpStatusCode.NoContent);
        Assert.Equal(0, (await GetAsync(client, "mttr")).GetProperty("overall").GetProperty("incidents").GetInt64());
    }

    [Fact]
    public async Task Row_level_security_holds_for_the_figures_too()
    {
        var (tenant, other) = (Guid.NewGuid(), Guid.NewGuid());
        await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(Indicator(1, "low"), Object("campaign", 1, "\"name\":\"c\""), Object("intrusion-set", 1, "\"name\":\"o\""), Link(1, "uses", IdOf("intrusion-set", 1), IdOf("malware", 1))), Ct);
        var source = service.Host.Services.GetRequiredService<NpgsqlDataSource>();
        foreach (var (owner, expected) in new[] { (tenant, true), (other, false) })
        {
            await using var session = await TenantSession.OpenAsync(source, owner, Ct);
            foreach (var table in new[] { "rollup_objects", "rollup_indicators", "rollup_arrivals", "rollup_campaigns", "rollup_links" })
            {
#pragma warning disable CA2100 // The names stand here.
                await using var any = session.Command($"SELECT EXISTS (SELECT FROM {table})");
#pragma warning restore CA2100
                Assert.Equal(expected, await any.ExecuteScalarAsync(Ct));
            }
        }
    }

    [Theory]
    [InlineData("indicators/trend?granularity=year", "granularity")]
    [InlineData("indicators/trend?group_by=name", "group_by")]
    [InlineData("indicators/trend?from=yesterday", "from")]
    [InlineData("indicators/trend?granularity=hour&from=2026-01-01&to=2026-03-01", "from")]
    [InlineData("indicators/trend?from=2026-03-01&to=2026-01-01", "from")]
    [InlineData("campaigns/timeline?granularity=hour", "granularity")]
    [InlineData("actors/top?limit=0", "limit")]
    [InlineData("techniques/prevalence?limit=101", "limit")]
    [InlineData("sources/quality?limit=x", "limit")]
    [InlineData("geo?limit=101", "limit")]
    [InlineData("mttr?from=2020-01-01&to=2026-01-01", "from")]
    public async Task What_is_wrong_with_a_request_is_named(string path, string parameter)
    {
        var response = await ClientFor(Guid.NewGuid()).GetAsync(Root + path, Ct);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.True(JsonElement.Parse(await response.Content.ReadAsStringAsync(Ct)).GetProperty("errors").TryGetProperty(parameter, out _));
    }

    [Theory]
    [InlineData("overview", "read:incidents", 403)]
    [InlineData("mttr", "read:threat_intel", 403)]
    [InlineData("overview", "read:threat_intel", 200)]
    [InlineData("mttr", "read:incidents", 200)]
    public async Task Permissions_are_asked_for(string path, string permissions, int status)
    {
        foreach (var version in new[] { "v1", "v2" })
        {
            var response = await service.ClientFor(Guid.NewGuid(), permissions: permissions).GetAsync($"/api/{version}/analytics/{path}", Ct);
            Assert.Equal(status, (int)response.StatusCode);
            Assert.Equal(version == "v1", JsonElement.Parse(await response.Content.ReadAsStringAsync(Ct)).TryGetProperty("success", out _));
        }
    }
}
