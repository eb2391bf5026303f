using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Platform.Contracts;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>Assets, incidents, and what observed events lead to.</summary>
[Collection(ThreatIntelCollection.Name)]
public sealed class InfrastructureTests(ThreatIntelFixture service)
{
    private const string Root = "/api/v2/infrastructure/";
    private const string Everything = ThreatIntelFixture.Everything + " read:infrastructure write:infrastructure read:incidents write:incidents";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private HttpClient ClientFor(Guid tenant, TlpLevel clearance = TlpLevel.Red, string permissions = Everything) => service.ClientFor(tenant, clearance, permissions);

    private static async Task<JsonElement> SendAsync(HttpClient client, HttpMethod method, string path, object? body, HttpStatusCode status, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, path.StartsWith('/') ? path : Root + path) { Content = body is null ? null : JsonContent.Create(body) };
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        var response = await client.SendAsync(request, Ct);
        var text = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode} {text}");
        return text.Length == 0 ? default : JsonElement.Parse(text);
    }

    private static Task<JsonElement> GetAsync(HttpClient client, string path) => SendAsync(client, HttpMethod.Get, path, null, HttpStatusCode.OK);

    private static string[] Names(JsonElement list) => [.. list.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("name").GetString()!)];

    [Fact]
    public async Task An_asset_is_created_found_by_range_changed_and_deleted()
    {
        var tenant = Guid.NewGuid();
        var client = ClientFor(tenant);
        var created = await SendAsync(client, HttpMethod.Post, "assets", new { name = "Web", addresses = new[] { "10.1.2.3", "2001:DB8::1" }, hostnames = new[] { "Web.Example" }, criticality = "high", exposure = "internet", owner = "ops", tags = new[] { "dmz" } }, HttpStatusCode.Created);
        await SendAsync(client, HttpMethod.Post, "assets", new { name = "Net", kind = "network", addresses = new[] { "10.2.0.0/16" } }, HttpStatusCode.Created);
        Assert.Equal(["10.1.2.3", "2001:db8::1"], created.GetProperty("addresses").EnumerateArray().Select(a => a.GetString()));
        Assert.Equal("web.example", created.GetProperty("hostnames")[0].GetString());
        foreach (var (filter, names) in new[]
        {
            ("", "Net,Web"), ("?cidr=10.0.0.0/8", "Net,Web"), ("?cidr=10.1.2.3", "Web"), ("?cidr=10.2.0.0/15", "Net"), ("?cidr=2001:db8::/32", "Web"), ("?cidr=192.0.2.0/24", ""),
            ("?owner=ops", "Web"), ("?criticality=high", "Web"), ("?exposure=internal", "Net"), ("?tag=dmz", "Web"), ("?search=WE", "Web"), ("?cidr=10.0.0.0/8&criticality=medium", "Net"),
        })
        {
            Assert.Equal(names, string.Join(',', Names(await GetAsync(client, "assets" + filter))));
        }

        foreach (var wrong in new[] { "?cidr=x", "?cidr=10.0.0.0/33", "?criticality=x", "?limit=101" })
        {
            await SendAsync(client, HttpMethod.Get, "assets" + wrong, null, HttpStatusCode.UnprocessableEntity);
        }

        var path = "assets/" + created.GetProperty("id").GetString();
        var patched = await SendAsync(client, HttpMethod.Patch, path, new { owner = "sec" }, HttpStatusCode.OK, "W/\"1\"");
        Assert.Equal(("sec", "Web"), (patched.GetProperty("owner").GetString(), patched.GetProperty("name").GetString()));
        await SendAsync(client, HttpMethod.Patch, path, new { owner = "lost" }, HttpStatusCode.PreconditionFailed, "W/\"1\"");
        var replaced = await SendAsync(client, HttpMethod.Put, path, new { name = "Web 2" }, HttpStatusCode.OK);
        Assert.False(replaced.TryGetProperty("owner", out _));
        await SendAsync(ClientFor(Guid.NewGuid()), HttpMethod.Get, path, null, HttpStatusCode.NotFound);
        await SendAsync(ClientFor(tenant, permissions: "read:infrastructure"), HttpMethod.Delete, path, null, HttpStatusCode.Forbidden);
        await SendAsync(client, HttpMethod.Delete, path, null, HttpStatusCode.NoContent);
        await SendAsync(client, HttpMethod.Delete, path, null, HttpStatusCode.NoContent);
        await SendAsync(client, HttpMethod.Get, path, null, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Assets_come_in_many_at_once_and_bad_ones_are_told()
    {
        var client = ClientFor(Guid.NewGuid());
        var result = await SendAsync(client, HttpMethod.Post, "assets/bulk", new object[] { new { name = "A" }, new { name = "", addresses = new[] { "x" } }, new { name = "B", criticality = "huge" }, new { name = "C" } }, HttpStatusCode.OK);
        Assert.Equal((2, 2), (result.GetProperty("created").GetInt32(), result.GetProperty("failed").GetInt32()));
        Assert.True(result.GetProperty("results")[1].GetProperty("errors").TryGetProperty("addresses", out _));
        Assert.True(result.GetProperty("results")[2].GetProperty("errors").TryGetProperty("criticality", out _));
        Assert.Equal(["A", "C"], Names(await GetAsync(client, "assets")));
    }

    [Fact]
    public async Task Exposure_names_what_touches_an_asset_up_to_the_clearance()
    {
        var tenant = Guid.NewGuid();
        var client = ClientFor(tenant);
        async Task<string> Create(string path, object body) => (await SendAsync(client, HttpMethod.Post, "/api/v2/threat-intel/" + path, body, HttpStatusCode.Created)).GetProperty("id").GetString()!;
        var indicator = await Create("indicators", new { value = "198.51.100.20" });
        await Create("indicators", new { value = "198.51.100.20", name = "secret", tlp = "red" });
        var campaign = await Create("campaigns", new { name = "Campaign" });
        await Create("relationships", new { relationship_type = "indicates", source_ref = indicator, target_ref = campaign });
        var cve = await Create("vulnerabilities", new { name = "CVE-2026-1111" });
        var malware = await Create("malware", new { name = "Worm", is_family = true, tlp = "amber" });
        await Create("relationships", new { relationship_type = "exploits", source_ref = malware, target_ref = cve });
        var asset = await SendAsync(client, HttpMethod.Post, "assets", new { name = "Web", addresses = new[] { "198.51.100.20" }, vulnerabilities = new[] { "cve-2026-1111" } }, HttpStatusCode.Created);
        var path = $"assets/{asset.GetProperty("id").GetString()}/exposure";
        var red = await GetAsync(client, path);
        Assert.Equal([2, 1, 1, 1], new[] { "indicators", "vulnerabilities", "campaigns", "attackers" }.Select(name => red.GetProperty(name).GetArrayLength()));
        var green = await GetAsync(ClientFor(tenant, TlpLevel.Green), path);
        Assert.Equal([1, 1, 1, 0], new[] { "indicators", "vulnerabilities", "campaigns", "attackers" }.Select(name => green.GetProperty(name).GetArrayLength()));
        Assert.Equal(indicator, green.GetProperty("indicators")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task An_incident_goes_its_way_and_its_timeline_tells_it()
    {
        var client = ClientFor(Guid.NewGuid());
        var incident = await SendAsync(client, HttpMethod.Post, "incidents", new { title = "Break-in", severity = "high" }, HttpStatusCode.Created);
        var path = "incidents/" + incident.GetProperty("id").GetString();
        Assert.Equal("open", incident.GetProperty("status").GetString());
        await SendAsync(client, HttpMethod.Patch, path, new { status = "contained" }, HttpStatusCode.Conflict);
        foreach (var status in new[] { "triaged", "contained", "resolved" })
        {
            var changed = await SendAsync(client, HttpMethod.Patch, path, new { status }, HttpStatusCode.OK);
            Assert.True(changed.TryGetProperty(status + "_at", out _));
        }

        await SendAsync(client, HttpMethod.Patch, path, new { status = "open" }, HttpStatusCode.Conflict);
        await SendAsync(client, HttpMethod.Post, path + "/timeline", new { message = "done" }, HttpStatusCode.Created);
        var timeline = await GetAsync(client, path + "/timeline");
        Assert.Equal(["comment", "status", "status", "status", "opened"], timeline.GetProperty("items").EnumerateArray().Select(entry => entry.GetProperty("kind").GetString()));
        var today = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        foreach (var (filter, count) in new[] { ("", 5), ($"?start_date={today}&end_date={today}", 5), ("?start_date=2099-01-01", 0), ("?end_date=2020-01-01", 0), ("?severity=high", 5), ("?severity=low", 0) })
        {
            var logs = await GetAsync(client, "/api/v1/infrastructure/incidents/logs" + filter);
            Assert.Equal(count, logs.GetProperty("data").GetProperty("total").GetInt32());
        }

        await SendAsync(client, HttpMethod.Get, "incidents/logs?start_date=2026-02-01&end_date=2026-01-01", null, HttpStatusCode.UnprocessableEntity);
        await SendAsync(client, HttpMethod.Delete, path, null, HttpStatusCode.NoContent);
        await SendAsync(client, HttpMethod.Get, path + "/timeline", null, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_incident_above_the_clearance_does_not_exist()
    {
        var tenant = Guid.NewGuid();
        var (red, green) = (ClientFor(tenant), ClientFor(tenant, TlpLevel.Green));
        var hidden = (await SendAsync(red, HttpMethod.Post, "/api/v2/threat-intel/campaigns", new { name = "secret", tlp = "red" }, HttpStatusCode.Created)).GetProperty("id").GetString()!;
        var secret = await SendAsync(red, HttpMethod.Post, "incidents", new { title = "secret", tlp = "red" }, HttpStatusCode.Created);
        var open = await SendAsync(red, HttpMethod.Post, "incidents", new { title = "open", object_refs = new[] { hidden } }, HttpStatusCode.Created);
        var path = "incidents/" + secret.GetProperty("id").GetString();
        foreach (var (method, suffix, body) in new (HttpMethod, string, object?)[] { (HttpMethod.Get, "", null), (HttpMethod.Patch, "", new { title = "x" }), (HttpMethod.Get, "/timeline", null), (HttpMethod.Post, "/timeline", new { message = "x" }) })
        {
            await SendAsync(green, method, path + suffix, body, HttpStatusCode.NotFound);
        }

        Assert.Equal(1, (await GetAsync(green, "incidents?count=true")).GetProperty("total").GetInt32());
        Assert.Single((await GetAsync(green, "incidents/logs")).GetProperty("items").EnumerateArray());
        var seen = await GetAsync(green, "incidents/" + open.GetProperty("id").GetString());
        Assert.Equal(0, seen.GetProperty("object_refs").GetArrayLength());
        Assert.Equal(0, (await GetAsync(green, "incidents?object_ref=" + hidden)).GetProperty("items").GetArrayLength());
        Assert.Equal(1, (await GetAsync(red, "incidents?object_ref=" + hidden)).GetProperty("items").GetArrayLength());

        // What they do not see they do not lose either.
        await SendAsync(green, HttpMethod.Patch, "incidents/" + open.GetProperty("id").GetString(), new { title = "changed", object_refs = Array.Empty<string>() }, HttpStatusCode.OK);
        Assert.Equal(1, (await GetAsync(red, "incidents/" + open.GetProperty("id").GetString())).GetProperty("object_refs").GetArrayLength());
        await SendAsync(green, HttpMethod.Post, "incidents", new { title = "x", tlp = "amber" }, HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Events_become_sightings_and_grave_ones_incidents()
    {
        var tenant = Guid.NewGuid();
        var (red, green) = (ClientFor(tenant), ClientFor(tenant, TlpLevel.Green));
        async Task Create(object body) => await SendAsync(red, HttpMethod.Post, "/api/v2/threat-intel/indicators", body, HttpStatusCode.Created);
        await Create(new { value = "evil.example", severity = "high" });
        await Create(new { value = "203.0.113.50", severity = "low" });
        await Create(new { value = "203.0.113.51", severity = "critical", tlp = "red" });
        await Create(new { value = "203.0.113.52", valid_from = "2020-01-01T00:00:00Z", valid_until = "2021-01-01T00:00:00Z", severity = "high" });
        var events = new object[]
        {
            new { value = "hxxp://nothing[.]example/" }, new { value = "EVIL[.]example" }, new { value = "evil.example" }, new { values = new[] { "192.0.2.1", "203.0.113.50" } },
            new { value = "203.0.113.51" }, new { value = "203.0.113.52" }, new { value = "" },
        };
        var answer = await SendAsync(green, HttpMethod.Post, "events", events, HttpStatusCode.OK);
        Assert.Equal((7, 3, 2, 1, 1), (
            answer.GetProperty("received").GetInt32(), answer.GetProperty("matched").GetInt32(), answer.GetProperty("sightings").GetInt32(),
            answer.GetProperty("incidents").GetInt32(), answer.GetProperty("failed").GetInt32()));
        Assert.Equal([1, 2, 3], answer.GetProperty("matches").EnumerateArray().Select(match => match.GetProperty("index").GetInt32()).Order());

        Assert.Equal(2, (await GetAsync(green, "/api/v2/threat-intel/sightings?count=true")).GetProperty("total").GetInt32());
        Assert.Equal(3, (await GetAsync(red, "/api/v2/threat-intel/sightings?count=true")).GetProperty("total").GetInt32());
        Assert.Equal(1, (await GetAsync(green, "incidents?count=true")).GetProperty("total").GetInt32());
        Assert.Equal(2, (await GetAsync(red, "incidents?count=true")).GetProperty("total").GetInt32());

        // Seen again while the incident is open: another sighting, another entry, no other incident.
        await SendAsync(green, HttpMethod.Post, "events", new[] { new { value = "evil.example" } }, HttpStatusCode.OK);
        var incident = Assert.Single((await GetAsync(green, "incidents")).GetProperty("items").EnumerateArray());
        Assert.Equal("Seen: evil.example", incident.GetProperty("title").GetString());
        Assert.Equal(2, (await GetAsync(green, $"incidents/{incident.GetProperty("id").GetString()}/timeline")).GetProperty("items").GetArrayLength());
        Assert.Equal(3, (await GetAsync(green, "/api/v2/threat-intel/sightings?count=true")).GetProperty("total").GetInt32());
        await SendAsync(ClientFor(tenant, permissions: "read:infrastructure"), HttpMethod.Post, "events", events, HttpStatusCode.Forbidden);
        Assert.Equal(0, (await SendAsync(ClientFor(Guid.NewGuid()), HttpMethod.Post, "events", events, HttpStatusCode.OK)).GetProperty("matched").GetInt32());
    }

    [Fact]
    public async Task Ten_thousand_events_are_matched_at_once()
    {
        var client = ClientFor(Guid.NewGuid());
        await SendAsync(client, HttpMethod.Post, "/api/v2/threat-intel/indicators", new { value = "host9999.example" }, HttpStatusCode.Created);
        var answer = await SendAsync(client, HttpMethod.Post, "events", Enumerable.Range(0, 10_000).Select(i => new { value = $"host{i}.example" }), HttpStatusCode.OK);
        Assert.Equal(9_999, Assert.Single(answer.GetProperty("matches").EnumerateArray()).GetProperty("index").GetInt32());
        await SendAsync(client, HttpMethod.Post, "events", Enumerable.Range(0, 10_001).Select(i => new { value = "x" }), HttpStatusCode.UnprocessableEntity);
    }
}
