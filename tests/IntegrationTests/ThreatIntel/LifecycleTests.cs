using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Platform.Contracts;
using Platform.TestSupport;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>The life of an indicator: sightings, revocation, expiry, warning lists.</summary>
[Collection(ThreatIntelCollection.Name)]
public sealed class LifecycleTests(ThreatIntelFixture service)
{
    private const string Root = "/api/v2/threat-intel/indicators";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object? body, HttpStatusCode status = HttpStatusCode.Created)
    {
        var response = body is null ? await client.PostAsync(path, null, Ct) : await client.PostAsJsonAsync(path, body, Ct);
        Assert.Equal(status, response.StatusCode);
        return JsonElement.Parse(await response.Content.ReadAsStringAsync(Ct));
    }

    [Fact]
    public async Task A_sighting_restores_what_time_has_taken()
    {
        var client = service.ClientFor(Guid.NewGuid());
        var old = DateTimeOffset.UtcNow.AddDays(-60);
        var created = await PostAsync(client, Root, new { value = "198.51.100.7", confidence = 80, valid_from = old });
        var path = $"{Root}/{created.GetProperty("id").GetString()}";
        Assert.Equal(80, created.GetProperty("confidence").GetInt32());
        Assert.Equal(20, created.GetProperty("effective_confidence").GetInt32());

        await PostAsync(client, path + "/sightings", new { count = 3, last_seen = DateTimeOffset.UtcNow.AddDays(-30) });
        Assert.Equal(40, (await ThreatIntelFixture.GetAsync(client, path, Ct)).GetProperty("effective_confidence").GetInt32());
        await PostAsync(client, path + "/sightings", null);
        var seen = await ThreatIntelFixture.GetAsync(client, path, Ct);
        Assert.Equal(80, seen.GetProperty("effective_confidence").GetInt32());
        Assert.True(seen.TryGetProperty("last_sighted", out _));
        Assert.Equal(80, (await ThreatIntelFixture.GetAsync(client, Root, Ct)).GetProperty("items")[0].GetProperty("effective_confidence").GetInt32());
        var history = await ThreatIntelFixture.GetAsync(client, path + "/history", Ct);
        Assert.Equal(["created", "sighted", "sighted"], history.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("kind").GetString()).Order(StringComparer.Ordinal));
        foreach (var wrong in new object[] { new { count = 0 }, new { last_seen = DateTimeOffset.UtcNow.AddDays(1) }, new { where_sighted_ref = "x" } })
        {
            await PostAsync(client, path + "/sightings", wrong, HttpStatusCode.UnprocessableEntity);
        }
    }

    [Fact]
    public async Task A_sighting_that_is_hidden_restores_nothing()
    {
        var tenant = Guid.NewGuid();
        var (red, green) = (service.ClientFor(tenant), service.ClientFor(tenant, TlpLevel.Green));
        var created = await PostAsync(red, Root, new { value = "198.51.100.7", confidence = 80, valid_from = DateTimeOffset.UtcNow.AddDays(-60) });
        var path = $"{Root}/{created.GetProperty("id").GetString()}";
        await PostAsync(red, path + "/sightings", new { tlp = "red" });
        Assert.Equal(80, (await ThreatIntelFixture.GetAsync(red, path, Ct)).GetProperty("effective_confidence").GetInt32());
        var below = await ThreatIntelFixture.GetAsync(green, path, Ct);
        Assert.Equal(20, below.GetProperty("effective_confidence").GetInt32());
        Assert.False(below.TryGetProperty("last_sighted", out _));
        Assert.Equal(1, (await ThreatIntelFixture.GetAsync(green, path + "/history", Ct)).GetProperty("entries").GetArrayLength());
        Assert.Equal(0, (await ThreatIntelFixture.GetAsync(green, "/api/v2/threat-intel/sightings?sighting_of_ref=" + created.GetProperty("id").GetString(), Ct)).GetProperty("items").GetArrayLength());

        var secret = await PostAsync(red, Root, new { value = "198.51.100.8", tlp = "red" });
        foreach (var action in new[] { "/sightings", "/revoke" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await green.PostAsync($"{Root}/{secret.GetProperty("id").GetString()}{action}", null, Ct)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await green.GetAsync($"{Root}/{secret.GetProperty("id").GetString()}/history", Ct)).StatusCode);
    }

    [Fact]
    public async Task A_revoked_indicator_stays_and_marks_nothing()
    {
        var client = service.ClientFor(Guid.NewGuid());
        var id = (await PostAsync(client, Root, new { value = "revoked.example" })).GetProperty("id").GetString();
        var revoked = await PostAsync(client, $"{Root}/{id}/revoke", new { reason = "false alarm" }, HttpStatusCode.OK);
        Assert.True(revoked.GetProperty("revoked").GetBoolean());
        Assert.Equal(0, revoked.GetProperty("effective_confidence").GetInt32());
        await PostAsync(client, $"{Root}/{id}/revoke", null, HttpStatusCode.OK);
        var found = await PostAsync(client, Root + "/lookup", new { values = new[] { "revoked.example" } }, HttpStatusCode.OK);
        Assert.Equal(0, found.GetProperty("results")[0].GetProperty("matches").GetArrayLength());
        var stix = await ThreatIntelFixture.GetAsync(client, "/api/v2/threat-intel/objects/" + id, Ct);
        Assert.True(stix.GetProperty("revoked").GetBoolean());
        Assert.Equal("false alarm", stix.GetProperty("x_revoked_reason").GetString());
        var history = await ThreatIntelFixture.GetAsync(client, $"{Root}/{id}/history", Ct);
        Assert.Equal(["created", "revoked"], history.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("kind").GetString()));
        Assert.Equal(2, (await ThreatIntelFixture.GetAsync(client, $"/api/v2/threat-intel/objects/{id}/versions", Ct)).GetProperty("versions").GetArrayLength());
    }

    [Fact]
    public async Task Expiry_is_announced_once_and_old_news_never()
    {
        var tenant = Guid.NewGuid();
        var client = service.ClientFor(tenant);
        var until = DateTimeOffset.UtcNow.AddSeconds(2);
        var id = (await PostAsync(client, Root, new { value = "soon.example", valid_until = until })).GetProperty("id").GetString()!;
        var old = (await PostAsync(client, Root, new { value = "old.example", valid_from = "2020-01-01T00:00:00Z", valid_until = "2021-01-01T00:00:00Z" })).GetProperty("id").GetString()!;
        await Eventually.TrueAsync(() => Task.FromResult(service.Heard.Expired.ContainsKey((tenant, id))), TimeSpan.FromSeconds(30), Ct, "The expiry");
        Assert.Equal(1, service.Heard.Expired[(tenant, id)]);
        Assert.False(service.Heard.Expired.ContainsKey((tenant, old)));
        Assert.Equal(0, await service.CountAsync($"SELECT count(*) FROM indicators WHERE tenant_id = '{tenant}' AND expiry_due IS NOT NULL", Ct));
        Assert.Equal(0, (await ThreatIntelFixture.GetAsync(client, $"{Root}/{id}", Ct)).GetProperty("effective_confidence").GetInt32());
    }

    [Theory]
    [InlineData("10.1.2.3")]
    [InlineData("127.0.0.1")]
    [InlineData("192.168.0.0/16")]
    [InlineData("fe80::1")]
    public async Task An_indicator_for_a_reserved_address_is_refused(string value)
    {
        var answer = await PostAsync(service.ClientFor(Guid.NewGuid()), Root, new { value }, HttpStatusCode.UnprocessableEntity);
        Assert.True(answer.GetProperty("errors").TryGetProperty("value", out _));
    }

    [Fact]
    public async Task What_comes_in_from_elsewhere_is_kept_and_counts_little()
    {
        var tenant = Guid.NewGuid();
        var now = Stix.StixTimestamp.Format(DateTimeOffset.UtcNow);
        await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(
            $$"""{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-000000000001","created":"{{now}}","modified":"{{now}}","pattern":"[ipv4-addr:value = '10.0.0.1']","pattern_type":"stix","valid_from":"{{now}}","confidence":80}""",
            $$"""{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-000000000002","created":"{{now}}","modified":"{{now}}","pattern":"[domain-name:value = 'www.google.com']","pattern_type":"stix","valid_from":"{{now}}","confidence":80}"""), Ct);
        var client = service.ClientFor(tenant);
        foreach (var (number, warning) in new[] { (1, "reserved-addresses"), (2, "top-domains") })
        {
            var indicator = await ThreatIntelFixture.GetAsync(client, $"{Root}/indicator--00000000-0000-4000-8000-00000000000{number}", Ct);
            Assert.Equal(warning, indicator.GetProperty("warning").GetString());
            Assert.Equal((80, 20), (indicator.GetProperty("confidence").GetInt32(), indicator.GetProperty("effective_confidence").GetInt32()));
        }
    }
}
