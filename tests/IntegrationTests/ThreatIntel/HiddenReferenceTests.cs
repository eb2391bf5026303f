using System.Net;
using System.Text;
using System.Text.Json;
using Platform.Contracts;
using Stix;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>Embedded references to hidden objects are left out of what a lesser clearance sees.</summary>
[Collection(ThreatIntelCollection.Name)]
public sealed class HiddenReferenceTests(ThreatIntelFixture service)
{
    private const string Root = "/api/v2/threat-intel/";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private static readonly string SecretAuthor = TaxiiCalls.IdOf("identity", 1);
    private static readonly string OpenAuthor = TaxiiCalls.IdOf("identity", 2);
    private static readonly string SecretTool = TaxiiCalls.IdOf("tool", 3);
    private static readonly string OpenTool = TaxiiCalls.IdOf("tool", 4);
    private static readonly string Nowhere = TaxiiCalls.IdOf("tool", 99);
    private static readonly string Report = TaxiiCalls.IdOf("report", 5);
    private static readonly string Note = TaxiiCalls.IdOf("note", 6);
    private static readonly string Sighting = TaxiiCalls.IdOf("sighting", 7);
    private static readonly string Indicator = TaxiiCalls.IdOf("indicator", 8);

    private static string Object(string id, string properties, Tlp level = Tlp.Clear) =>
        $$"""{"type":"{{id[..id.IndexOf("--", StringComparison.Ordinal)]}}","spec_version":"2.1","id":"{{id}}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z",{{properties}}{{(level == Tlp.Clear ? "" : $",\"object_marking_refs\":[\"{TlpMarking.IdOf(level)}\"]")}}}""";

    /// <summary>Open objects that refer to hidden ones, in every way in which an object can.</summary>
    private static readonly string[] Objects =
    [
        Object(SecretAuthor, "\"name\":\"secret author\"", Tlp.Amber),
        Object(OpenAuthor, "\"name\":\"open author\""),
        Object(SecretTool, "\"name\":\"secret tool\"", Tlp.Red),
        Object(OpenTool, $"\"name\":\"open tool\",\"created_by_ref\":\"{SecretAuthor}\",\"x_parts\":[{{\"from_ref\":\"{SecretTool}\",\"kept\":1.50}}]"),
        Object(Report, $"\"name\":\"a report\",\"published\":\"2026-01-01T00:00:00.000Z\",\"object_refs\":[\"{SecretTool}\",\"{OpenTool}\",\"{Nowhere}\"]"),
        Object(Note, $"\"content\":\"of the secret alone\",\"object_refs\":[\"{SecretTool}\"]"),
        Object(Sighting, $"\"sighting_of_ref\":\"{OpenTool}\",\"where_sighted_refs\":[\"{OpenAuthor}\",\"{SecretAuthor}\"]"),
        Object(Indicator, $"\"name\":\"an indicator\",\"created_by_ref\":\"{SecretAuthor}\",\"pattern\":\"[ipv4-addr:value = '198.51.100.4']\",\"pattern_type\":\"stix\",\"valid_from\":\"2026-01-01T00:00:00Z\""),
    ];

