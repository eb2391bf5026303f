using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Platform.Contracts;
using Stix;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>Objects, relationships and assets by many ids at once: as each of them alone, and never more.</summary>
[Collection(ThreatIntelCollection.Name)]
public sealed class ManyReadsTests(ThreatIntelFixture service)
{
    private const string Root = "/api/v2/threat-intel/";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly string Actor = TaxiiCalls.IdOf("threat-actor", 1);
    private static readonly string Open = TaxiiCalls.IdOf("tool", 2);
    private static readonly string Secret = TaxiiCalls.IdOf("tool", 3);
    private static readonly string ToOpen = TaxiiCalls.IdOf("relationship", 4);
    private static readonly string ToSecret = TaxiiCalls.IdOf("relationship", 5);
    private static readonly string Back = TaxiiCalls.IdOf("relationship", 6);

    private static readonly string[] Objects =
    [
        Object(Actor, "\"name\":\"actor\",\"threat_actor_types\":[\"hacker\"]"), Object(Open, "\"name\":\"open\""), Object(Secret, "\"name\":\"secret\"", Tlp.Red),
        Object(ToOpen, $"\"relationship_type\":\"uses\",\"source_ref\":\"{Actor}\",\"target_ref\":\"{Open}\""),
        Object(ToSecret, $"\"relationship_type\":\"uses\",\"source_ref\":\"{Actor}\",\"target_ref\":\"{Secret}\""),
        Object(Back, $"\"relationship_type\":\"related-to\",\"source_ref\":\"{Open}\",\"target_ref\":\"{Actor}\""),
    ];

    [Fact]
    public async Task Objects_are_those_that_the_caller_sees_of_their_own_tenant()
    {
        var tenant = await TenantAsync();
        string[] all = [Actor, Open, Secret, ToOpen, ToSecret, Back, TaxiiCalls.IdOf("tool", 77), "nonsense"];
        Assert.Equal(6, (await ObjectsAsync(service.ClientFor(tenant), all)).Count);
        var green = await ObjectsAsync(service.ClientFor(tenant, TlpLevel.Green), all);
        Assert.Equal(new[] { Actor, Open, ToOpen, Back }.Order(StringComparer.Ordinal), green.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("open", "clear"), (green[Open].GetProperty("object").GetProperty("name").GetString(), green[Open].GetProperty("tlp").GetString()));
        Assert.Empty(await ObjectsAsync(service.ClientFor(Guid.NewGuid()), all));
    }

    [Fact]
    public async Task Relationships_are_told_for_each_object_by_direction_type_and_page()
    {
        var tenant = await TenantAsync();
        var red = service.ClientFor(tenant);
        Assert.Equal([ToOpen, ToSecret, Back], await RelationshipsAsync(red, Actor, new { }));
        Assert.Equal([Back], await RelationshipsAsync(red, Actor, new { direction = "in" }));
        Assert.Equal([ToOpen, ToSecret], await RelationshipsAsync(red, Actor, new { direction = "out" }));
        Assert.Equal([Back], await RelationshipsAsync(red, Actor, new { relationship_types = new[] { "related-to" } }));
        Assert.Equal([ToOpen, "more"], await RelationshipsAsync(red, Actor, new { limit = 1 }));
        Assert.Equal([ToSecret, "more"], await RelationshipsAsync(red, Actor, new { limit = 1, after = ToOpen }));
        Assert.Equal([Back], await RelationshipsAsync(red, Actor, new { limit = 1, after = ToSecret }));
        Assert.Equal([ToOpen, Back], await RelationshipsAsync(service.ClientFor(tenant, TlpLevel.Green), Actor, new { }));
        Assert.Empty(await RelationshipsAsync(service.ClientFor(Guid.NewGuid()), Actor, new { }));
    }

    [Fact]
    public async Task Assets_are_those_of_the_callers_tenant()
    {
        var mine = service.ClientFor(Guid.NewGuid(), permissions: "read:infrastructure write:infrastructure");
        var made = await mine.PostAsJsonAsync("/api/v2/infrastructure/assets", new { name = "host" }, Ct);
        var id = JsonElement.Parse(await made.Content.ReadAsStringAsync(Ct)).GetProperty("id").GetString();
        var theirs = service.ClientFor(Guid.NewGuid(), permissions: "read:infrastructure");
        Assert.Equal((1, 0), (await CountAsync(mine), await CountAsync(theirs)));

        async Task<int> CountAsync(HttpClient client) =>
            (await PostAsync(client, "/api/v2/infrastructure/assets/by-ids", new { ids = new[] { id, Guid.NewGuid().ToString() } })).GetProperty("items").GetArrayLength();
    }

    [Fact]
    public async Task Reading_needs_the_permission_and_a_list_within_bounds()
    {
        var client = service.ClientFor(Guid.NewGuid());
        var nobody = service.ClientFor(Guid.NewGuid(), permissions: "read:incidents");
        foreach (var path in new[] { Root + "objects/by-ids", Root + "relationships/by-refs", "/api/v2/infrastructure/assets/by-ids" })
        {
            using var refused = await nobody.PostAsJsonAsync(path, new { ids = Array.Empty<string>(), refs = Array.Empty<string>() }, Ct);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        using var none = await client.PostAsJsonAsync(Root + "objects/by-ids", new { ids = Array.Empty<string>() }, Ct);
        using var many = await client.PostAsJsonAsync(Root + "relationships/by-refs", new { refs = Enumerable.Repeat(Actor, 501) }, Ct);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnprocessableEntity), (none.StatusCode, many.StatusCode));
    }

    private async Task<Guid> TenantAsync()
    {
        var tenant = Guid.NewGuid();
        Assert.Equal(Objects.Length, (await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(Objects), Ct)).GetProperty("created").GetInt32());
        return tenant;
    }

    private static async Task<Dictionary<string, JsonElement>> ObjectsAsync(HttpClient client, string[] ids) =>
        (await PostAsync(client, Root + "objects/by-ids", new { ids })).GetProperty("items").EnumerateArray().ToDictionary(i => i.GetProperty("id").GetString()!);

    private static async Task<string[]> RelationshipsAsync(HttpClient client, string id, object how)
    {
        var body = JsonSerializer.SerializeToNode(how)!.AsObject();
        body["refs"] = new System.Text.Json.Nodes.JsonArray(id, Secret);
        var list = (await PostAsync(client, Root + "relationships/by-refs", body)).GetProperty("items")[0];
        Assert.Equal(id, list.GetProperty("ref").GetString());
        return [.. list.GetProperty("relationships").EnumerateArray().Select(r => r.GetProperty("id").GetString()!), .. list.GetProperty("has_more").GetBoolean() ? ["more"] : Array.Empty<string>()];
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object body)
    {
        using var response = await client.PostAsJsonAsync(path, body, Ct);
        var text = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonElement.Parse(text);
    }

    private static string Object(string id, string properties, Tlp level = Tlp.Clear) =>
        $$"""{"type":"{{id[..id.IndexOf("--", StringComparison.Ordinal)]}}","spec_version":"2.1","id":"{{id}}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z",{{properties}}{{(level == Tlp.Clear ? "" : $",\"object_marking_refs\":[\"{TlpMarking.IdOf(level)}\"]")}}}""";
}
