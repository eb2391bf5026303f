using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>Creating, finding and deleting single objects.</summary>
[Collection(ThreatIntelCollection.Name)]
public sealed class ChangeTests(ThreatIntelFixture service)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private static async Task<JsonElement> BodyOf(HttpResponseMessage response) => JsonElement.Parse(await response.Content.ReadAsStringAsync(Ct));

    [Fact]
    public async Task An_indicator_is_created_found_and_deleted()
    {
        var tenant = Guid.NewGuid();
        var client = service.ClientFor(tenant);
        var created = await client.PostAsJsonAsync("/api/v2/threat-intel/indicators", new { indicator_type = "ip", value = "203[.]0.113.9", severity = "high", tlp = "amber", confidence = 70, labels = new[] { "x" } }, Ct);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var indicator = await BodyOf(created);
        Assert.Equal("[ipv4-addr:value = '203.0.113.9']", indicator.GetProperty("pattern").GetString());
        var id = indicator.GetProperty("id").GetString()!;
        Assert.EndsWith("/api/v2/threat-intel/indicators/" + id, created.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(created.Headers.Location, Ct)).StatusCode);
        var stix = await ThreatIntelFixture.GetAsync(client, "/api/v2/threat-intel/objects/" + id, Ct);
        Assert.Equal("2.1", stix.GetProperty("spec_version").GetString());
        foreach (var filter in new[] { "indicator_type=ipv4", "indicator_type=ip", "severity=high", "tlp=amber", "min_confidence=70", "search=113.9", "valid_at=2099-01-01T00:00:00Z" })
        {
            Assert.Equal(1, (await ThreatIntelFixture.GetAsync(client, "/api/v1/threat-intel/indicators?" + filter, Ct)).GetProperty("data").GetProperty("total").GetInt32());
        }

        foreach (var filter in new[] { "indicator_type=url", "severity=low", "tlp=green", "min_confidence=71", "search=nothing", "valid_at=2020-01-01T00:00:00Z", "source=nobody" })
        {
            Assert.Equal(0, (await ThreatIntelFixture.GetAsync(client, "/api/v1/threat-intel/indicators?" + filter, Ct)).GetProperty("data").GetProperty("total").GetInt32());
        }

        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync(created.Headers.Location, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync(created.Headers.Location, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/api/v2/threat-intel/objects/" + id, Ct)).StatusCode);
        Assert.Equal(0, await service.CountAsync($"SELECT count(*) FROM indicator_values WHERE tenant_id = '{tenant}'", Ct));
    }

    [Theory]
    [InlineData("""{"pattern":"[ipv4-addr:value = ]"}""", "pattern")]
    [InlineData("""{}""", "pattern")]
    [InlineData("""{"pattern":"[a:b = 'c']","value":"x"}""", "value")]
    [InlineData("""{"value":"x","indicator_type":"nonsense"}""", "indicator_type")]
    [InlineData("""{"value":"198.51.100.1","severity":"awful"}""", "severity")]
    [InlineData("""{"value":"198.51.100.1","confidence":101}""", "confidence")]
    [InlineData("""{"value":"198.51.100.1","valid_from":"2026-02-01T00:00:00Z","valid_until":"2026-01-01T00:00:00Z"}""", "valid_until")]
    public async Task Bad_indicators_are_422_and_name_the_field(string body, string field)
    {
        var response = await service.ClientFor(Guid.NewGuid()).PostAsync("/api/v2/threat-intel/indicators", new StringContent(body, Encoding.UTF8, "application/json"), Ct);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.True((await BodyOf(response)).GetProperty("errors").TryGetProperty(field, out _));
    }

    [Theory]
    [InlineData("threat-actors", """{"name":"Actor","aliases":["A"],"country":"xb","motivations":["ideology","revenge"],"sophistication":"expert"}""")]
    [InlineData("campaigns", """{"name":"Campaign","objective":"o","first_seen":"2026-01-01T00:00:00Z"}""")]
    public async Task The_same_idempotency_key_creates_once(string kind, string body)
    {
        var client = service.ClientFor(Guid.NewGuid());
        client.DefaultRequestHeaders.Add("Idempotency-Key", "key");
        var ids = new List<string?>();
        for (var i = 0; i < 2; i++)
        {
            var response = await client.PostAsync($"/api/v2/threat-intel/{kind}", new StringContent(body, Encoding.UTF8, "application/json"), Ct);
            Assert.Equal(HttpStatusCode.Created, response.StatusCode);
            ids.Add((await BodyOf(response)).GetProperty("id").GetString());
        }

        Assert.Equal(ids[0], ids[1]);
        var list = await ThreatIntelFixture.GetAsync(client, $"/api/v1/threat-intel/{kind}", Ct);
        Assert.Equal(1, list.GetProperty("data").GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Actors_are_filtered()
    {
        var client = service.ClientFor(Guid.NewGuid());
        await client.PostAsJsonAsync("/api/v2/threat-intel/threat-actors", new { name = "One", country = "XB", sophistication = "expert", motivations = new[] { "ideology" }, last_seen = DateTimeOffset.UtcNow }, Ct);
        await client.PostAsJsonAsync("/api/v2/threat-intel/threat-actors", new { name = "Two 100%", type = "intrusion-set", last_seen = "2020-01-01T00:00:00Z" }, Ct);
        foreach (var (filter, names) in new[]
        {
            ("country=xb", "One"), ("active=true", "One"), ("active=false", "Two 100%"), ("sophistication=expert", "One"), ("motivation=ideology", "One"),
            ("search=100%25", "Two 100%"), ("search=%25", "Two 100%"), ("search=_", ""), ("", "One,Two 100%"), ("sort_by=name&sort_order=desc", "Two 100%,One"), ("skip=1", "Two 100%"),
        })
        {
            var list = await ThreatIntelFixture.GetAsync(client, "/api/v1/threat-intel/threat-actors?" + filter, Ct);
            Assert.Equal(names, string.Join(',', list.GetProperty("data").GetProperty("items").EnumerateArray().Select(actor => actor.GetProperty("name").GetString())));
        }

        foreach (var wrong in new[] { "active=perhaps", "limit=101", "limit=0", "skip=-1", "sort_by=secret", "search=" + new string('x', 201), "search=%00" })
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await client.GetAsync("/api/v1/threat-intel/threat-actors?" + wrong, Ct)).StatusCode);
        }
    }

    [Fact]
    public async Task Look_ups_answer_in_the_order_asked()
    {
        var client = service.ClientFor(Guid.NewGuid());
        await client.PostAsJsonAsync("/api/v2/threat-intel/indicators", new { pattern = "[domain-name:value = 'Evil.Example' OR file:hashes.MD5 = 'D41D8CD98F00B204E9800998ECF8427E']" }, Ct);
        var response = await client.PostAsJsonAsync("/api/v2/threat-intel/indicators/lookup", new { values = new[] { "nothing", "evil[.]example", "d41d8cd98f00b204e9800998ecf8427e", "evil[.]example" } }, Ct);
        var results = (await BodyOf(response)).GetProperty("results").EnumerateArray().ToList();
        Assert.Equal([0, 1, 1, 1], results.Select(result => result.GetProperty("matches").GetArrayLength()));
        Assert.Equal(["file-name", "domain-name", "md5", "domain-name"], results.Select(result => result.GetProperty("type").GetString()));
        var fromQuery = await client.PostAsync("/api/v1/threat-intel/indicators/lookup?values=nothing&values=evil[.]example", null, Ct);
        Assert.Equal([0, 1], (await BodyOf(fromQuery)).GetProperty("data").GetProperty("results").EnumerateArray().Select(result => result.GetProperty("matches").GetArrayLength()));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await client.PostAsync("/api/v1/threat-intel/indicators/lookup", null, Ct)).StatusCode);
        foreach (var values in new object[] { Array.Empty<string>(), Enumerable.Repeat("x", 1_001), new[] { "" }, new string?[] { null } })
        {
            var refused = await client.PostAsJsonAsync("/api/v2/threat-intel/indicators/lookup", new { values }, Ct);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        }
    }

    [Theory]
    [InlineData("objects/x")]
    [InlineData("objects/indicator--00000000-0000-4000-8000-000000000000")]
    [InlineData("objects/indicator--00000000-0000-4000-8000-000000000000/versions")]
    [InlineData("indicators/%0a")]
    [InlineData("threat-actors/campaign--00000000-0000-4000-8000-000000000000")]
    [InlineData("campaigns/..%2f..")]
    [InlineData("imports/00000000-0000-4000-8000-000000000000")]
    [InlineData("relationships/nothing")]
    public async Task Unknown_ids_are_404(string path) =>
        Assert.Equal(HttpStatusCode.NotFound, (await service.ClientFor(Guid.NewGuid()).GetAsync("/api/v2/threat-intel/" + path, Ct)).StatusCode);
}
