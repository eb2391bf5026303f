using System.Net;
using System.Text.Json;
using Platform.TestSupport;

namespace Platform.EndToEndTests;

/// <summary>The main job on ATT&amp;CK Enterprise: import, look, connect, ask. Skipped, and said so, without the test data.</summary>
public sealed class MainJobTests(PlatformFixture platform)
{
    private const string NoData = "ATT&CK is not beside this checkout (../shared/data).";

    private async Task<ImportedAttack> AttackAsync()
    {
        var attack = await platform.AttackAsync();
        Assert.SkipWhen(attack is null, NoData);
        return attack!;
    }

    /// <summary>Everything stored in this tenant by its id, and what the graph holds once it has as many nodes: a test before may have stored something a moment ago.</summary>
    private async Task<(Dictionary<string, JsonElement> Exported, JsonElement Stats)> SettledAsync()
    {
        using var response = await platform.Admin.SendAsync(HttpMethod.Get, "/api/v2/threat-intel/export");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        using var export = await JsonDocument.ParseAsync(body, cancellationToken: TestContext.Current.CancellationToken);
        var exported = export.RootElement.GetProperty("objects").EnumerateArray().ToDictionary(o => o.GetProperty("id").GetString()!, o => o.Clone());
        var relationships = exported.Keys.Count(id => id.StartsWith("relationship--", StringComparison.Ordinal));
        var nodes = exported.Count - relationships - exported.Keys.Count(id => id.StartsWith("sighting--", StringComparison.Ordinal));
        JsonElement stats = default;
        await Eventually.TrueAsync(
            async () =>
            {
                stats = await platform.Admin.GetAsync("/api/v2/knowledge-graph/stats");
                return stats.GetProperty("nodes").GetInt64() == nodes && stats.GetProperty("relationships").GetInt64() >= relationships;
            },
            TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken, $"A graph of {nodes} nodes and {relationships} relationships");
        return (exported, stats);
    }

    [Fact]
    public async Task Import_takes_every_object_and_reports_it()
    {
        var attack = await AttackAsync();
        Assert.Equal("completed", attack.Import.GetProperty("status").GetString());
        Assert.Equal(ImportedAttack.Objects, attack.Import.GetProperty("total").GetInt32());
        Assert.Equal(ImportedAttack.Objects, attack.Import.GetProperty("processed").GetInt32());
        Assert.Equal(0, attack.Import.GetProperty("failed").GetInt32());
        TestContext.Current.SendDiagnosticMessage($"stored in {attack.Stored.TotalSeconds:0.0} s, in the graph after {attack.InGraph.TotalSeconds:0.0} s");
    }

    [Fact]
    public async Task Import_again_changes_nothing_and_publishes_nothing()
    {
        var attack = await AttackAsync();
        var (_, before) = await SettledAsync();
        var again = await platform.Admin.ImportAsync(attack.Bundle);
        Assert.Equal(ImportedAttack.Objects, again.GetProperty("unchanged").GetInt32());
        Assert.Equal(0, again.GetProperty("created").GetInt32());
        Assert.Equal(0, again.GetProperty("updated").GetInt32());
        var (_, after) = await SettledAsync();
        Assert.Equal(before.GetProperty("nodes").GetInt64(), after.GetProperty("nodes").GetInt64());
        Assert.Equal(before.GetProperty("relationships").GetInt64(), after.GetProperty("relationships").GetInt64());
    }

