using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.KnowledgeGraph.Storage;
using Platform.TestSupport;
using static Platform.IntegrationTests.KnowledgeGraph.GraphFixture;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>The endpoints over a small graph of two levels and two tenants.</summary>
public sealed partial class ApiTests(Stack stack) : IAsyncLifetime
{
    private const string Bear = "intrusion-set--00000000-0000-4000-8000-000000000001";
    private const string Tool = "tool--00000000-0000-4000-8000-000000000002";
    private const string Secret = "campaign--00000000-0000-4000-8000-000000000003";
    private const string Lone = "malware--00000000-0000-4000-8000-000000000004";
    private const string Uses = "relationship--00000000-0000-4000-8000-000000000005";
    private const string Hidden = "relationship--00000000-0000-4000-8000-000000000006";
    private const string HiddenToo = "relationship--00000000-0000-4000-8000-000000000007";

    private const string Dated = "malware--00000000-0000-4000-8000-000000000010";

    private GraphFixture _fixture = null!;
    private ServiceHost<GraphNode> _host = null!;
    private HttpClient _red = null!;
    private HttpClient _clear = null!;

    public async ValueTask InitializeAsync()
    {
        _fixture = await StartAsync(stack);
        _host = new ServiceHost<GraphNode>("knowledgegraph", new Dictionary<string, string?>
        {
            ["ConnectionStrings:graph"] = await stack.ConnectionAsync("graph"),
            ["Graph:AdminPassword"] = await stack.ConnectionAsync("graph-admin-password"),
            // Reads must work while the broker is away.
            ["ConnectionStrings:rabbitmq"] = "amqp://nobody:nothing@127.0.0.1:1",
            ["Logging:LogLevel:MassTransit"] = "None",
        });
        _red = _host.ClientFor(ServiceHost<GraphNode>.User(_fixture.Tenant, "read:all", TlpLevel.Red));
        _clear = _host.ClientFor(ServiceHost<GraphNode>.User(_fixture.Tenant, "read:all", TlpLevel.Clear));
        await _fixture.ApplyAsync(
            new ThreatObjectsUpserted(
            [
                Object(Bear, name: "APT Testing Bear", more: [("aliases", new[] { "Fancy Example", "Zed" }), ("description", "Bears that test things."), ("external_id", "G9999")]),
                Object(Tool, name: "Wrench"),
                Object(Secret, tlp: TlpLevel.Red, name: "Operation Hidden"),
                Object(Lone, name: "Alone"),
            ]),
            new RelationshipsUpserted([Link(Uses, Bear, Tool), Link(Hidden, Secret, Bear, tlp: TlpLevel.Red, type: "attributed-to"), Link(HiddenToo, Secret, Lone, tlp: TlpLevel.Red)]));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _fixture.DisposeAsync();
    }

    [Fact]
    public async Task Nodes_are_listed_found_and_hidden()
    {
        var v1 = await GetAsync(_red, "/api/v1/knowledge-graph/nodes?limit=2&sort_by=name&sort_order=desc");
        Assert.True(v1.GetProperty("success").GetBoolean());
        var page = v1.GetProperty("data");
        Assert.Equal((4, 2, true), (page.GetProperty("total").GetInt32(), page.GetProperty("items").GetArrayLength(), page.GetProperty("has_next").GetBoolean()));
        Assert.Equal("Wrench", page.GetProperty("items")[0].GetProperty("name").GetString());
        Assert.Equal(3, (await GetAsync(_clear, "/api/v1/knowledge-graph/nodes")).GetProperty("data").GetProperty("total").GetInt32());

        var seen = new List<string>();
        for (var cursor = ""; cursor is not null;)
        {
            var next = await GetAsync(_red, $"/api/v2/knowledge-graph/nodes?limit=1&sort=-name&cursor={cursor}");
            seen.AddRange(next.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("name").GetString()!));
            cursor = next.TryGetProperty("next_cursor", out var c) ? c.GetString() : null;
        }

        Assert.Equal(["Wrench", "Operation Hidden", "Alone", "APT Testing Bear"], seen);
        Assert.Equal(1, (await GetAsync(_red, "/api/v2/knowledge-graph/nodes?node_type=intrusion-set&count=true")).GetProperty("total").GetInt32());
        Assert.Equal(1, (await GetAsync(_red, "/api/v2/knowledge-graph/nodes?node_type=IntrusionSet&count=true")).GetProperty("total").GetInt32());

