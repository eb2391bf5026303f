using System.Net;
using System.Text.Json;
using Platform.Contracts;
using Stix;
using static Platform.IntegrationTests.ThreatIntel.TaxiiCalls;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>Filters, adding and deleting by the rules of TAXII 2.1, each under its section.</summary>
[Collection(ThreatIntelCollection.Name)]
public sealed class TaxiiObjectTests(ThreatIntelFixture service)
{
    private Task<(Guid Tenant, HttpClient Client, string Collection)> WithAsync(params string[] objects) => TaxiiCalls.WithAsync(service, objects);

    [Fact]
    public async Task S3_4_match_filters_by_id_type_version_and_spec_version()
    {
        var old = $$"""{"type":"tool","id":"{{IdOf("tool", 9)}}","created":"2017-01-01T00:00:00.000Z","modified":"2017-01-01T00:00:00.000Z","name":"old","labels":["x"]}""";
        var (_, client, all) = await WithAsync(
            Tool(1), Tool(2), Tool(2, "2026-02-01T00:00:00.000Z"), Tool(2, "2026-03-01T00:00:00.000Z"), old,
            """{"type":"ipv4-addr","id":"ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd","value":"198.51.100.3"}""");
        var (one, two, nine) = (IdOf("tool", 1), IdOf("tool", 2), IdOf("tool", 9));
        foreach (var (query, ids) in new[]
        {
            ($"match[id]={one}", new[] { one }), ($"match[id]={one},{two}", [one, two]), ("match[id]=nothing", []), ("match[type]=ipv4-addr", ["ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd"]),
            ("match[type]=tool&match[spec_version]=2.0", [nine]), ("match[type]=tool&match[spec_version]=2.1", [one, two]), ("match[type]=tool&match[spec_version]=2.0,2.1&limit=3", [one, two, nine]),
            ($"match[id]={two}&match[version]=all", [two, two, two]), ($"match[id]={two}&match[version]=first,last", [two, two]), ($"match[id]={two}&match[version]=2026-02-01T00:00:00.000Z", [two]),
            ($"match[id]={two}&match[version]=2020-01-01T00:00:00Z", []),
        })
        {
            foreach (var list in new[] { "objects/", "manifest/" })
            {
                Assert.Equal(ids.Order(StringComparer.Ordinal), (await IdsAsync(client, $"{all}{list}?{query}")).Order(StringComparer.Ordinal));
            }
        }

        var versions = (await GetAsync(client, $"{all}objects/?match[id]={two}")).GetProperty("objects").EnumerateArray().Select(item => item.GetProperty("modified").GetString());
        Assert.Equal(["2026-03-01T00:00:00.000Z"], versions);
        versions = (await GetAsync(client, $"{all}objects/{two}/?match[version]=first")).GetProperty("objects").EnumerateArray().Select(item => item.GetProperty("modified").GetString());
        Assert.Equal(["2026-01-01T00:00:00.000Z"], versions);
    }

