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

/// <summary>Dates, comparison, algorithms, export, and what stands behind the endpoints.</summary>
public sealed partial class ApiTests
{
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
}