        var node = await GetAsync(_clear, $"/api/v2/knowledge-graph/nodes/{Bear}");
        Assert.Equal(("APT Testing Bear", "IntrusionSet"), (node.GetProperty("name").GetString(), node.GetProperty("labels")[0].GetString()));
        await FailsAsync(_clear.GetAsync($"/api/v2/knowledge-graph/nodes/{Secret}"), 404, "NOT_FOUND");
        Assert.Equal(HttpStatusCode.OK, (await _red.GetAsync($"/api/v2/knowledge-graph/nodes/{Secret}")).StatusCode);
        await FailsAsync(_red.GetAsync("/api/v2/knowledge-graph/nodes?limit=101"), 422, "VALIDATION_ERROR");
        await FailsAsync(_red.GetAsync("/api/v2/knowledge-graph/nodes?sort=labels"), 422, "VALIDATION_ERROR");
        await FailsAsync(_red.GetAsync("/api/v2/knowledge-graph/nodes?cursor=abc"), 422, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task Relationships_are_listed_by_direction_and_type()
    {
        async Task<int> Count(HttpClient client, string query) =>
            (await GetAsync(client, $"/api/v1/knowledge-graph/nodes/{Bear}/relationships{query}")).GetProperty("data").GetProperty("total").GetInt32();
        Assert.Equal(2, await Count(_red, ""));
        Assert.Equal(1, await Count(_clear, ""));
        Assert.Equal(1, await Count(_red, "?direction=out"));
        Assert.Equal(1, await Count(_red, "?direction=in"));
        Assert.Equal(1, await Count(_red, "?relationship_type=attributed-to"));
        Assert.Equal(0, await Count(_red, "?relationship_type=TARGETS"));
        await FailsAsync(_red.GetAsync($"/api/v1/knowledge-graph/nodes/{Bear}/relationships?direction=up"), 422, "VALIDATION_ERROR");
        await FailsAsync(_clear.GetAsync($"/api/v1/knowledge-graph/nodes/{Secret}/relationships"), 404, "NOT_FOUND");
        var posted = await PostAsync(_red, $"/api/v1/knowledge-graph/nodes/{Bear}/relationships?direction=out", null);
        var relationship = posted.GetProperty("data").GetProperty("items")[0];
        Assert.Equal((Uses, "USES", Bear, Tool), (relationship.GetProperty("id").GetString(), relationship.GetProperty("type").GetString(), relationship.GetProperty("source_id").GetString(), relationship.GetProperty("target_id").GetString()));
    }

    [Fact]
    public async Task Search_finds_words_exact_values_and_prefixes()
    {
        async Task<string[]> Ids(HttpClient client, object body) =>
            (await PostAsync(client, "/api/v2/knowledge-graph/search", body)).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()!).ToArray();
        Assert.Equal([Bear], await Ids(_clear, new { query = "fancy example" }));
        Assert.Equal([Bear], await Ids(_clear, new { query = "G9999", search_type = "exact" }));
        Assert.Equal([Bear], await Ids(_clear, new { query = Bear, search_type = "exact" }));
        Assert.Empty(await Ids(_clear, new { query = "fancy", search_type = "exact" }));
        Assert.Equal([Tool], await Ids(_clear, new { query = "wre", search_type = "prefix" }));
        Assert.Empty(await Ids(_clear, new { query = "hidden" }));
        Assert.Equal([Secret], await Ids(_red, new { query = "hidden" }));
        Assert.Empty(await Ids(_red, new { query = "@name:* ) | (" }));
        var hit = (await PostAsync(_clear, "/api/v1/knowledge-graph/search?query=testing&search_type=text&limit=5", null)).GetProperty("data").GetProperty("items")[0];
        Assert.Equal("APT <em>Testing</em> Bear", hit.GetProperty("highlights").GetProperty("name").GetString());
        await FailsAsync(_red.PostAsJsonAsync("/api/v2/knowledge-graph/search", new { query = "x", search_type = "semantic" }), 422, "embeddings engine");
        Assert.Equal(Bear, (await Ids(_clear, new { query = "fansy exampel", search_type = "similar" }))[0]);
        Assert.Equal(Secret, (await Ids(_red, new { query = "operashun hiden", search_type = "similar" }))[0]);
        Assert.DoesNotContain(Secret, await Ids(_clear, new { query = "operashun hiden", search_type = "similar", limit = 100 }));
        Assert.Empty(await Ids(_clear, new { query = "--", search_type = "similar" }));
        await FailsAsync(_red.PostAsJsonAsync("/api/v2/knowledge-graph/search", new { query = "", limit = 1000 }), 422, "VALIDATION_ERROR");
        await FailsAsync(_red.PostAsJsonAsync("/api/v2/knowledge-graph/search", new { query = 5 }), 400, "MALFORMED_REQUEST");
    }

