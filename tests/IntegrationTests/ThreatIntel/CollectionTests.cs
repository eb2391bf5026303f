using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Contracts;
using Stix;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>Lists and CRUD of every STIX type that has a collection.</summary>
[Collection(ThreatIntelCollection.Name)]
public sealed class CollectionTests(ThreatIntelFixture service)
{
    private const string Root = "/api/v2/threat-intel/";
    private const string Actor = "threat-actor--00000000-0000-4000-8000-00000000000a";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static async Task<JsonElement> BodyOf(HttpResponseMessage response) => JsonElement.Parse(await response.Content.ReadAsStringAsync(Ct));

    private static async Task<(JsonElement Body, string ETag)> SendAsync(HttpClient client, HttpMethod method, string path, string? body, HttpStatusCode status, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, Root + path) { Content = body is null ? null : Json(body) };
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        var response = await client.SendAsync(request, Ct);
        Assert.Equal(status, response.StatusCode);
        var content = await response.Content.ReadAsStringAsync(Ct);
        return (content.Length == 0 ? default : JsonElement.Parse(content), response.Headers.ETag?.ToString() ?? "");
    }

    public static TheoryData<string, string, string> Kinds => new()
    {
        { "malware", """{"name":"Cat","is_family":true,"aliases":["Kitty"],"x_own":[1.50]}""", "malware" },
        { "tools", """{"name":"Hammer","tool_version":"1"}""", "tool" },
        { "attack-patterns", """{"name":"Spear","kill_chain_phases":[{"kill_chain_name":"k","phase_name":"p"}]}""", "attack-pattern" },
        { "vulnerabilities", """{"name":"CVE-2026-1","external_references":[{"source_name":"cve","external_id":"CVE-2026-1"}]}""", "vulnerability" },
        { "intrusion-sets", """{"name":"Set","goals":["g"]}""", "intrusion-set" },
        { "reports", $$"""{"name":"Report","published":"2026-01-01T00:00:00Z","object_refs":["{{Actor}}"]}""", "report" },
        { "courses-of-action", """{"name":"Patch it"}""", "course-of-action" },
        { "identities", """{"name":"ACME","identity_class":"organization"}""", "identity" },
        { "locations", """{"name":"Here","country":"XB","latitude":1.5,"longitude":2}""", "location" },
        { "notes", $$"""{"content":"words","object_refs":["{{Actor}}"]}""", "note" },
        { "sightings", $$"""{"sighting_of_ref":"{{Actor}}","count":3,"first_seen":"2026-01-01T00:00:00Z"}""", "sighting" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_object_is_created_read_changed_listed_and_deleted(string path, string body, string type)
    {
        var client = service.ClientFor(Guid.NewGuid());
        var (created, first) = await SendAsync(client, HttpMethod.Post, path, body, HttpStatusCode.Created);
        var id = created.GetProperty("id").GetString()!;
        Assert.True(StixId.IsOfType(id, type));
        foreach (var property in JsonElement.Parse(body).EnumerateObject())
        {
            Assert.Equal(property.Value.GetRawText(), created.GetProperty(property.Name).GetRawText());
        }

        var (read, tag) = await SendAsync(client, HttpMethod.Get, $"{path}/{id}", null, HttpStatusCode.OK);
        Assert.True(JsonElement.DeepEquals(created, read));
        Assert.Equal(first, tag);

        var (patched, second) = await SendAsync(client, HttpMethod.Patch, $"{path}/{id}", """{"description":"new","tlp":"amber","x_mine":{"a":1}}""", HttpStatusCode.OK, tag);
        Assert.Equal("new", patched.GetProperty("description").GetString());
        Assert.Equal(TlpMarking.IdOf(Tlp.Amber), patched.GetProperty("object_marking_refs")[0].GetString());
        Assert.Equal(created.GetProperty("created").GetString(), patched.GetProperty("created").GetString());
        Assert.True(patched.GetProperty("modified").GetDateTimeOffset() > created.GetProperty("modified").GetDateTimeOffset());
        await SendAsync(client, HttpMethod.Patch, $"{path}/{id}", """{"description":"lost"}""", HttpStatusCode.PreconditionFailed, tag);
        await SendAsync(client, HttpMethod.Delete, $"{path}/{id}", null, HttpStatusCode.PreconditionFailed, tag);

        var (replaced, _) = await SendAsync(client, HttpMethod.Put, $"{path}/{id}", body, HttpStatusCode.OK, second);
        Assert.False(replaced.TryGetProperty("x_mine", out _));
        Assert.False(replaced.TryGetProperty("object_marking_refs", out _));
        Assert.Equal(id, replaced.GetProperty("id").GetString());

        var list = await ThreatIntelFixture.GetAsync(client, Root + path + "?count=true", Ct);
        Assert.Equal(1, list.GetProperty("total").GetInt32());
        Assert.True(JsonElement.DeepEquals(replaced, list.GetProperty("items")[0]));
        var versions = await ThreatIntelFixture.GetAsync(client, $"{Root}objects/{id}/versions", Ct);
        Assert.Equal(3, versions.GetProperty("versions").GetArrayLength());

        await SendAsync(client, HttpMethod.Delete, $"{path}/{id}", null, HttpStatusCode.NoContent);
        await SendAsync(client, HttpMethod.Delete, $"{path}/{id}", null, HttpStatusCode.NoContent);
        await SendAsync(client, HttpMethod.Get, $"{path}/{id}", null, HttpStatusCode.NotFound);
        await SendAsync(client, HttpMethod.Put, $"{path}/{id}", body, HttpStatusCode.NotFound);
        await SendAsync(client, HttpMethod.Patch, $"{path}/{id}", "{}", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_relationship_is_created_changed_and_deleted()
    {
        var client = service.ClientFor(Guid.NewGuid());
        var (created, _) = await SendAsync(client, HttpMethod.Post, "relationships", $$"""{"relationship_type":"uses","source_ref":"{{Actor}}","target_ref":"{{Actor}}"}""", HttpStatusCode.Created);
        var id = created.GetProperty("id").GetString()!;
        await SendAsync(client, HttpMethod.Patch, $"relationships/{id}", """{"description":"why"}""", HttpStatusCode.OK);
        var (read, _) = await SendAsync(client, HttpMethod.Get, $"relationships/{id}", null, HttpStatusCode.OK);
        Assert.Equal("why", read.GetProperty("description").GetString());
        await SendAsync(client, HttpMethod.Delete, $"relationships/{id}", null, HttpStatusCode.NoContent);
        await SendAsync(client, HttpMethod.Get, $"relationships/{id}", null, HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("malware", """{"name":"x"}""", "is_family")]
    [InlineData("malware", """{"name":"","is_family":true}""", "name")]
    [InlineData("malware", """{"is_family":true,"id":"tool--00000000-0000-4000-8000-00000000000a"}""", "id")]
    [InlineData("tools", """{"name":"x","type":"malware"}""", "type")]
    [InlineData("tools", """{"name":"x","aliases":[]}""", "aliases")]
    [InlineData("tools", """{"name":"x","created":"yesterday"}""", "created")]
    [InlineData("tools", """{"name":"x","tlp":"purple"}""", "tlp")]
    [InlineData("tools", """{"name":"x","Bad-Name":1}""", "Bad-Name")]
    [InlineData("tools", """{"name":"x","confidence":101}""", "confidence")]
    [InlineData("tools", """{"name":"x","created_by_ref":"tool--00000000-0000-4000-8000-00000000000a"}""", "created_by_ref")]
    [InlineData("reports", """{"name":"x","object_refs":[]}""", "published")]
    [InlineData("reports", """{"name":"x","published":"2026-01-01T00:00:00Z","object_refs":["nothing"]}""", "object_refs")]
    [InlineData("locations", """{"name":"x"}""", "region")]
    [InlineData("locations", """{"country":"x","latitude":91,"longitude":1}""", "latitude")]
    [InlineData("notes", """{"content":"x"}""", "object_refs")]
    [InlineData("sightings", """{"count":-1}""", "count")]
    [InlineData("relationships", """{"relationship_type":"uses"}""", "source_ref")]
    [InlineData("intrusion-sets", """{"name":"x","first_seen":"2026-02-01T00:00:00Z","last_seen":"2026-01-01T00:00:00Z"}""", "last_seen")]
    public async Task What_is_wrong_is_422_and_names_the_property(string path, string body, string property)
    {
        var (answer, _) = await SendAsync(service.ClientFor(Guid.NewGuid()), HttpMethod.Post, path, body, HttpStatusCode.UnprocessableEntity);
        Assert.True(answer.GetProperty("errors").TryGetProperty(property, out _), answer.GetRawText());
    }

    [Fact]
    public async Task An_id_of_the_clients_own_is_taken_once()
    {
        var tenant = Guid.NewGuid();
        const string Body = """{"id":"tool--00000000-0000-4000-8000-00000000000a","name":"x","tlp":"red"}""";
        await SendAsync(service.ClientFor(tenant), HttpMethod.Post, "tools", Body, HttpStatusCode.Created);
        await SendAsync(service.ClientFor(tenant), HttpMethod.Post, "tools", Body, HttpStatusCode.Conflict);

        // Who does not see it is answered as if it were not there.
        var green = service.ClientFor(tenant, TlpLevel.Green);
        await SendAsync(green, HttpMethod.Get, "tools/tool--00000000-0000-4000-8000-00000000000a", null, HttpStatusCode.NotFound);
        await SendAsync(green, HttpMethod.Patch, "tools/tool--00000000-0000-4000-8000-00000000000a", """{"name":"y"}""", HttpStatusCode.NotFound);
        await SendAsync(green, HttpMethod.Delete, "tools/tool--00000000-0000-4000-8000-00000000000a", null, HttpStatusCode.NoContent);
        Assert.Equal(0, (await ThreatIntelFixture.GetAsync(green, Root + "tools", Ct)).GetProperty("items").GetArrayLength());
        var (refused, _) = await SendAsync(green, HttpMethod.Post, "tools", """{"name":"x","tlp":"amber"}""", HttpStatusCode.UnprocessableEntity);
        Assert.True(refused.GetProperty("errors").TryGetProperty("tlp", out _));
        await SendAsync(green, HttpMethod.Post, "tools", Body.Replace("red", "green", StringComparison.Ordinal), HttpStatusCode.Created);
        await SendAsync(service.ClientFor(tenant), HttpMethod.Get, "tools/tool--00000000-0000-4000-8000-00000000000a", null, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_may_only_read_changes_nothing()
    {
        var tenant = Guid.NewGuid();
        var (created, _) = await SendAsync(service.ClientFor(tenant), HttpMethod.Post, "tools", """{"name":"x"}""", HttpStatusCode.Created);
        var id = created.GetProperty("id").GetString();
        var reader = service.ClientFor(tenant, permissions: "read:threat_intel");
        await SendAsync(reader, HttpMethod.Post, "tools", """{"name":"x"}""", HttpStatusCode.Forbidden);
        await SendAsync(reader, HttpMethod.Put, $"tools/{id}", """{"name":"x"}""", HttpStatusCode.Forbidden);
        await SendAsync(reader, HttpMethod.Patch, $"tools/{id}", """{"name":"x"}""", HttpStatusCode.Forbidden);
        await SendAsync(service.ClientFor(tenant, permissions: "read:threat_intel write:threat_intel"), HttpMethod.Delete, $"tools/{id}", null, HttpStatusCode.Forbidden);
        var stranger = service.ClientFor(Guid.NewGuid());
        await SendAsync(stranger, HttpMethod.Get, $"tools/{id}", null, HttpStatusCode.NotFound);
        await SendAsync(stranger, HttpMethod.Patch, $"tools/{id}", """{"name":"y"}""", HttpStatusCode.NotFound);
        await SendAsync(reader, HttpMethod.Get, $"tools/{id}", null, HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("threat-actors", """{"name":"A","motivations":["revenge"],"country":"XB"}""", """{"name":"B","aliases":["C"]}""", "motivations")]
    [InlineData("campaigns", """{"name":"A","objective":"o"}""", """{"name":"B","aliases":["C"]}""", "objective")]
    [InlineData("indicators", """{"name":"A","value":"192.0.2.1","severity":"high","kill_chain_phases":[{"kill_chain_name":"k","phase_name":"p"}]}""", """{"name":"B","labels":["C"]}""", "severity")]
    public async Task Typed_resources_are_patched_and_replaced(string path, string body, string patch, string kept)
    {
        var client = service.ClientFor(Guid.NewGuid());
        var (created, first) = await SendAsync(client, HttpMethod.Post, path, body, HttpStatusCode.Created);
        var id = created.GetProperty("id").GetString()!;

        // A property that only the STIX form has survives both kinds of change.
        var stix = JsonNode.Parse((await ThreatIntelFixture.GetAsync(client, $"{Root}objects/{id}", Ct)).GetRawText())!.AsObject();
        stix["x_other"] = "kept";
        stix["modified"] = StixTimestamp.Format(DateTimeOffset.UtcNow.AddMilliseconds(5));
        await service.ImportAsync(TenantOf(client), ThreatIntelFixture.BundleBytes(stix.ToJsonString()), Ct);
        await SendAsync(client, HttpMethod.Patch, $"{path}/{id}", patch, HttpStatusCode.PreconditionFailed, first);

        var (_, tag) = await SendAsync(client, HttpMethod.Get, $"{path}/{id}", null, HttpStatusCode.OK);
        var (patched, second) = await SendAsync(client, HttpMethod.Patch, $"{path}/{id}", patch, HttpStatusCode.OK, tag);
        Assert.NotEqual(tag, second);
        Assert.Equal("B", patched.GetProperty("name").GetString());
        Assert.Equal(created.GetProperty(kept).GetRawText(), patched.GetProperty(kept).GetRawText());
        Assert.Equal("kept", (await ThreatIntelFixture.GetAsync(client, $"{Root}objects/{id}", Ct)).GetProperty("x_other").GetString());

        var (replaced, _) = await SendAsync(client, HttpMethod.Put, $"{path}/{id}", path == "indicators" ? """{"name":"D","value":"192.0.2.2"}""" : """{"name":"D"}""", HttpStatusCode.OK);
        Assert.Equal("D", replaced.GetProperty("name").GetString());
        Assert.True(!replaced.TryGetProperty(kept, out var gone) || gone.GetArrayLength() == 0);
        Assert.Equal("kept", (await ThreatIntelFixture.GetAsync(client, $"{Root}objects/{id}", Ct)).GetProperty("x_other").GetString());
        await SendAsync(client, HttpMethod.Put, $"{path}/{id}", """{"name":7}""", HttpStatusCode.BadRequest);
        await SendAsync(client, HttpMethod.Patch, $"{path}/{id}", """{"nothing":7}""", HttpStatusCode.UnprocessableEntity);
        await SendAsync(client, HttpMethod.Delete, $"{path}/{id}", null, HttpStatusCode.PreconditionFailed, first);
        await SendAsync(client, HttpMethod.Delete, $"{path}/{id}", null, HttpStatusCode.NoContent);
        await SendAsync(client, HttpMethod.Patch, $"{path}/{id}", patch, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_indicator_gets_another_value_and_is_found_by_it_alone()
    {
        var client = service.ClientFor(Guid.NewGuid());
        var (created, _) = await SendAsync(client, HttpMethod.Post, "indicators", """{"value":"192.0.2.1"}""", HttpStatusCode.Created);
        var id = created.GetProperty("id").GetString()!;
        await SendAsync(client, HttpMethod.Patch, $"indicators/{id}", """{"pattern":null,"value":"192.0.2.2"}""", HttpStatusCode.OK);
        var (found, _) = await SendAsync(client, HttpMethod.Post, "indicators/lookup", """{"values":["192.0.2.1","192.0.2.2"]}""", HttpStatusCode.OK);
        Assert.Equal([0, 1], found.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("matches").GetArrayLength()));
        var (refused, _) = await SendAsync(client, HttpMethod.Patch, $"indicators/{id}", """{"pattern":"[nonsense"}""", HttpStatusCode.UnprocessableEntity);
        Assert.True(refused.GetProperty("errors").TryGetProperty("pattern", out _));
    }

    [Fact]
    public async Task Bulk_rows_stand_for_themselves()
    {
        var tenant = Guid.NewGuid();
        var client = service.ClientFor(tenant, TlpLevel.Green);
        const string Rows = """
            {"value":"192.0.2.1"}

            {"value":"192.0.2.2","confidence":101}
            not json
            {"value":"192.0.2.3","tlp":"red"}
            {"value":"192.0.2.4","unknown":1}
            {"value":"evil[.]example","severity":"high"}
            """;
        var lines = await client.PostAsync(Root + "indicators/bulk", new StringContent(Rows, Encoding.UTF8, "application/x-ndjson"), Ct);
        Assert.Equal(HttpStatusCode.OK, lines.StatusCode);
        var result = await BodyOf(lines);
        Assert.Equal((6, 2, 4), (result.GetProperty("total").GetInt32(), result.GetProperty("created").GetInt32(), result.GetProperty("failed").GetInt32()));
        var rows = result.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(["created", "failed", "failed", "failed", "failed", "created"], rows.Select(row => row.GetProperty("status").GetString()));
        Assert.True(rows[1].GetProperty("errors").TryGetProperty("confidence", out _));
        Assert.True(rows[3].GetProperty("errors").TryGetProperty("tlp", out _));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"{Root}indicators/{rows[5].GetProperty("id").GetString()}", Ct)).StatusCode);

        var array = await client.PostAsJsonAsync(Root + "indicators/bulk", Enumerable.Range(0, 300).Select(i => new { value = $"host{i}.example" }), Ct);
        Assert.Equal(300, (await BodyOf(array)).GetProperty("created").GetInt32());
        Assert.Equal(302, (await ThreatIntelFixture.GetAsync(client, Root + "indicators?count=true", Ct)).GetProperty("total").GetInt32());
        foreach (var (body, status) in new[] { ("[]", HttpStatusCode.UnprocessableEntity), ("[{}", HttpStatusCode.BadRequest), ("7", HttpStatusCode.BadRequest), ($"[{string.Join(',', Enumerable.Repeat("{}", 10_001))}]", HttpStatusCode.UnprocessableEntity) })
        {
            Assert.Equal(status, (await client.PostAsync(Root + "indicators/bulk", Json(body), Ct)).StatusCode);
        }
    }

    private static Guid TenantOf(HttpClient client)
    {
        var payload = client.DefaultRequestHeaders.Authorization!.Parameter!.Split('.')[1];
        return JsonElement.Parse(Microsoft.AspNetCore.WebUtilities.WebEncoders.Base64UrlDecode(payload)).GetProperty("tenant").GetGuid();
    }
}