    [Fact]
    public async Task S5_3_The_manifest_names_version_media_type_and_date_of_each_object()
    {
        var (_, client, all) = await WithAsync(Tool(1), Tool(2).Replace("\"spec_version\":\"2.1\",", "", StringComparison.Ordinal));
        var manifest = await GetAsync(client, all + "manifest/");
        Assert.False(manifest.GetProperty("more").GetBoolean());
        var records = manifest.GetProperty("objects").EnumerateArray().ToList();
        Assert.Equal("2026-01-01T00:00:00.000Z", records[0].GetProperty("version").GetString());
        Assert.Equal("application/stix+json;version=2.1", records[0].GetProperty("media_type").GetString());
        Assert.Equal("application/stix+json;version=2.0", records[1].GetProperty("media_type").GetString());
        Assert.All(records, record => Assert.EndsWith("Z", record.GetProperty("date_added").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task S5_6_One_object_is_an_envelope_and_an_unknown_one_404()
    {
        var (tenant, client, all) = await WithAsync(Tool(1), Tool(2, level: Tlp.Amber));
        var response = await SendAsync(client, HttpMethod.Get, $"{all}objects/{IdOf("tool", 1)}/");
        Assert.True(response.Headers.Contains("X-TAXII-Date-Added-First") && response.Headers.Contains("X-TAXII-Date-Added-Last"));
        Assert.Equal(IdOf("tool", 1), (await BodyOf(response)).GetProperty("objects")[0].GetProperty("id").GetString());
        Assert.Equal("{}", (await GetAsync(client, $"{all}objects/{IdOf("tool", 1)}/?match[version]=2001-01-01T00:00:00Z")).GetRawText());
        foreach (var id in new[] { IdOf("tool", 7), "nothing", "tool--" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(client, HttpMethod.Get, $"{all}objects/{id}/")).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(client, HttpMethod.Get, $"{all}objects/{id}/versions/")).StatusCode);
        }

        var green = service.ClientFor(tenant, TlpLevel.Green);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(green, HttpMethod.Get, $"{all}objects/{IdOf("tool", 2)}/")).StatusCode);
        Assert.Equal([IdOf("tool", 1)], await IdsAsync(green, all + "objects/"));
        Assert.Equal([IdOf("tool", 1)], await IdsAsync(green, all + "manifest/"));
    }

    [Fact]
    public async Task S5_8_Versions_are_listed_and_paged()
    {
        var (tenant, client, all) = await WithAsync(Tool(1), Tool(1, "2026-02-01T00:00:00.000Z"), Tool(1, "2026-03-01T00:00:00.123456Z", Tlp.Red));
        var path = $"{all}objects/{IdOf("tool", 1)}/versions/";
        var versions = await GetAsync(client, path);
        Assert.Equal(
            ["2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z", "2026-03-01T00:00:00.123456Z"],
            versions.GetProperty("versions").EnumerateArray().Select(version => version.GetString()).Order(StringComparer.Ordinal));
        var page = await GetAsync(client, path + "?limit=2");
        Assert.True(page.GetProperty("more").GetBoolean());
        Assert.Single((await GetAsync(client, $"{path}?limit=2&next={page.GetProperty("next").GetString()}")).GetProperty("versions").EnumerateArray());

        // The object is red now: below, not even its former versions are there.
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(service.ClientFor(tenant, TlpLevel.Amber), HttpMethod.Get, path)).StatusCode);
    }

    [Fact]
    public async Task S5_5_Adding_answers_202_with_a_status_that_stays_to_be_read()
    {
        var (tenant, client, all) = await WithAsync();
        var response = await SendAsync(client, HttpMethod.Post, all + "objects/", Envelope(Tool(1), Tool(2).Replace("tool--", "malware--", StringComparison.Ordinal), "{}", Tool(3)));
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(Taxii, response.Content.Headers.NonValidated["Content-Type"].ToString());
        var status = await BodyOf(response);
        Assert.Equal("complete", status.GetProperty("status").GetString());
        Assert.Equal((4, 2, 2, 0), (
            status.GetProperty("total_count").GetInt32(), status.GetProperty("success_count").GetInt32(),
            status.GetProperty("failure_count").GetInt32(), status.GetProperty("pending_count").GetInt32()));
        Assert.Equal([IdOf("tool", 1), IdOf("tool", 3)], status.GetProperty("successes").EnumerateArray().Select(item => item.GetProperty("id").GetString()));
        Assert.All(status.GetProperty("failures").EnumerateArray(), item => Assert.NotEmpty(item.GetProperty("message").GetString()!));
        Assert.All(status.GetProperty("failures").EnumerateArray(), item => Assert.NotEmpty(item.GetProperty("version").GetString()!));
        var kept = await GetAsync(client, $"/taxii2/{tenant}/status/{status.GetProperty("id").GetString()}/");
        Assert.True(JsonElement.DeepEquals(status, kept));
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(service.ClientFor(tenant), HttpMethod.Get, $"/taxii2/{tenant}/status/{status.GetProperty("id").GetString()}/")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(client, HttpMethod.Get, $"/taxii2/{tenant}/status/{Guid.NewGuid()}/")).StatusCode);
    }

    [Fact]
    public async Task S5_5_What_is_above_the_clearance_is_a_failure_and_a_hidden_object_is_as_new()
    {
        var (tenant, client, all) = await WithAsync(Tool(1, level: Tlp.Red));
        var green = service.ClientFor(tenant, TlpLevel.Green);
        var status = await BodyOf(await SendAsync(green, HttpMethod.Post, all + "objects/", Envelope(Tool(1), Tool(2, level: Tlp.Amber))));
        Assert.Equal((1, 1), (status.GetProperty("success_count").GetInt32(), status.GetProperty("failure_count").GetInt32()));
        Assert.Equal([IdOf("tool", 1)], await IdsAsync(green, all + "objects/"));
        Assert.Equal(TlpMarking.IdOf(Tlp.Red), (await GetAsync(client, $"{all}objects/{IdOf("tool", 1)}/")).GetProperty("objects")[0].GetProperty("object_marking_refs")[0].GetString());
    }

    [Theory]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.BadRequest)]
    [InlineData("{\"objects\":{}}", HttpStatusCode.BadRequest)]
    [InlineData("{\"objects\":[1]}", HttpStatusCode.BadRequest)]
    [InlineData("{\"objects\":[{]}", HttpStatusCode.BadRequest)]
    [InlineData("{\"objects\":[]}", HttpStatusCode.UnprocessableEntity)]
    [InlineData("{}", HttpStatusCode.UnprocessableEntity)]
    public async Task S5_5_What_is_no_envelope_is_refused(string body, HttpStatusCode status)
    {
        var (_, client, all) = await WithAsync();
        Assert.Equal(status, (await SendAsync(client, HttpMethod.Post, all + "objects/", body)).StatusCode);
    }

    [Fact]
    public async Task S5_5_Adding_the_same_again_changes_nothing()
    {
        var (_, client, all) = await WithAsync(Tool(1));
        var before = await GetAsync(client, all + "manifest/");
        await SendAsync(client, HttpMethod.Post, all + "objects/", Envelope(Tool(1)));
        Assert.True(JsonElement.DeepEquals(before, await GetAsync(client, all + "manifest/")));
    }

    [Fact]
    public async Task S5_7_Deleting_answers_200_then_404()
    {
        var (tenant, client, all) = await WithAsync(Tool(1), Tool(1, "2026-02-01T00:00:00.000Z"), Tool(2), Tool(3, level: Tlp.Amber));
        var path = $"{all}objects/{IdOf("tool", 1)}/";
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(service.ClientFor(tenant, permissions: "read:threat_intel"), HttpMethod.Delete, path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(service.ClientFor(tenant, TlpLevel.Green), HttpMethod.Delete, $"{all}objects/{IdOf("tool", 3)}/")).StatusCode);
        var deleted = await SendAsync(client, HttpMethod.Delete, path);
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        Assert.Empty(await deleted.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(client, HttpMethod.Delete, path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(client, HttpMethod.Get, path)).StatusCode);
        Assert.Equal([IdOf("tool", 2), IdOf("tool", 3)], await IdsAsync(client, all + "objects/?match[version]=all"));
    }

    [Fact]
    public async Task S5_7_One_version_is_deleted_and_the_others_stay()
    {
        var (_, client, all) = await WithAsync(Tool(1), Tool(1, "2026-02-01T00:00:00.000Z"), Tool(1, "2026-03-01T00:00:00.000Z"));
        var path = $"{all}objects/{IdOf("tool", 1)}/";
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(client, HttpMethod.Delete, path + "?match[version]=2020-01-01T00:00:00Z")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(client, HttpMethod.Delete, path + "?match[version]=last")).StatusCode);
        var versions = (await GetAsync(client, path + "versions/")).GetProperty("versions").EnumerateArray().Select(version => version.GetString()).Order(StringComparer.Ordinal);
        Assert.Equal(["2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"], versions);
        Assert.Equal("2026-02-01T00:00:00.000Z", (await GetAsync(client, path)).GetProperty("objects")[0].GetProperty("modified").GetString());
    }
}