    [Fact]
    public async Task Paths_go_only_where_the_caller_may_see()
    {
        var path = await PostAsync(_red, "/api/v2/knowledge-graph/path", new { source_id = Tool, target_id = Lone });
        Assert.Equal(3, path.GetProperty("length").GetInt32());
        Assert.Equal([Tool, Bear, Secret, Lone], path.GetProperty("nodes").EnumerateArray().Select(n => n.GetProperty("id").GetString()));
        Assert.Equal([Uses, Hidden, HiddenToo], path.GetProperty("relationships").EnumerateArray().Select(n => n.GetProperty("id").GetString()));
        await FailsAsync(_clear.PostAsJsonAsync("/api/v2/knowledge-graph/path", new { source_id = Tool, target_id = Lone }), 404, "NOT_FOUND");
        await FailsAsync(_red.PostAsJsonAsync("/api/v2/knowledge-graph/path", new { source_id = Tool, target_id = Lone, max_depth = 2 }), 404, "NOT_FOUND");
        await FailsAsync(_red.PostAsJsonAsync("/api/v2/knowledge-graph/path", new { source_id = Tool, target_id = Lone, directed = true }), 404, "NOT_FOUND");
        await FailsAsync(_red.PostAsJsonAsync("/api/v2/knowledge-graph/path", new { source_id = Tool, target_id = Lone, relationship_types = new[] { "targets" } }), 404, "NOT_FOUND");
        await FailsAsync(_red.PostAsJsonAsync("/api/v2/knowledge-graph/path", new { source_id = Tool, target_id = Lone, max_depth = 21 }), 422, "VALIDATION_ERROR");
        Assert.Equal(0, (await PostAsync(_red, "/api/v2/knowledge-graph/path", new { source_id = Tool, target_id = Tool })).GetProperty("length").GetInt32());
        Assert.Equal(2, (await PostAsync(_red, $"/api/v1/knowledge-graph/path?source_id={Secret}&target_id={Tool}&all=true&relationship_types=uses,attributed-to", null)).GetProperty("data").GetProperty("paths")[0].GetProperty("length").GetInt32());

        var best = await PostAsync(_red, "/api/v2/knowledge-graph/path", new { source_id = Tool, target_id = Lone, k = 3, weight_property = "count" });
        Assert.Equal((1, 3), (best.GetProperty("paths").GetArrayLength(), best.GetProperty("weight").GetDouble()));
        await FailsAsync(_red.PostAsJsonAsync("/api/v2/knowledge-graph/path", new { source_id = Tool, target_id = Lone, tlp = "green" }), 404, "NOT_FOUND");
        await FailsAsync(_red.PostAsJsonAsync("/api/v2/knowledge-graph/path", new { source_id = Tool, target_id = Lone, k = 2, all = true }), 422, "VALIDATION_ERROR");
        await FailsAsync(_red.PostAsJsonAsync("/api/v2/knowledge-graph/path", new { source_id = Tool, target_id = Lone, weight_property = "x`) //" }), 422, "VALIDATION_ERROR");

        var around = await PostAsync(_red, "/api/v2/knowledge-graph/neighbors", new { id = Bear, depth = 2 });
        Assert.Equal((4, 3), (around.GetProperty("nodes").GetArrayLength(), around.GetProperty("edges").GetArrayLength()));
        around = await PostAsync(_red, "/api/v2/knowledge-graph/neighbors", new { id = Bear, depth = 2, limit = 2 });
        Assert.Equal((2, true), (around.GetProperty("nodes").GetArrayLength(), around.GetProperty("truncated").GetBoolean()));
        Assert.Equal(2, (await PostAsync(_clear, "/api/v2/knowledge-graph/neighbors", new { id = Bear, depth = 4 })).GetProperty("nodes").GetArrayLength());
    }

