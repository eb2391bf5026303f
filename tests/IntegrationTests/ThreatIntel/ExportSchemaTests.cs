using System.Net;
using System.Text;
using System.Text.Json;
using Platform.Contracts;
using Platform.TestSupport;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>Whatever comes in, what goes out is STIX 2.1 as the schemas of OASIS say.</summary>
[Collection(ThreatIntelCollection.Name)]
public sealed class ExportSchemaTests(ThreatIntelFixture service)
{
    private const string Root = "/api/v2/threat-intel/";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private Task<JsonElement> ExportAsync(Guid tenant, TlpLevel clearance = TlpLevel.Red) =>
        ThreatIntelFixture.GetAsync(service.ClientFor(tenant, clearance), Root + "export", Ct);

    [Fact]
    public async Task The_examples_of_OASIS_go_out_as_they_came_in()
    {
        var readme = Repository.DataFile("stix-2.1/examples/README.md");
        Assert.SkipWhen(readme is null, "The test data is not beside the checkout.");
        var examples = Path.GetDirectoryName(readme)!;
        foreach (var file in Directory.EnumerateFiles(examples, "*.json", SearchOption.AllDirectories))
        {
            // Each in a tenant of its own: some of them name the same object with different content.
            var tenant = Guid.NewGuid();
            var example = JsonElement.Parse(await File.ReadAllBytesAsync(file, Ct));
            var objects = example.TryGetProperty("objects", out var list) ? list.EnumerateArray().ToList() : [example];
            var import = await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes([.. objects.Select(item => item.GetRawText())]), Ct);
            Assert.Equal((objects.Count, 0), (import.GetProperty("created").GetInt32(), import.GetProperty("failed").GetInt32()));

            var exported = await ExportAsync(tenant);
            await StixSchemas.AssertValidAsync(exported);
            var byId = exported.GetProperty("objects").EnumerateArray().ToDictionary(item => item.GetProperty("id").GetString()!);
            Assert.Equal(objects.Count, byId.Count);
            Assert.All(objects, item => Assert.True(JsonElement.DeepEquals(item, byId[item.GetProperty("id").GetString()!]), $"{file}: {item.GetProperty("id")}"));
        }
    }

    [Fact]
    public async Task What_other_formats_and_requests_made_goes_out_as_the_schemas_say()
    {
        var tenant = Guid.NewGuid();
        var client = service.ClientFor(tenant, permissions: ThreatIntelFixture.Everything + " write:notes write:infrastructure");
        await ImportAsync(client, """
            {"Event":{"uuid":"5c1f1d2e-0000-4000-8000-000000000001","info":"An event","date":"2026-01-02","timestamp":"1767400000","threat_level_id":"1",
            "Orgc":{"name":"CERT","uuid":"5c1f1d2e-0000-4000-8000-0000000000ff"},"Tag":[{"name":"tlp:amber"}],
            "Attribute":[{"uuid":"5c1f1d2e-0000-4000-8000-000000000002","type":"ip-dst","value":"198.51.100.9","to_ids":true,"timestamp":"1767400001","comment":"c2"}]}}
            """, "application/x-misp+json");
        await ImportAsync(client, "value,tlp,confidence\nevil.example,green,70\nhttps://evil.example/a,amber,\n", "text/csv");
        await ImportAsync(client, "APT report\nThey used hxxp://bad[.]example/x, 203[.]0[.]113[.]7 and CVE-2026-1234.", "text/plain");
        await ImportAsync(client, """
            {"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000001","spec_version":"2.0","objects":[
            {"type":"observed-data","id":"observed-data--00000000-0000-4000-8000-000000000001","created":"2017-01-01T00:00:00.000Z","modified":"2017-01-01T00:00:00.000Z","first_observed":"2017-01-01T00:00:00Z","last_observed":"2017-01-01T00:00:00Z","number_observed":1,"objects":{"0":{"type":"ipv4-addr","value":"198.51.100.3"}}},
            {"type":"indicator","id":"indicator--00000000-0000-4000-8000-000000000001","created":"2017-01-01T00:00:00.000Z","modified":"2017-01-01T00:00:00.000Z","labels":["malicious-activity"],"pattern":"[ipv4-addr:value = '198.51.100.3']","valid_from":"2017-01-01T00:00:00Z"}]}
            """, "application/json");
        await ImportAsync(client, """{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000002","objects":[{"type":"ipv4-addr","value":"198.51.100.77"}]}""", "application/json");

        var indicator = await PostAsync("indicators", """{"indicator_type":"ip","value":"203.0.113.99","severity":"high","tlp":"amber+strict","confidence":80,"labels":["x"],"kill_chain_phases":[{"kill_chain_name":"a","phase_name":"b"}]}""");
        await PostAsync($"indicators/{indicator}/sightings", """{"count":3}""");
        var actor = await PostAsync("threat-actors", """{"name":"Bear","country":"RU","sophistication":"expert","tlp":"red"}""");
        await PostAsync("campaigns", """{"name":"Storm","first_seen":"2026-01-01T00:00:00Z"}""");
        await PostAsync("relationships", $$"""{"relationship_type":"indicates","source_ref":"{{indicator}}","target_ref":"{{actor}}"}""");
        await PostAsync("notes", $$"""{"content":"seen","object_refs":["{{actor}}"]}""");
        var events = await client.PostAsync("/api/v2/infrastructure/events", ThreatIntelFixture.Json("""[{"value":"203.0.113.99"}]"""u8.ToArray()), Ct);
        Assert.Equal(HttpStatusCode.OK, events.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync($"{Root}indicators/{indicator}/revoke", null, Ct)).StatusCode);

        var exported = await ExportAsync(tenant);
        Assert.True(exported.GetProperty("objects").GetArrayLength() >= 17);
        await StixSchemas.AssertValidAsync(exported);
        await StixSchemas.AssertValidAsync(await ExportAsync(tenant, TlpLevel.Green));

        async Task<string> PostAsync(string path, string body)
        {
            var response = await client.PostAsync(Root + path, new StringContent(body, Encoding.UTF8, "application/json"), Ct);
            var answer = await response.Content.ReadAsStringAsync(Ct);
            Assert.True(response.StatusCode == HttpStatusCode.Created, answer);
            return JsonElement.Parse(answer).GetProperty("id").GetString()!;
        }
    }

    private static async Task ImportAsync(HttpClient client, string body, string contentType)
    {
        var response = await client.PostAsync(Root + "import", new StringContent(body, Encoding.UTF8, contentType), Ct);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        await Eventually.TrueAsync(
            async () => (await ThreatIntelFixture.GetAsync(client, response.Headers.Location!, Ct)) is var import
                && import.GetProperty("status").GetString() == "completed" && import.GetProperty("failed").GetInt32() == 0,
            TimeSpan.FromMinutes(1), Ct, "The end of the import");
    }
}
