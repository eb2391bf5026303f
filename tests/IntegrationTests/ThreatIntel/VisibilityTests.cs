using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Storage;
using Stix;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>Who sees what: tenants and TLP levels.</summary>
[Collection(ThreatIntelCollection.Name)]
public sealed class VisibilityTests(ThreatIntelFixture service)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private static string Mark(Tlp level) => level == Tlp.Clear ? "" : $",\"object_marking_refs\":[\"{TlpMarking.IdOf(level)}\"]";

    private static string Object(string type, int number, Tlp level, string properties) =>
        $$"""{"type":"{{type}}","spec_version":"2.1","id":"{{IdOf(type, number)}}","created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z",{{properties}}{{Mark(level)}}}""";

    private static string IdOf(string type, int number) => $"{type}--00000000-0000-4000-8000-{number:000000000000}";

    /// <summary>An actor, a campaign and an indicator of every level, and a chain of relationships through the actors.</summary>
    private static byte[] AllLevels()
    {
        var objects = new List<string>();
        foreach (var level in Enum.GetValues<Tlp>())
        {
            var n = (int)level;
            objects.Add(Object("threat-actor", n, level, $"\"name\":\"actor{n}\""));
            objects.Add(Object("campaign", n, level, $"\"name\":\"campaign{n}\""));
            objects.Add(Object("indicator", n, level, $"\"name\":\"indicator{n}\",\"pattern\":\"[ipv4-addr:value = '198.51.100.{n}']\",\"pattern_type\":\"stix\",\"valid_from\":\"2026-01-01T00:00:00Z\""));
            if (n > 0)
            {
                objects.Add(Object("relationship", n, Tlp.Clear, $"\"relationship_type\":\"related-to\",\"source_ref\":\"{IdOf("threat-actor", n - 1)}\",\"target_ref\":\"{IdOf("threat-actor", n)}\""));
            }
        }

        return ThreatIntelFixture.BundleBytes([.. objects]);
    }

    [Fact]
    public async Task Each_clearance_sees_its_levels_and_no_trace_of_the_others()
    {
        var tenant = Guid.NewGuid();
        var import = await service.ImportAsync(tenant, AllLevels(), Ct);
        Assert.Equal(19, import.GetProperty("created").GetInt64());
        foreach (var clearance in Enum.GetValues<TlpLevel>())
        {
            var client = service.ClientFor(tenant, clearance);
            var levels = (int)clearance + 1;
            foreach (var kind in new[] { "threat-actors", "campaigns", "indicators" })
            {
                var list = await ThreatIntelFixture.GetAsync(client, $"/api/v1/threat-intel/{kind}", Ct);
                Assert.Equal(levels, list.GetProperty("data").GetProperty("total").GetInt32());
                Assert.Equal(levels, list.GetProperty("data").GetProperty("items").GetArrayLength());
            }

            var edges = await ThreatIntelFixture.GetAsync(client, "/api/v1/threat-intel/relationships", Ct);
            Assert.Equal(levels - 1, edges.GetProperty("data").GetProperty("total").GetInt32());
            var exported = await ThreatIntelFixture.GetAsync(client, "/api/v2/threat-intel/export", Ct);
            Assert.Equal((levels * 3) + levels - 1, exported.GetProperty("objects").GetArrayLength());
            var lookup = await client.PostAsJsonAsync("/api/v2/threat-intel/indicators/lookup", new { values = Enumerable.Range(0, 5).Select(n => $"198.51.100.{n}") }, Ct);
            var results = JsonElement.Parse(await lookup.Content.ReadAsStringAsync(Ct)).GetProperty("results").EnumerateArray();
            Assert.Equal(levels, results.Count(result => result.GetProperty("matches").GetArrayLength() == 1));
            var search = await client.PostAsync("/api/v2/threat-intel/indicators/search?search_query=198.51.100", null, Ct);
            Assert.Equal(levels, JsonElement.Parse(await search.Content.ReadAsStringAsync(Ct)).GetProperty("results").GetArrayLength());
            var searched = await ThreatIntelFixture.GetAsync(client, "/api/v1/threat-intel/indicators?search=INDICATOR", Ct);
            Assert.Equal(levels, searched.GetProperty("data").GetProperty("total").GetInt32());
            for (var n = 0; n < 5; n++)
            {
                var expected = n < levels ? HttpStatusCode.OK : HttpStatusCode.NotFound;
                foreach (var path in new[]
                {
                    "objects/" + IdOf("indicator", n), "indicators/" + IdOf("indicator", n), "threat-actors/" + IdOf("threat-actor", n),
                    "campaigns/" + IdOf("campaign", n), $"objects/{IdOf("campaign", n)}/versions",
                })
                {
                    Assert.Equal(expected, (await client.GetAsync("/api/v2/threat-intel/" + path, Ct)).StatusCode);
                }
            }

            if (levels < 5)
            {
                Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/api/v2/threat-intel/objects/" + IdOf("relationship", levels), Ct)).StatusCode);
                Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/api/v2/threat-intel/relationships/" + IdOf("relationship", levels), Ct)).StatusCode);
            }
        }
    }

    [Fact]
    public async Task Writing_what_is_hidden_answers_as_for_something_new()
    {
        var tenant = Guid.NewGuid();
        var secret = ThreatIntelFixture.BundleBytes(Object("threat-actor", 1, Tlp.Red, "\"name\":\"secret\"").Replace("\"modified\":\"2026-01", "\"modified\":\"2026-05", StringComparison.Ordinal));
        var open = ThreatIntelFixture.BundleBytes(Object("threat-actor", 1, Tlp.Green, "\"name\":\"open\""));
        await service.ImportAsync(tenant, secret, Ct);

        var import = await service.ImportAsync(tenant, open, Ct, TlpLevel.Green);
        Assert.Equal((1, 0, 0), (import.GetProperty("created").GetInt32(), import.GetProperty("updated").GetInt32(), import.GetProperty("failed").GetInt32()));
        async Task<string?> NameFor(TlpLevel level) =>
            (await ThreatIntelFixture.GetAsync(service.ClientFor(tenant, level), "/api/v2/threat-intel/objects/" + IdOf("threat-actor", 1), Ct)).GetProperty("name").GetString();
        Assert.Equal("open", await NameFor(TlpLevel.Green));
        Assert.Equal("open", await NameFor(TlpLevel.AmberStrict));
        Assert.Equal("secret", await NameFor(TlpLevel.Red));
        var list = await ThreatIntelFixture.GetAsync(service.ClientFor(tenant), "/api/v1/threat-intel/threat-actors", Ct);
        Assert.Equal(1, list.GetProperty("data").GetProperty("total").GetInt32());

        import = await service.ImportAsync(tenant, secret, Ct, TlpLevel.Green);
        Assert.Equal(1, import.GetProperty("failed").GetInt32());
        Assert.Equal("$.objects[0].object_marking_refs", import.GetProperty("errors")[0].GetProperty("path").GetString());
    }

    /// <summary>A relationship to something hidden and one to nothing at all are told apart by no answer.</summary>
    [Fact]
    public async Task A_relationship_of_ones_own_does_not_tell_whether_its_end_exists()
    {
        var (tenant, green) = (Guid.Empty, service.ClientFor(Guid.Empty));
        var answers = new List<string>();
        foreach (var end in new[] { 2, 3 })
        {
            // 2 is hidden, 3 was never stored.
            tenant = Guid.NewGuid();
            green = service.ClientFor(tenant, TlpLevel.Green);
            await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(Object("threat-actor", 1, Tlp.Clear, "\"name\":\"open\""), Object("threat-actor", 2, Tlp.Red, "\"name\":\"secret\"")), Ct);
            var body = Object("relationship", end, Tlp.Clear, $"\"relationship_type\":\"related-to\",\"source_ref\":\"{IdOf("threat-actor", 1)}\",\"target_ref\":\"{IdOf("threat-actor", end)}\"");
            var told = new StringBuilder();
            var import = await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(body), Ct, TlpLevel.Green);
            told.Append(import.GetProperty("created").GetInt32()).Append(import.GetProperty("failed").GetInt32());
            var id = IdOf("relationship", end);
            foreach (var path in new[]
            {
                "threat-intel/relationships", "threat-intel/relationships?ref=" + IdOf("threat-actor", end), "threat-intel/relationships/" + id, "threat-intel/objects/" + id,
                $"threat-intel/objects/{id}/versions", "threat-intel/export?types=relationship", "analytics/overview", "analytics/actors/top", "analytics/geo",
            })
            {
                var response = await green.GetAsync("/api/v2/" + path, Ct);
                var text = await response.Content.ReadAsStringAsync(Ct);
                told.Append(path).Append((int)response.StatusCode).Append(response.IsSuccessStatusCode ? System.Text.RegularExpressions.Regex.Replace(text, "bundle--[0-9a-f-]+|\"(as_of|generated_at|timestamp)\":\"[^\"]+\"", "") : "");
            }

            foreach (var path in new[] { "objects/", "manifest/", $"objects/{id}/", $"objects/{id}/versions/", "objects/?match[type]=relationship" })
            {
                var response = await TaxiiCalls.SendAsync(green, HttpMethod.Get, $"/taxii2/{tenant}/collections/all/{path}");
                var text = await response.Content.ReadAsStringAsync(Ct);
                told.Append(path).Append((int)response.StatusCode).Append(text.Contains(id, StringComparison.Ordinal));
            }

            var sent = await green.PostAsync("/api/v2/threat-intel/relationships", new StringContent(body, Encoding.UTF8, "application/json"), Ct);
            told.Append((int)sent.StatusCode);
            var changed = await green.PatchAsync("/api/v2/threat-intel/relationships/" + id, new StringContent("""{"description":"x"}""", Encoding.UTF8, "application/json"), Ct);
            told.Append((int)changed.StatusCode);
            answers.Add(told.ToString().Replace(IdOf("threat-actor", end), "END", StringComparison.Ordinal).Replace(id, "ID", StringComparison.Ordinal));
            Assert.DoesNotContain("\"ID\"", answers[^1], StringComparison.Ordinal);
        }

        Assert.Equal(answers[0], answers[1]);

        // Once the end is there for everybody, so is the relationship.
        await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(Object("threat-actor", 3, Tlp.Green, "\"name\":\"third\"")), Ct);
        Assert.Equal(HttpStatusCode.OK, (await green.GetAsync("/api/v2/threat-intel/relationships/" + IdOf("relationship", 3), Ct)).StatusCode);
    }

    [Fact]
    public async Task An_object_that_is_marked_higher_disappears_for_the_lower()
    {
        var tenant = Guid.NewGuid();
        await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(Object("indicator", 7, Tlp.Green, "\"pattern\":\"[url:value='http://a.example/']\",\"pattern_type\":\"stix\"")), Ct);
        var green = service.ClientFor(tenant, TlpLevel.Green);
        var path = "/api/v2/threat-intel/indicators/" + IdOf("indicator", 7);
        Assert.Equal(HttpStatusCode.OK, (await green.GetAsync(path, Ct)).StatusCode);
        var raised = Object("indicator", 7, Tlp.Red, "\"pattern\":\"[url:value='http://a.example/']\",\"pattern_type\":\"stix\"").Replace("\"modified\":\"2026-01", "\"modified\":\"2026-02", StringComparison.Ordinal);
        var import = await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(raised), Ct);
        Assert.Equal(1, import.GetProperty("updated").GetInt32());
        Assert.Equal(HttpStatusCode.NotFound, (await green.GetAsync(path, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await service.ClientFor(tenant).GetAsync(path, Ct)).StatusCode);
        var lookup = await green.PostAsJsonAsync("/api/v2/threat-intel/indicators/lookup", new { values = new[] { "hxxp://a[.]example" } }, Ct);
        Assert.Contains("\"matches\":[]", await lookup.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_tenant_sees_nothing_by_any_endpoint()
    {
        var (a, b) = (Guid.NewGuid(), Guid.NewGuid());
        var import = await service.ImportAsync(a, AllLevels(), Ct);
        var other = service.ClientFor(b);
        foreach (var kind in new[] { "threat-actors", "campaigns", "indicators", "relationships", "imports" })
        {
            Assert.Equal(0, (await ThreatIntelFixture.GetAsync(other, $"/api/v1/threat-intel/{kind}", Ct)).GetProperty("data").GetProperty("total").GetInt32());
        }

        var importId = import.GetProperty("id").GetString();
        foreach (var path in new[]
        {
            "objects/" + IdOf("indicator", 0), $"objects/{IdOf("indicator", 0)}/versions", "indicators/" + IdOf("indicator", 0), "campaigns/" + IdOf("campaign", 0),
            "threat-actors/" + IdOf("threat-actor", 0), "relationships/" + IdOf("relationship", 1), "imports/" + importId, $"imports/{importId}/events",
        })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync("/api/v2/threat-intel/" + path, Ct)).StatusCode);
        }

        Assert.Equal(0, (await ThreatIntelFixture.GetAsync(other, "/api/v2/threat-intel/export", Ct)).GetProperty("objects").GetArrayLength());
        await other.DeleteAsync("/api/v2/threat-intel/indicators/" + IdOf("indicator", 0), Ct);
        await other.DeleteAsync("/api/v2/threat-intel/imports/" + importId, Ct);
        Assert.Equal(HttpStatusCode.OK, (await service.ClientFor(a).GetAsync("/api/v2/threat-intel/indicators/" + IdOf("indicator", 0), Ct)).StatusCode);

        // The same ids in the other tenant are objects of their own.
        Assert.Equal(19, (await service.ImportAsync(b, AllLevels(), Ct)).GetProperty("created").GetInt32());
    }

    [Fact]
    public async Task Row_level_security_alone_keeps_tenants_apart()
    {
        var (a, b) = (Guid.NewGuid(), Guid.NewGuid());
        await service.ImportAsync(a, AllLevels(), Ct);
        await using var scope = service.Host.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallContext>().Enter(Caller.ForService(b, "test"));
        var db = scope.ServiceProvider.GetRequiredService<ThreatIntelDb>();
        Assert.Empty(await db.Objects.ToListAsync(Ct));
        Assert.Empty(await db.ObjectVersions.ToListAsync(Ct));
        Assert.Empty(await db.Relationships.ToListAsync(Ct));
        Assert.Empty(await db.ThreatActors.ToListAsync(Ct));
        Assert.Empty(await db.Campaigns.ToListAsync(Ct));
        Assert.Empty(await db.Indicators.ToListAsync(Ct));
        Assert.Empty(await db.IndicatorValues.ToListAsync(Ct));
        Assert.Empty(await db.Imports.ToListAsync(Ct));
        Assert.Empty(await db.Feeds.ToListAsync(Ct));
        Assert.Empty(await db.FeedRuns.ToListAsync(Ct));
        Assert.Empty(await db.FindIndicators("text", "%", null, 4, 100).ToListAsync(Ct));

        var source = scope.ServiceProvider.GetRequiredService<NpgsqlDataSource>();
        await using var session = await TenantSession.OpenAsync(source, b, Ct);
        await using var steal = session.Command($"UPDATE objects SET tenant_id = '{b}' WHERE tenant_id = '{a}'");
        Assert.Equal(0, await steal.ExecuteNonQueryAsync(Ct));
        await using var plant = session.Command($"INSERT INTO import_errors (tenant_id, import_id, index, path, message) VALUES ('{a}', '{a}', 0, '', '')");
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => plant.ExecuteNonQueryAsync(Ct))).SqlState);
        await using var bare = source.CreateCommand("SELECT count(*) FROM objects");
        Assert.Equal(0L, await bare.ExecuteScalarAsync(Ct));
    }

    [Theory]
    [InlineData("GET", "threat-actors", "write:threat_intel", 403)]
    [InlineData("GET", "export", "", 403)]
    [InlineData("POST", "import", "read:all", 403)]
    [InlineData("POST", "indicators", "read:threat_intel", 403)]
    [InlineData("DELETE", "indicators/x", "write:threat_intel", 403)]
    public async Task Permissions_are_asked_for(string method, string path, string permissions, int status)
    {
        var client = service.ClientFor(Guid.NewGuid(), permissions: permissions);
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/v2/threat-intel/" + path);
        if (method == "POST")
        {
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        }

        Assert.Equal(status, (int)(await client.SendAsync(request, Ct)).StatusCode);
        using var anonymous = service.Host.CreateClient();
        Assert.Equal(HttpStatusCode.Unauthorized, (await anonymous.GetAsync("/api/v2/threat-intel/threat-actors", Ct)).StatusCode);
    }
}