    [Fact]
    public async Task Queries_read_the_callers_graph_and_nothing_else()
    {
        var answer = await PostAsync(_red, "/api/v2/knowledge-graph/query", new { cypher = "MATCH (n {id: $id})-[r]-(m) RETURN n, r, m.name AS name, null AS nothing ORDER BY name", parameters = new { id = Bear } });
        Assert.Equal(["n", "r", "name", "nothing"], answer.GetProperty("columns").EnumerateArray().Select(c => c.GetString()));
        var first = answer.GetProperty("results")[0];
        Assert.Equal(("Operation Hidden", Bear, Secret), (first.GetProperty("name").GetString(), first.GetProperty("n").GetProperty("id").GetString(), first.GetProperty("r").GetProperty("source_id").GetString()));
        Assert.False(answer.GetProperty("stats").GetProperty("truncated").GetBoolean());

        async Task<long> Count(HttpClient client, string cypher) =>
            (await PostAsync(client, "/api/v2/knowledge-graph/query", new { cypher })).GetProperty("results")[0].EnumerateObject().First().Value.GetInt64();
        Assert.Equal(4, await Count(_red, "MATCH (n) RETURN count(n)"));
        Assert.Equal(3, await Count(_clear, "MATCH (n) RETURN count(n)"));
        Assert.Equal(1, await Count(_clear, "MATCH ()-[r]->() RETURN count(r)"));

        var many = await PostAsync(_red, "/api/v2/knowledge-graph/query", new { cypher = "UNWIND range(1, 20000) AS x RETURN x" });
        Assert.Equal((10_000, true), (many.GetProperty("results").GetArrayLength(), many.GetProperty("stats").GetProperty("truncated").GetBoolean()));

        async Task Refused(string cypher, int status, string code, object? parameters = null) =>
            await FailsAsync(_red.PostAsJsonAsync("/api/v2/knowledge-graph/query", new { cypher, parameters = parameters ?? new { } }), status, code);
        await Refused("MATCH (n) DETACH DELETE n", 403, "QUERY_NOT_ALLOWED");
        await Refused("MATCH (n RETURN n", 422, "VALIDATION_ERROR");
        await Refused("MATCH (n) RETURN m", 422, "VALIDATION_ERROR");
        await Refused("RETURN 1/0", 422, "VALIDATION_ERROR");
        await Refused("RETURN $missing", 422, "VALIDATION_ERROR");
        await Refused("RETURN $x", 422, "VALIDATION_ERROR", new { x = "a\0b" });
        await Refused("UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN max(a * b % 7)", 422, "QUERY_TOO_EXPENSIVE");
        await Refused("RETURN [x IN range(1, 1000000) | 'aaaaaaaaaaaaaaaaaaaaaaaa']", 422, "QUERY_TOO_EXPENSIVE");
        Assert.Equal("x' CREATE (:Pwned) //", (await PostAsync(_red, "/api/v2/knowledge-graph/query", new { cypher = "RETURN $x AS x", parameters = new { x = "x' CREATE (:Pwned) //" } }))
            .GetProperty("results")[0].GetProperty("x").GetString());
        Assert.True((await PostAsync(_red, "/api/v2/knowledge-graph/query", new { cypher = "EXPLAIN MATCH (n) RETURN n" })).GetProperty("results").GetArrayLength() > 1);
        Assert.Contains("Records produced", (await PostAsync(_red, "/api/v2/knowledge-graph/query", new { cypher = "PROFILE MATCH (n) RETURN n" })).GetProperty("results").ToString(), StringComparison.Ordinal);
        await Refused("PROFILE CREATE (n)", 403, "QUERY_NOT_ALLOWED");
        Assert.Equal(4, await Count(_red, "MATCH (n) RETURN count(n)"));
    }

