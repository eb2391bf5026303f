using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.KnowledgeGraph.Semantics;
using Platform.KnowledgeGraph.Storage;
using Platform.TestSupport;
using static Platform.IntegrationTests.KnowledgeGraph.GraphFixture;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>Typed plans over the graph, compiled here and held to the caller's rights.</summary>
public sealed partial class ApiTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_member_and_join_of_the_shipped_model_can_be_asked_for()
    {
        var model = await _red.GetFromJsonAsync<JsonElement>("/internal/semantic/models", Ct);
        Assert.DoesNotContain("x_mitre", model.GetRawText(), StringComparison.Ordinal);
        foreach (var entity in GraphModel.Shipped().Entities)
        {
            string[] measures = ["count", .. entity.Joins.Select(j => $"{j.Name}.count")];
            foreach (var field in entity.Dimensions)
            {
                var isTime = field.Type == "time";
                await QueryAsync(_red, new { entity = entity.Name, measures, dimensions = isTime ? [] : new[] { field.Name }, time = isTime ? new { field = field.Name, granularity = "quarter" } : null, filters = new[] { new { field = field.Name, op = "set" } } });
            }

            foreach (var join in entity.Joins)
            {
                await QueryAsync(_red, new { entity = entity.Name, measures, dimensions = new[] { $"{join.Name}.name" }, filters = new[] { new { field = $"{join.Name}.name", op = "contains", values = new[] { "x" } } } });
            }
        }
    }

    [Fact]
    public async Task A_plan_counts_each_node_once_and_only_what_the_caller_may_see()
    {
        await _fixture.ApplyAsync(
            new ThreatObjectsUpserted(
            [
                Object("attack-pattern--00000000-0000-4000-8000-000000000021", name: "One", more: [("phases", new[] { "execution", "impact" }), ("created", "2024-05-06T07:08:09.000Z")]),
                Object("attack-pattern--00000000-0000-4000-8000-000000000022", name: "Two", more: [("phases", new[] { "impact" }), ("created", "2024-11-06T07:08:09.000Z")]),
                Object("attack-pattern--00000000-0000-4000-8000-000000000023", name: "Three", tlp: TlpLevel.Red, more: [("phases", new[] { "impact" })]),
                Object("attack-pattern--00000000-0000-4000-8000-000000000024", name: "Gone", more: [("phases", new[] { "impact" })]) with { Revoked = true },
            ]),
            new RelationshipsUpserted(
            [
                Link("relationship--00000000-0000-4000-8000-000000000031", Bear, "attack-pattern--00000000-0000-4000-8000-000000000021"),
                Link("relationship--00000000-0000-4000-8000-000000000032", Bear, "attack-pattern--00000000-0000-4000-8000-000000000022"),
                Link("relationship--00000000-0000-4000-8000-000000000033", Tool, "attack-pattern--00000000-0000-4000-8000-000000000022"),
            ]));
        var perTactic = new { entity = "techniques", measures = new[] { "count", "groups.count" }, dimensions = new[] { "tactic" } };
        Assert.Equal("""[["impact",3,1],["execution",1,1]]""", Rows(await QueryAsync(_red, perTactic)));
        Assert.Equal("""[["impact",2,1],["execution",1,1]]""", Rows(await QueryAsync(_clear, perTactic)));
        Assert.Equal("[[2]]", Rows(await QueryAsync(_clear, new { entity = "techniques", measures = new[] { "count" } })));
        Assert.Equal("[[1]]", Rows(await QueryAsync(_clear, new { entity = "techniques", measures = new[] { "count" }, filters = new[] { new { field = "revoked", op = "equals", values = new[] { "true" } } } })));
        Assert.Equal("[[2,1]]", Rows(await QueryAsync(_clear, new { entity = "techniques", measures = new[] { "count", "groups.count" }, filters = new[] { new { field = "groups.name", op = "equals", values = new[] { "APT testing BEAR" } } } })));
        Assert.Equal("""[["2024-04-01T00:00:00Z",1],["2024-10-01T00:00:00Z",1]]""", Rows(await QueryAsync(_clear, new { entity = "techniques", measures = new[] { "count" }, time = new { field = "created", granularity = "quarter" } })));

        using var stranger = _host.ClientFor(ServiceHost<GraphNode>.User(Guid.NewGuid(), "read:all", TlpLevel.Red));
        Assert.Equal("[]", Rows(await QueryAsync(stranger, perTactic)));
        using var noReader = _host.ClientFor(ServiceHost<GraphNode>.User(_fixture.Tenant, "use:chat", TlpLevel.Red));
        Assert.Equal(0, (await noReader.GetFromJsonAsync<JsonElement>("/internal/semantic/models", Ct)).GetProperty("entities").GetArrayLength());
        using var forbidden = await noReader.PostAsJsonAsync("/internal/semantic/query", perTactic, Ct);
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
        using var invented = await _red.PostAsJsonAsync("/internal/semantic/query", new { entity = "techniques", measures = new[] { "count(n) AS x MATCH (m)" } }, Ct);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, invented.StatusCode);
    }

    [Fact]
    public async Task Every_change_of_the_graph_gives_it_another_version()
    {
        var versions = new List<string> { await VersionAsync() };
        Assert.Equal(versions[0], await VersionAsync());
        await _fixture.ApplyAsync(new ThreatObjectsUpserted([Object("tool--00000000-0000-4000-8000-000000000041", name: "New")]));
        versions.Add(await VersionAsync());
        using var writer = _host.ClientFor(ServiceHost<GraphNode>.User(_fixture.Tenant, "read:all write:knowledge_graph", TlpLevel.Red));
        using var made = await writer.PostAsJsonAsync("/api/v2/knowledge-graph/nodes", new { node_type = "x-acme-server", name = "Of a user" }, Ct);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        versions.Add(await VersionAsync());
        Assert.Distinct(versions);

        using var stranger = _host.ClientFor(ServiceHost<GraphNode>.User(Guid.NewGuid(), "read:all", TlpLevel.Red));
        Assert.Equal("{}", await stranger.GetStringAsync("/internal/graph/version", Ct));
        using var noReader = _host.ClientFor(ServiceHost<GraphNode>.User(_fixture.Tenant, "use:chat", TlpLevel.Red));
        Assert.Equal(HttpStatusCode.Forbidden, (await noReader.GetAsync("/internal/graph/version", Ct)).StatusCode);

        async Task<string> VersionAsync() => (await _red.GetFromJsonAsync<JsonElement>("/internal/graph/version", Ct)).GetProperty("version").GetString()!;
    }

    private static string Rows(JsonElement result) => result.GetProperty("rows").GetRawText();

    private static async Task<JsonElement> QueryAsync(HttpClient client, object plan)
    {
        using var response = await client.PostAsJsonAsync("/internal/semantic/query", plan, Ct);
        var text = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{JsonSerializer.Serialize(plan)}\n{text}");
        return JsonElement.Parse(text);
    }
}