    [Fact]
    public async Task Import_progress_streams_as_server_sent_events_and_ends()
    {
        var attack = await AttackAsync();
        var (_, location) = await platform.Admin.StartImportAsync(attack.Bundle);
        using var response = await platform.Admin.SendAsync(HttpMethod.Get, location + "/events");
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var stream = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("completed", stream, StringComparison.Ordinal);
        Assert.Contains("data:", stream, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counts_in_the_store_the_graph_and_the_export_are_equal()
    {
        var attack = await AttackAsync();
        var (exported, stats) = await SettledAsync();
        using var source = JsonDocument.Parse(attack.Bundle);
        foreach (var original in source.RootElement.GetProperty("objects").EnumerateArray())
        {
            Assert.True(JsonElement.DeepEquals(original, exported[original.GetProperty("id").GetString()!]), original.GetProperty("id").GetString());
        }

        var relationships = exported.Keys.Count(id => id.StartsWith("relationship--", StringComparison.Ordinal));
        Assert.True(stats.GetProperty("relationships").GetInt64() >= relationships);
    }

    [Fact]
    public async Task The_three_lists_answer_in_both_conventions()
    {
        await AttackAsync();
        await platform.Admin.ImportAsync(SmallBundle.Create(out _, out _));
        foreach (var kind in new[] { "threat-actors", "campaigns", "indicators" })
        {
            var v1 = await platform.Admin.GetAsync($"/api/v1/threat-intel/{kind}?limit=3");
            Assert.True(v1.GetProperty("items").GetArrayLength() is > 0 and <= 3, kind);
            Assert.True(v1.GetProperty("total").GetInt64() > 0);
            var v2 = await platform.Admin.GetAsync($"/api/v2/threat-intel/{kind}?limit=1");
            Assert.Equal(1, v2.GetProperty("items").GetArrayLength());
        }

        var found = await platform.Admin.GetAsync("/api/v1/threat-intel/threat-actors?search=APT28");
        Assert.Contains(found.GetProperty("items").EnumerateArray(), a => a.GetProperty("name").GetString() == "APT28");
    }

    [Fact]
    public async Task A_node_carries_its_labels_and_properties()
    {
        await AttackAsync();
        var node = await platform.Admin.GetAsync($"/api/v1/knowledge-graph/nodes/{ImportedAttack.Apt28}");
        Assert.Equal("APT28", node.GetProperty("name").GetString());
        Assert.Contains("IntrusionSet", node.GetProperty("labels").EnumerateArray().Select(l => l.GetString()));
        using var absent = await platform.Admin.SendAsync(HttpMethod.Get, $"/api/v1/knowledge-graph/nodes/intrusion-set--{Guid.NewGuid()}");
        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
    }

    [Fact]
    public async Task Two_actors_are_two_hops_apart_through_33_different_middles()
    {
        await AttackAsync();
        var path = await platform.Admin.PostAsync("/api/v1/knowledge-graph/path",
            new { source_id = ImportedAttack.Apt28, target_id = ImportedAttack.Apt29, max_depth = 5 });
        Assert.Equal(2, path.GetProperty("length").GetInt32());
        Assert.Equal(3, path.GetProperty("nodes").GetArrayLength());
        var middles = await platform.Admin.PostAsync("/api/v1/knowledge-graph/query", new
        {
            cypher = "MATCH (a:Object {id: $a})--(m:Object)--(b:Object {id: $b}) RETURN count(DISTINCT m) AS n",
            parameters = new { a = ImportedAttack.Apt28, b = ImportedAttack.Apt29 },
        });
        Assert.Equal(33, middles.GetProperty("results")[0].GetProperty("n").GetInt32());
    }

    [Fact]
    public async Task Breadth_first_counts_from_APT28_come_out_of_the_query_door()
    {
        await AttackAsync();
        var seen = new HashSet<string> { ImportedAttack.Apt28 };
        var frontier = new List<string> { ImportedAttack.Apt28 };
        var counts = new List<int>();
        while (frontier.Count > 0)
        {
            var next = new List<string>();
            foreach (var chunk in frontier.Chunk(300))
            {
                var rows = await platform.Admin.PostAsync("/api/v2/knowledge-graph/query", new
                {
                    cypher = "MATCH (a:Object)--(b:Object) WHERE a.id IN $ids RETURN DISTINCT b.id AS id",
                    parameters = new { ids = chunk },
                });
                next.AddRange(rows.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("id").GetString()!).Where(seen.Add));
            }

            frontier = next;
            if (next.Count > 0)
            {
                counts.Add(next.Count);
            }
        }

        Assert.Equal([120, 1237, 685, 514, 8, 2], counts);
    }

    [Theory]
    [InlineData("CREATE (n:Object {id: 'x'}) RETURN n")]
    [InlineData("MATCH (n) DETACH DELETE n")]
    [InlineData("MATCH (n) SET n.name = 'x' RETURN n")]
    [InlineData("LOAD CSV FROM 'https://example.org/x.csv' AS row RETURN row")]
    [InlineData("CALL db.idx.fulltext.drop('Object')")]
    public async Task The_query_door_refuses_whatever_is_not_reading(string cypher)
    {
        using var response = await platform.Admin.SendAsync(HttpMethod.Post, "/api/v2/knowledge-graph/query", new { cypher });
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("QUERY_NOT_ALLOWED", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_agent_counts_techniques_by_asking_the_real_data()
    {
        var attack = await AttackAsync();
        using var response = await platform.Admin.SendAsync(HttpMethod.Post, "/api/v1/agent/chat_sse", new { message = "How many techniques does APT28 use?" });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.Contains("X-Conversation-ID"));
        var stream = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var frames = stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Where(f => f.StartsWith("data:", StringComparison.Ordinal)).Select(f => JsonDocument.Parse(f["data:".Length..]).RootElement).ToList();
        Assert.True(frames[^1].GetProperty("done").GetBoolean());
        var text = string.Concat(frames.Where(f => f.TryGetProperty("content", out _)).Select(f => f.GetProperty("content").GetString()));
        Assert.Contains(TechniquesOf(attack.Bundle, ImportedAttack.Apt28).ToString(), text, StringComparison.Ordinal);
    }

    /// <summary>Counted from the bundle itself: direct uses of techniques, revoked and deprecated ones left out.</summary>
    private static int TechniquesOf(byte[] bundle, string actor)
    {
        static bool Live(JsonElement o) => !(o.TryGetProperty("revoked", out var r) && r.GetBoolean()) && !(o.TryGetProperty("x_mitre_deprecated", out var d) && d.GetBoolean());
        using var document = JsonDocument.Parse(bundle);
        var objects = document.RootElement.GetProperty("objects").EnumerateArray().ToList();
        var techniques = objects.Where(o => o.GetProperty("type").GetString() == "attack-pattern" && Live(o)).Select(o => o.GetProperty("id").GetString()).ToHashSet();
        return objects.Where(o => o.GetProperty("type").GetString() == "relationship" && Live(o)
                && o.GetProperty("relationship_type").GetString() == "uses" && o.GetProperty("source_ref").GetString() == actor)
            .Select(o => o.GetProperty("target_ref").GetString()).Where(techniques.Contains).Distinct().Count();
    }
}