    [Fact]
    public async Task Schema_and_stats_count_what_the_caller_may_see()
    {
        var schema = await GetAsync(_clear, "/api/v2/knowledge-graph/schema");
        Assert.Equal(["IntrusionSet", "Malware", "Tool"], schema.GetProperty("labels").EnumerateArray().Select(l => l.GetProperty("label").GetString()));
        Assert.Equal(["USES"], schema.GetProperty("relationship_types").EnumerateArray().Select(l => l.GetProperty("type").GetString()));
        var stats = await GetAsync(_red, "/api/v2/knowledge-graph/stats");
        Assert.Equal((4, 3), (stats.GetProperty("nodes").GetInt32(), stats.GetProperty("relationships").GetInt32()));
        Assert.True(stats.GetProperty("lag").GetProperty("milliseconds").GetInt64() >= 0);
    }

    [Fact]
    public async Task Another_tenant_sees_an_empty_graph_and_a_caller_without_the_permission_nothing()
    {
        var other = _host.ClientFor(ServiceHost<GraphNode>.User(Guid.NewGuid(), "read:all", TlpLevel.Red));
        await FailsAsync(other.GetAsync($"/api/v1/knowledge-graph/nodes/{Bear}"), 404, "NOT_FOUND");
        Assert.Equal(0, (await GetAsync(other, "/api/v1/knowledge-graph/nodes")).GetProperty("data").GetProperty("total").GetInt32());
        Assert.Equal(0, (await GetAsync(other, "/api/v2/knowledge-graph/stats")).GetProperty("nodes").GetInt32());
        Assert.Empty((await PostAsync(other, "/api/v2/knowledge-graph/query", new { cypher = "MATCH (n) RETURN n" })).GetProperty("results").EnumerateArray());
        await FailsAsync(other.PostAsJsonAsync("/api/v2/knowledge-graph/path", new { source_id = Bear, target_id = Tool }), 404, "NOT_FOUND");
        await FailsAsync(_host.ClientFor(ServiceHost<GraphNode>.User(_fixture.Tenant, "read:threat_intel")).GetAsync("/api/v2/knowledge-graph/nodes"), 403, "INSUFFICIENT_PERMISSIONS");
        await FailsAsync(_host.CreateClient().GetAsync("/api/v2/knowledge-graph/nodes"), 401, "AUTH_REQUIRED");
    }

