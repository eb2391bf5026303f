using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FalkorDb;
using Microsoft.AspNetCore.Builder;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.KnowledgeGraph.Storage;
using Platform.TestSupport;
using static Platform.IntegrationTests.KnowledgeGraph.GraphFixture;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>The endpoints over a small graph of two levels and two tenants.</summary>
public sealed class ApiTests(Stack stack) : IAsyncLifetime
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
    public async Task Search_by_meaning_asks_the_engine_and_says_when_it_fails()
    {
        await using var engine = WebApplication.CreateSlimBuilder().Build();
        var asked = new List<JsonElement>();
        engine.Urls.Add("http://127.0.0.1:0");
        engine.MapPost("/internal/ml/embeddings", (JsonElement body) =>
        {
            asked.Add(body);
            // To this engine, a wrench is what the question means.
            return body.GetProperty("items").EnumerateArray().Select(i => new
            {
                id = i.GetProperty("id").GetString(),
                embedding = i.GetProperty("id").GetString() is "question" or Tool ? new[] { 1.0, 0.1 } : [0.1, 1.0],
            });
        });
        await engine.StartAsync(TestContext.Current.CancellationToken);
        await using var host = new ServiceHost<GraphNode>("knowledgegraph", new Dictionary<string, string?>
        {
            ["ConnectionStrings:graph"] = await stack.ConnectionAsync("graph"),
            ["Graph:AdminPassword"] = await stack.ConnectionAsync("graph-admin-password"),
            ["ConnectionStrings:rabbitmq"] = "amqp://nobody:nothing@127.0.0.1:1",
            ["Logging:LogLevel:MassTransit"] = "None",
            ["ML_ENGINE_URL"] = engine.Urls.First(),
            ["Outbound:AllowedNetworks:0"] = "127.0.0.0/8",
        });
        var client = host.ClientFor(ServiceHost<GraphNode>.User(_fixture.Tenant, "read:all", TlpLevel.Clear));
        var found = await PostAsync(client, "/api/v2/knowledge-graph/search", new { query = "something to turn bolts", search_type = "semantic", limit = 1 });
        Assert.Equal(Tool, Assert.Single(found.GetProperty("items").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal(_fixture.Tenant, asked[0].GetProperty("tenant_id").GetGuid());
        Assert.DoesNotContain(Secret, asked[0].ToString(), StringComparison.Ordinal);
        await engine.StopAsync(TestContext.Current.CancellationToken);
        await FailsAsync(client.PostAsJsonAsync("/api/v2/knowledge-graph/search", new { query = "x", search_type = "semantic" }), 502, "UPSTREAM_UNAVAILABLE");
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
    public async Task Paths_and_timelines_keep_to_their_dates()
    {
        await _fixture.ApplyAsync(
            new ThreatObjectsUpserted([Object(Dated, name: "Dated", more: [("created", "2020-03-01T10:00:00.123Z"), ("modified", "2021-01-01T00:00:00Z")])]),
            new RelationshipsUpserted([
                Timed("relationship--00000000-0000-4000-8000-000000000011", Bear, Dated, "2020-01-01T00:00:00Z", "2020-06-01T00:00:00Z"),
                Timed("relationship--00000000-0000-4000-8000-000000000012", Tool, Dated, "2020-05-01T00:00:00.5Z", null)]));
        async Task<int> Length(string? from, string? until) =>
            (await PostAsync(_clear, "/api/v2/knowledge-graph/path", new { source_id = Bear, target_id = Dated, from, until })).GetProperty("length").GetInt32();
        Assert.Equal(1, await Length("2020-02-01T00:00:00Z", "2020-02-02T00:00:00Z"));
        Assert.Equal(1, await Length("2020-06-01T00:00:00Z", null));
        Assert.Equal(2, await Length("2020-06-01T00:00:01Z", null));
        await FailsAsync(_clear.PostAsJsonAsync("/api/v2/knowledge-graph/path", new { source_id = Bear, target_id = Dated, until = "2019-12-31T23:59:59Z" }), 404, "NOT_FOUND");
        await FailsAsync(_clear.PostAsJsonAsync("/api/v2/knowledge-graph/path", new { source_id = Bear, target_id = Dated, from = "2020-01-01T00:00:00Z", until = "2019-01-01T00:00:00Z" }), 422, "until");

        var timeline = await PostAsync(_clear, "/api/v2/knowledge-graph/timeline", new { from = "2020-01-01T00:00:00Z", until = "2020-12-31T00:00:00Z" });
        Assert.Equal(
            ["2020-01-01T00:00:00Z start_time", "2020-03-01T10:00:00.123Z created", "2020-05-01T00:00:00.5Z start_time", "2020-06-01T00:00:00Z stop_time"],
            timeline.GetProperty("items").EnumerateArray().Select(i => $"{i.GetProperty("at").GetDateTimeOffset():yyyy-MM-ddTHH:mm:ss.FFFZ} {i.GetProperty("what").GetString()}"));
        timeline = await PostAsync(_clear, "/api/v2/knowledge-graph/timeline", new { ids = new[] { Dated }, from = "2020-03-01T00:00:00Z", limit = 2 });
        Assert.Equal((2, true), (timeline.GetProperty("items").GetArrayLength(), timeline.GetProperty("truncated").GetBoolean()));
        Assert.Equal(Dated, timeline.GetProperty("items")[0].GetProperty("node").GetProperty("id").GetString());
        Assert.Empty((await PostAsync(_clear, "/api/v2/knowledge-graph/timeline", new { ids = new[] { Lone } })).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Comparison_and_algorithms_look_at_what_the_caller_may_see()
    {
        const string other = "intrusion-set--00000000-0000-4000-8000-000000000021";
        await _fixture.ApplyAsync(
            new ThreatObjectsUpserted([Object(other, name: "Other Bear")]),
            new RelationshipsUpserted([Link("relationship--00000000-0000-4000-8000-000000000022", other, Tool), Link("relationship--00000000-0000-4000-8000-000000000023", other, Lone)]));
        var compared = await PostAsync(_red, "/api/v2/knowledge-graph/compare", new { ids = new[] { Bear, other } });
        Assert.Equal((1, Tool), (compared.GetProperty("total_shared").GetInt32(), compared.GetProperty("shared")[0].GetProperty("node").GetProperty("id").GetString()));
        Assert.Equal(["USES"], compared.GetProperty("shared")[0].GetProperty("by")[1].GetProperty("relationships").EnumerateArray().Select(r => r.GetString()));
        Assert.Equal((1, 0.333333), (compared.GetProperty("nodes")[0].GetProperty("own").GetInt32(), compared.GetProperty("similarities")[0].GetProperty("similarity").GetDouble()));
        Assert.Equal(0.5, (await PostAsync(_clear, "/api/v2/knowledge-graph/compare", new { ids = new[] { Bear, other } })).GetProperty("similarities")[0].GetProperty("similarity").GetDouble());
        await FailsAsync(_clear.PostAsJsonAsync("/api/v2/knowledge-graph/compare", new { ids = new[] { Bear, Secret } }), 404, "NOT_FOUND");
        await FailsAsync(_clear.PostAsJsonAsync("/api/v2/knowledge-graph/compare", new { ids = new[] { Bear, Bear } }), 422, "VALIDATION_ERROR");

        async Task<string[]> Ranked(HttpClient client, string query) => (await GetAsync(client, $"/api/v2/knowledge-graph/analytics/{query}")).GetProperty("items").EnumerateArray()
            .Select(i => i.GetProperty("node").GetProperty("id").GetString()!).ToArray();
        Assert.Equal(Tool, (await Ranked(_clear, "centrality"))[0]);
        Assert.Equal([Secret, Bear, other, Lone, Tool], await Ranked(_red, "centrality?algorithm=degree"));
        Assert.Equal(Bear, (await Ranked(_red, "centrality?algorithm=betweenness"))[0]);
        Assert.Equal([other], await Ranked(_clear, $"similar/{Bear}"));
        await FailsAsync(_clear.GetAsync($"/api/v2/knowledge-graph/analytics/similar/{Secret}"), 404, "NOT_FOUND");
        await FailsAsync(_clear.GetAsync("/api/v2/knowledge-graph/analytics/centrality?algorithm=fame"), 422, "VALIDATION_ERROR");
        await FailsAsync(_clear.GetAsync("/api/v2/knowledge-graph/analytics/components?limit=0"), 422, "VALIDATION_ERROR");

        var components = await GetAsync(_clear, "/api/v2/knowledge-graph/analytics/components");
        Assert.Equal([4], components.GetProperty("items").EnumerateArray().Select(c => c.GetProperty("size").GetInt32()));
        Assert.Equal([2, 1, 1, 1], (await GetAsync(_red, "/api/v2/knowledge-graph/analytics/components?relationship_type=attributed-to")).GetProperty("items").EnumerateArray().Select(c => c.GetProperty("size").GetInt32()));
        foreach (var algorithm in new[] { "components", "communities", "centrality", "centrality?algorithm=betweenness", "centrality?algorithm=degree" })
        {
            Assert.Empty((await GetAsync(_clear, $"/api/v2/knowledge-graph/analytics/{algorithm}{(algorithm.Contains('?', StringComparison.Ordinal) ? '&' : '?')}relationship_type=attributed-to")).GetProperty("items").EnumerateArray());
        }

        var communities = await GetAsync(_red, "/api/v2/knowledge-graph/analytics/communities");
        Assert.Equal(5, communities.GetProperty("items").EnumerateArray().Sum(c => c.GetProperty("size").GetInt32()));
        Assert.DoesNotContain(Secret, (await GetAsync(_clear, "/api/v2/knowledge-graph/analytics/communities")).ToString());
    }

    [Theory]
    [InlineData("json")]
    [InlineData("graphml")]
    [InlineData("cypher")]
    public async Task The_export_holds_everything_that_the_caller_may_see(string format)
    {
        await _fixture.ApplyAsync(new ThreatObjectsUpserted([Object(Dated, name: "<\"&'\\\n]]>\u0001", more: [("list", new[] { "a", "b" })])]));
        async Task<string> Text(HttpClient client) => await client.GetStringAsync($"/api/v1/knowledge-graph/export?format={format}", TestContext.Current.CancellationToken);
        var (red, clear) = (await Text(_red), await Text(_clear));
        Assert.All(new[] { Bear, Tool, Lone, Secret, Uses, Hidden, HiddenToo }, id => Assert.Contains(id, red, StringComparison.Ordinal));
        Assert.All(new[] { Secret, Hidden, HiddenToo }, id => Assert.DoesNotContain(id, clear, StringComparison.Ordinal));
        switch (format)
        {
            case "json":
                var json = JsonDocument.Parse(red).RootElement;
                Assert.Equal((5, 3), (json.GetProperty("nodes").GetArrayLength(), json.GetProperty("relationships").GetArrayLength()));
                break;
            case "graphml":
                var xml = System.Xml.Linq.XDocument.Parse(red);
                Assert.Equal((5, 3), (xml.Descendants().Count(e => e.Name.LocalName == "node"), xml.Descendants().Count(e => e.Name.LocalName == "edge")));
                Assert.Contains(xml.Descendants(), e => e.Value == "<\"&'\\\n]]>\uFFFD");
                break;
            default:
                await using (var copy = await StartAsync(stack))
                {
                    foreach (var statement in red.Split(";\n", StringSplitOptions.RemoveEmptyEntries))
                    {
                        await copy.Store.WriteAsync(copy.Graph(TlpLevel.Red), statement, null, TestContext.Current.CancellationToken);
                    }

                    Assert.Equal((5L, 3L), (await copy.ScalarAsync("MATCH (n) RETURN count(n)", TlpLevel.Red), await copy.ScalarAsync("MATCH ()-[e]->() RETURN count(e)", TlpLevel.Red)));
                    Assert.Equal("<\"&'\\\n]]>\u0001", await copy.ScalarAsync($"MATCH (n:Object {{id: '{Dated}'}}) RETURN n.name", TlpLevel.Red));
                }

                break;
        }

        await FailsAsync(_red.GetAsync("/api/v2/knowledge-graph/export?format=xlsx"), 422, "VALIDATION_ERROR");
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
    public async Task The_database_user_of_a_graph_can_read_it_and_nothing_else()
    {
        var server = FalkorDbOptions.Parse(await stack.ConnectionAsync("graph"));
        var administrator = new FalkorDbLogin("kgadmin", await stack.ConnectionAsync("graph-admin-password"));
        using var readers = new FalkorReaders(server, administrator);
        var ct = TestContext.Current.CancellationToken;
        await readers.AdmitAsync(_fixture.Graph(), ct);
        Assert.Equal(3L, (await readers.Graph(_fixture.Graph()).ReadAsync("MATCH (n) RETURN count(n)", null, ct)).Scalar<long>());
        Assert.Equal(FalkorDbError.Denied, (await Assert.ThrowsAsync<FalkorDbException>(() => readers.Graph(_fixture.Graph()).QueryAsync("CREATE (n)", null, ct))).Error);

        // As the reader of the clear graph, on the other graphs of the same tenant.
        var login = FalkorReaders.LoginOf(administrator, _fixture.Graph());
        using var reader = new FalkorDbClient(server with { User = login.User, Password = login.Password });
        foreach (var key in new[] { _fixture.Graph(TlpLevel.Red), GraphKey.Ledger(_fixture.Tenant), _fixture.Graph().Vectors })
        {
            Assert.Equal(FalkorDbError.Denied, (await Assert.ThrowsAsync<FalkorDbException>(() => reader.Graph(key.Name).ReadAsync("MATCH (n) RETURN n", null, ct))).Error);
        }

        Assert.Equal(FalkorDbError.Denied, (await Assert.ThrowsAsync<FalkorDbException>(() => reader.ListAsync(ct))).Error);

        // Users are lost with the server's memory; the next read makes its own again.
        await readers.DismissAsync(_fixture.Graph(), ct);
        Assert.Equal(3, (await GetAsync(_clear, "/api/v2/knowledge-graph/nodes?count=true")).GetProperty("total").GetInt32());
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

    private static Relationship Timed(string id, string source, string target, string from, string? to)
    {
        var link = Link(id, source, target);
        var times = new Dictionary<string, JsonElement>(link.Properties) { ["start_time"] = JsonSerializer.SerializeToElement(from) };
        if (to is not null)
        {
            times["stop_time"] = JsonSerializer.SerializeToElement(to);
        }

        return link with { Properties = times };
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