    private async Task<Guid> TenantAsync()
    {
        var tenant = Guid.NewGuid();
        Assert.Equal(Objects.Length, (await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(Objects), Ct)).GetProperty("created").GetInt32());
        return tenant;
    }

    private static string[] Refs(JsonElement item, string name) => [.. item.GetProperty(name).EnumerateArray().Select(id => id.GetString()!)];

    [Fact]
    public async Task Embedded_references_to_hidden_objects_are_left_out_in_every_answer()
    {
        var tenant = await TenantAsync();
        var green = service.ClientFor(tenant, TlpLevel.Green);
        foreach (var path in new[]
        {
            Root + "objects/" + Report, Root + "objects/" + Report + "?as_known_on=2999-01-01T00:00:00Z", Root + $"objects/{Report}/versions", Root + "objects/" + OpenTool,
            Root + "reports", Root + "tools", Root + "notes", Root + "sightings", Root + "sightings/" + Sighting, Root + "indicators", Root + "indicators/" + Indicator,
            Root + "indicators?source=" + SecretAuthor, Root + "export", Root + "export?format=json-lines", Root + "export?format=csv", Root + "export?format=misp",
            "/api/v2/analytics/sources/quality", "/api/v2/analytics/indicators/trend?group_by=source",
            $"/taxii2/{tenant}/collections/all/objects/", $"/taxii2/{tenant}/collections/all/objects/{Report}/", $"/taxii2/{tenant}/collections/all/manifest/",
        })
        {
            var response = await green.GetAsync(path, Ct);
            var body = await response.Content.ReadAsStringAsync(Ct);
            Assert.True(response.StatusCode == HttpStatusCode.OK, path + body);
            Assert.DoesNotContain(SecretAuthor, body, StringComparison.Ordinal);
            Assert.DoesNotContain(SecretTool, body, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", body, StringComparison.Ordinal);
        }

        // What is nowhere is no secret, and what stands beside a reference stays.
        Assert.Equal([OpenTool, Nowhere], Refs(await ThreatIntelFixture.GetAsync(green, Root + "objects/" + Report, Ct), "object_refs"));
        Assert.Equal([OpenAuthor], Refs(await ThreatIntelFixture.GetAsync(green, Root + "sightings/" + Sighting, Ct), "where_sighted_refs"));
        Assert.Equal("[{\"kept\":1.50}]", (await ThreatIntelFixture.GetAsync(green, Root + "objects/" + OpenTool, Ct)).GetProperty("x_parts").GetRawText());
        Assert.Equal(0, (await ThreatIntelFixture.GetAsync(green, Root + "indicators?count=true&source=" + SecretAuthor, Ct)).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task An_object_that_refers_to_hidden_objects_alone_is_absent_itself()
    {
        var tenant = await TenantAsync();
        var green = service.ClientFor(tenant, TlpLevel.Green);
        foreach (var path in new[] { Root + "objects/" + Note, Root + $"objects/{Note}/versions", Root + "notes/" + Note, $"/taxii2/{tenant}/collections/all/objects/{Note}/" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await green.GetAsync(path, Ct)).StatusCode);
        }

        Assert.DoesNotContain(Note, await TaxiiCalls.IdsAsync(green, $"/taxii2/{tenant}/collections/all/manifest/"));
        Assert.Empty((await ThreatIntelFixture.GetAsync(green, Root + "notes", Ct)).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Embedded_references_stay_for_those_who_see_what_they_lead_to()
    {
        var red = service.ClientFor(await TenantAsync());
        var exported = (await ThreatIntelFixture.GetAsync(red, Root + "export", Ct)).GetProperty("objects").EnumerateArray().ToDictionary(item => item.GetProperty("id").GetString()!);
        Assert.Equal(Objects.Length, exported.Count);
        Assert.All(Objects.Select(text => JsonElement.Parse(text)), item => Assert.True(JsonElement.DeepEquals(item, exported[item.GetProperty("id").GetString()!])));
    }

    [Fact]
    public async Task Hidden_references_outlast_a_change_by_somebody_who_does_not_see_them()
    {
        var tenant = await TenantAsync();
        var (green, red) = (service.ClientFor(tenant, TlpLevel.Green), service.ClientFor(tenant));
        await ChangeAsync("reports/" + Report, HttpMethod.Patch, """{"name":"another name"}""");
        Assert.Equal([SecretTool, OpenTool, Nowhere], Refs(await ThreatIntelFixture.GetAsync(red, Root + "objects/" + Report, Ct), "object_refs"));
        await ChangeAsync("reports/" + Report, HttpMethod.Put, $$"""{"name":"third name","published":"2026-01-01T00:00:00.000Z","object_refs":["{{OpenTool}}"]}""");
        Assert.Equal([SecretTool, OpenTool], Refs(await ThreatIntelFixture.GetAsync(red, Root + "objects/" + Report, Ct), "object_refs").Order(StringComparer.Ordinal));
        Assert.Equal([OpenTool], Refs(await ThreatIntelFixture.GetAsync(green, Root + "objects/" + Report, Ct), "object_refs"));
        await ChangeAsync("indicators/" + Indicator, HttpMethod.Patch, """{"confidence":5}""");
        Assert.Equal(SecretAuthor, (await ThreatIntelFixture.GetAsync(red, Root + "objects/" + Indicator, Ct)).GetProperty("created_by_ref").GetString());

        async Task ChangeAsync(string path, HttpMethod method, string body)
        {
            using var request = new HttpRequestMessage(method, Root + path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            var answer = await (await green.SendAsync(request, Ct)).Content.ReadAsStringAsync(Ct);
            Assert.DoesNotContain("secret", answer, StringComparison.Ordinal);
            Assert.DoesNotContain(SecretTool, answer, StringComparison.Ordinal);
            Assert.DoesNotContain(SecretAuthor, answer, StringComparison.Ordinal);
            Assert.Contains("modified", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_reference_of_ones_own_does_not_tell_whether_its_object_exists()
    {
        var tenant = await TenantAsync();
        var green = service.ClientFor(tenant, TlpLevel.Green, ThreatIntelFixture.Everything + " write:notes write:incidents read:incidents");
        foreach (var end in new[] { SecretTool, Nowhere })
        {
            var id = TaxiiCalls.IdOf("note", end == Nowhere ? 71 : 70);
            var created = await green.PostAsync(Root + "notes", new StringContent(Object(id, $"\"content\":\"mine\",\"object_refs\":[\"{end}\"]"), Encoding.UTF8, "application/json"), Ct);
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
            Assert.Equal([end], Refs(await ThreatIntelFixture.GetAsync(green, Root + "objects/" + id, Ct), "object_refs"));
            var incident = await green.PostAsync("/api/v2/infrastructure/incidents", new StringContent($$"""{"title":"mine","object_refs":["{{end}}"]}""", Encoding.UTF8, "application/json"), Ct);
            Assert.Equal(HttpStatusCode.Created, incident.StatusCode);
            Assert.Empty(Refs(JsonElement.Parse(await incident.Content.ReadAsStringAsync(Ct)), "object_refs"));
        }
    }
}