    [Fact]
    public async Task Users_add_nodes_and_relationships_and_leave_those_of_events_alone()
    {
        var writer = _host.ClientFor(ServiceHost<GraphNode>.User(_fixture.Tenant, "read:all write:knowledge_graph", TlpLevel.Amber));
        var created = await writer.PostAsJsonAsync("/api/v2/knowledge-graph/nodes", new { node_type = "x-acme-server", name = "db01", properties = new { rack = 7, roles = new[] { "db" } }, tlp = "amber" });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var node = await ReadAsync(created);
        var id = node.GetProperty("id").GetString()!;
        Assert.EndsWith(id, created.Headers.Location!.ToString());
        Assert.Equal(("XAcmeServer", 7), (node.GetProperty("labels")[0].GetString(), node.GetProperty("properties").GetProperty("rack").GetInt32()));
        await FailsAsync(_clear.GetAsync($"/api/v2/knowledge-graph/nodes/{id}"), 404, "NOT_FOUND");

        var patched = await ReadAsync(await writer.PatchAsJsonAsync($"/api/v2/knowledge-graph/nodes/{id}", new { name = "db02", properties = new { rack = (int?)null, floor = 3 } }));
        Assert.Equal(("db02", 3, false), (patched.GetProperty("name").GetString(), patched.GetProperty("properties").GetProperty("floor").GetInt32(), patched.GetProperty("properties").TryGetProperty("rack", out _)));

        using var stale = new HttpRequestMessage(HttpMethod.Delete, $"/api/v2/knowledge-graph/nodes/{id}");
        stale.Headers.TryAddWithoutValidation("If-Match", created.Headers.ETag?.ToString() ?? "W/\"1\"");
        await FailsAsync(writer.SendAsync(stale), 412, "PRECONDITION_FAILED");
        using var fresh = new HttpRequestMessage(HttpMethod.Patch, $"/api/v2/knowledge-graph/nodes/{id}") { Content = JsonContent.Create(new { name = "db02" }) };
        fresh.Headers.TryAddWithoutValidation("If-Match", (await writer.GetAsync($"/api/v2/knowledge-graph/nodes/{id}")).Headers.ETag!.ToString());
        Assert.Equal(HttpStatusCode.OK, (await writer.SendAsync(fresh)).StatusCode);

        var link = new { source_id = Bear, target_id = id, type = "targets", properties = new { note = "seen" } };
        Assert.Equal(HttpStatusCode.Created, (await writer.PostAsJsonAsync("/api/v2/knowledge-graph/relationships", link)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await writer.PostAsJsonAsync("/api/v2/knowledge-graph/relationships", link)).StatusCode);
        Assert.Equal(1, (await GetAsync(writer, $"/api/v2/knowledge-graph/nodes/{id}/relationships?count=true")).GetProperty("total").GetInt32());

        await FailsAsync(writer.PostAsJsonAsync("/api/v2/knowledge-graph/nodes", new { node_type = "X Y", name = "", properties = new { id = 1, o = new { a = 1 } }, tlp = "clear" }), 422, "VALIDATION_ERROR");
        await FailsAsync(writer.PostAsJsonAsync("/api/v2/knowledge-graph/nodes", new { node_type = "tool", name = "x", tlp = "red" }), 422, "tlp");
        var bulk = await ReadAsync(await writer.PostAsJsonAsync("/api/v2/knowledge-graph/nodes/bulk", new { nodes = Enumerable.Range(0, 3).Select(i => new { node_type = "x-acme-rack", name = $"r{i}" }) }));
        Assert.Equal(["r0", "r1", "r2"], bulk.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("name").GetString()));
        await FailsAsync(writer.PostAsJsonAsync("/api/v2/knowledge-graph/nodes/bulk", new { nodes = new[] { new { node_type = "x-acme-rack", name = "r9", tlp = "clear" }, new { node_type = "x-acme-rack", name = "r8", tlp = "red" } } }), 422, "nodes[1].tlp");
        Assert.Equal(3, (await GetAsync(writer, "/api/v2/knowledge-graph/nodes?node_type=x-acme-rack&count=true")).GetProperty("total").GetInt32());
        await FailsAsync(writer.PostAsJsonAsync("/api/v2/knowledge-graph/relationships", new { source_id = Bear, target_id = Secret, type = "uses" }), 422, "target_id");
        await FailsAsync(writer.DeleteAsync($"/api/v2/knowledge-graph/nodes/{Bear}"), 409, "CONFLICT");
        await FailsAsync(writer.PatchAsJsonAsync($"/api/v2/knowledge-graph/nodes/{Bear}", new { name = "x" }), 409, "CONFLICT");
        await FailsAsync(writer.DeleteAsync($"/api/v2/knowledge-graph/relationships?source_id={Bear}&type=uses&target_id={Tool}"), 409, "CONFLICT");
        await FailsAsync(_red.PostAsJsonAsync("/api/v2/knowledge-graph/nodes", new { node_type = "tool", name = "x" }), 403, "INSUFFICIENT_PERMISSIONS");

        Assert.Equal(HttpStatusCode.NoContent, (await writer.DeleteAsync($"/api/v2/knowledge-graph/relationships?source_id={Bear}&type=targets&target_id={id}")).StatusCode);
        Assert.Equal(0, (await GetAsync(writer, $"/api/v2/knowledge-graph/nodes/{id}/relationships?count=true")).GetProperty("total").GetInt32());
        Assert.Equal(HttpStatusCode.NoContent, (await writer.DeleteAsync($"/api/v2/knowledge-graph/nodes/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await writer.DeleteAsync($"/api/v2/knowledge-graph/nodes/{id}")).StatusCode);
        await FailsAsync(writer.GetAsync($"/api/v2/knowledge-graph/nodes/{id}"), 404, "NOT_FOUND");
    }

    private static async Task<JsonElement> GetAsync(HttpClient client, string path) => await ReadAsync(await client.GetAsync(path, TestContext.Current.CancellationToken));

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object? body) =>
        await ReadAsync(body is null ? await client.PostAsync(path, null, TestContext.Current.CancellationToken) : await client.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken));

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    private static async Task FailsAsync(Task<HttpResponseMessage> sent, int status, string code)
    {
        var response = await sent;
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(status == (int)response.StatusCode, $"expected {status}, got {(int)response.StatusCode}: {text}");
        Assert.Contains(code, text);
    }
}
