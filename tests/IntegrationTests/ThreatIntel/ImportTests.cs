using System.Net;
using System.Text;
using System.Text.Json;
using Platform.TestSupport;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>Imports that go wrong, stop and go on.</summary>
[Collection(ThreatIntelCollection.Name)]
public sealed class ImportTests(ThreatIntelFixture service)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private static string Tool(int number, string extra = "") =>
        $$"""{"type":"tool","spec_version":"2.1","id":"tool--00000000-0000-4000-8000-{{number:000000000000}}","created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z","name":"tool {{number}}"{{extra}}}""";

    [Theory]
    [InlineData("", 400)]
    [InlineData("not json", 400)]
    [InlineData("[]", 400)]
    [InlineData("""{"type":"indicator"}""", 400)]
    [InlineData("""{"type":"bundle","objects":5}""", 400)]
    [InlineData("""{"type":"bundle","objects":[{"type":}]}""", 400)]
    public async Task What_is_no_bundle_is_400_at_once(string body, int status)
    {
        var client = service.ClientFor(Guid.NewGuid());
        var response = await client.PostAsync("/api/v1/threat-intel/import", ThreatIntelFixture.Json(Encoding.UTF8.GetBytes(body)), Ct);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("MALFORMED_REQUEST", JsonElement.Parse(await response.Content.ReadAsStringAsync(Ct)).GetProperty("error").GetProperty("code").GetString());
        var imports = await ThreatIntelFixture.GetAsync(client, "/api/v1/threat-intel/imports", Ct);
        Assert.Equal(0, imports.GetProperty("data").GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Other_formats_are_415_and_say_what_is_taken()
    {
        var response = await service.ClientFor(Guid.NewGuid()).PostAsync("/api/v2/threat-intel/import", new StringContent("%PDF", Encoding.UTF8, "application/pdf"), Ct);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Contains("STIX 2.0 or 2.1 bundle", await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faulty_objects_are_reported_and_the_rest_goes_in()
    {
        var tenant = Guid.NewGuid();
        var deep = new string('[', 100) + new string(']', 100);
        var import = await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(
            Tool(1),
            """{"type":"tool"}""",
            Tool(2).Replace("2026-01-01T00:00:00Z", "yesterday", StringComparison.Ordinal),
            "17",
            Tool(3, ",\"deep\":" + deep),
            Tool(4, ",\"text\":\"nul \\u0000 and 1.50e3\",\"number\":1.50e3"),
            Tool(4, ",\"other\":true"),
            Tool(5).Replace("\"tool 5\"", "\"\\ud800\"", StringComparison.Ordinal),
            Tool(6)), Ct);
        Assert.Equal("completed", import.GetProperty("status").GetString());
        Assert.Equal((9, 3, 6), (import.GetProperty("total").GetInt32(), import.GetProperty("created").GetInt32(), import.GetProperty("failed").GetInt32()));
        Assert.Equal(
            ["$.objects[1].id", "$.objects[2].created", "$.objects[3]", "$.objects[4]", "$.objects[6].modified", "$.objects[7].name"],
            import.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("path").GetString()));

        var client = service.ClientFor(tenant);
        var kept = await (await client.GetAsync("/api/v2/threat-intel/objects/tool--00000000-0000-4000-8000-000000000004", Ct)).Content.ReadAsStringAsync(Ct);
        Assert.Equal(Tool(4, ",\"text\":\"nul \\u0000 and 1.50e3\",\"number\":1.50e3"), kept);
    }

    [Fact]
    public async Task A_bundle_that_breaks_off_fails_with_what_came_before_stored()
    {
        var tenant = Guid.NewGuid();
        var objects = string.Join(",", Enumerable.Range(0, 4_000).Select(n => Tool(n)));
        var bundle = Encoding.UTF8.GetBytes($$"""{"type":"bundle","objects":[{{objects}},{"type":"too""");
        var import = await service.ImportAsync(tenant, bundle, Ct);
        Assert.Equal("failed", import.GetProperty("status").GetString());
        Assert.Equal(4_000, import.GetProperty("created").GetInt32());
        Assert.Equal("$.objects[4000]", import.GetProperty("errors")[0].GetProperty("path").GetString());
    }

    [Fact]
    public async Task An_import_survives_the_loss_of_its_database_connections()
    {
        var tenant = Guid.NewGuid();
        var bundle = ThreatIntelFixture.BundleBytes([.. Enumerable.Range(0, 6_000).Select(n => Tool(n))]);
        var client = service.ClientFor(tenant);
        var location = await ThreatIntelFixture.PostAsync(client, bundle, Ct);
        await Eventually.TrueAsync(
            async () => await service.CountAsync($"SELECT count(*) FROM objects WHERE tenant_id = '{tenant}'", Ct) > 0, TimeSpan.FromMinutes(1), Ct);
        await service.CountAsync("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND usename LIKE '%\\_app'", Ct);
        await AssertCompleteAsync(tenant, location, 6_000);
    }

    [Fact]
    public async Task An_import_goes_on_where_a_stopped_service_left_it()
    {
        var tenant = Guid.NewGuid();
        await service.StopAsync();
        await service.StartAsync(batchSize: 100);
        try
        {
            var bundle = ThreatIntelFixture.BundleBytes([.. Enumerable.Range(0, 20_000).Select(n => Tool(n))]);
            var location = await ThreatIntelFixture.PostAsync(service.ClientFor(tenant), bundle, Ct);
            await Eventually.TrueAsync(
                async () => await service.CountAsync($"SELECT count(*) FROM objects WHERE tenant_id = '{tenant}'", Ct) > 0, TimeSpan.FromMinutes(1), Ct);
            await service.StopAsync();
            var before = await service.CountAsync($"SELECT processed FROM imports WHERE tenant_id = '{tenant}'", Ct);
            Assert.InRange(before, 1, 19_999);
            await service.StartAsync();
            await AssertCompleteAsync(tenant, location, 20_000);
        }
        finally
        {
            if (service.Host is null)
            {
                await service.StartAsync();
            }
        }
    }

    private async Task AssertCompleteAsync(Guid tenant, Uri location, int count)
    {
        JsonElement import = default;
        await Eventually.TrueAsync(
            async () =>
            {
                var response = await service.ClientFor(tenant).GetAsync(location, Ct);
                if (response.StatusCode != HttpStatusCode.OK)
                {
                    return false; // connections that were cut are noticed at their next use
                }

                import = JsonElement.Parse(await response.Content.ReadAsStringAsync(Ct));
                return import.GetProperty("status").GetString() == "completed";
            },
            TimeSpan.FromMinutes(2),
            Ct);
        Assert.Equal((count, count, 0), (import.GetProperty("processed").GetInt32(), import.GetProperty("created").GetInt32(), import.GetProperty("unchanged").GetInt32()));
        Assert.Equal(count, await service.CountAsync($"SELECT count(*) FROM objects WHERE tenant_id = '{tenant}'", Ct));
        Assert.Equal(count, await service.CountAsync($"SELECT count(*) FROM object_versions WHERE tenant_id = '{tenant}'", Ct));
        await Eventually.TrueAsync(() => Task.FromResult(service.Heard.Count(tenant) == count), TimeSpan.FromMinutes(1), Ct, "Hearing of every object");
    }

    [Fact]
    public async Task Progress_is_streamed_until_the_end()
    {
        var tenant = Guid.NewGuid();
        var client = service.ClientFor(tenant);
        var location = await ThreatIntelFixture.PostAsync(client, ThreatIntelFixture.BundleBytes([.. Enumerable.Range(0, 1_200).Select(n => Tool(n))]), Ct);
        var response = await client.GetAsync(location + "/events", HttpCompletionOption.ResponseHeadersRead, Ct);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var text = await response.Content.ReadAsStringAsync(Ct);
        var last = text.TrimEnd().Split("\n\n")[^1].Split('\n');
        Assert.Equal(["id: 1200", "event: completed"], last[..2]);
        Assert.Equal(1_200, JsonElement.Parse(last[2]["data: ".Length..]).GetProperty("created").GetInt32());
    }

    [Fact]
    public async Task A_cancelled_import_stays_cancelled_and_a_finished_one_cannot_be()
    {
        var tenant = Guid.NewGuid();
        var client = service.ClientFor(tenant);
        var location = await ThreatIntelFixture.PostAsync(client, ThreatIntelFixture.BundleBytes([.. Enumerable.Range(0, 20_000).Select(n => Tool(n))]), Ct);
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync(location, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync(location, Ct)).StatusCode);
        await Eventually.TrueAsync(
            async () => (await ThreatIntelFixture.GetAsync(client, location, Ct)).GetProperty("status").GetString() == "cancelled", TimeSpan.FromSeconds(30), Ct);
        var done = await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(Tool(1)), Ct);
        Assert.Equal(HttpStatusCode.Conflict, (await client.DeleteAsync($"/api/v2/threat-intel/imports/{done.GetProperty("id").GetString()}", Ct)).StatusCode);
        Assert.Equal("cancelled", (await ThreatIntelFixture.GetAsync(client, location, Ct)).GetProperty("status").GetString());
    }
}
