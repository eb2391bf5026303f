using FalkorDb;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Contracts;
using Platform.KnowledgeGraph.Paths;
using Platform.KnowledgeGraph.Projection;
using Platform.KnowledgeGraph.Search;
using Platform.KnowledgeGraph.Storage;
using Platform.KnowledgeGraph.Storage.Neo4j;
using Platform.TestSupport;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>What every store must do, on the real server.</summary>
public abstract class GraphStoreSuite : IAsyncLifetime
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private protected GraphKey Graph { get; } = GraphKey.Of(Guid.NewGuid(), TlpLevel.Green);

    internal IGraphStore Store { get; private set; } = null!;

    /// <summary>Whether a graph can take the place of another.</summary>
    protected virtual bool HasManyGraphs => true;

    internal abstract Task<IGraphStore> StartAsync();

    public async ValueTask InitializeAsync()
    {
        Store = await StartAsync();
        await Store.DropAsync(Graph, Ct);
        var writer = new GraphWriter(Store, NullLogger<GraphWriter>.Instance);
        await writer.PrepareAsync(Graph, Ct);
        await writer.PutNodesAsync(Graph, [Node("Malware", "m1", "Emotet"), Node("Malware", "m2", "TrickBot"), Node("IntrusionSet", "g1", "Fancy Bear"), Node("Tool", "t1", "Mimikatz")], areNew: true, Ct);
        var edges = new[] { ("e1", "g1", "USES", "m1"), ("e2", "m1", "USES", "t1"), ("e3", "g1", "USES", "m2"), ("e4", "m2", "USES", "t1"), ("e5", "g1", "TARGETS", "t1") };
        var dangling = await writer.PutEdgesAsync(
            Graph, [.. edges, ("e6", "g1", "USES", "nobody")], e => new EdgeEnds(e.Item2, e.Item3, e.Item4), e => new Dictionary<string, object?> { ["id"] = e.Item1, ["weight"] = e.Item1 == "e5" ? 5 : 1.5 }, areNew: true, Ct);
        Assert.Equal("e6", Assert.Single(dangling).Item1);
    }

    public async ValueTask DisposeAsync()
    {
        if (Store is not null)
        {
            await Store.DropAsync(Graph, CancellationToken.None);
            await Store.DropAsync(Graph.Restored, CancellationToken.None);
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Values_are_stored_and_read_as_they_are()
    {
        var values = new Dictionary<string, object?>
        {
            ["id"] = "v1",
            ["text"] = "O'Brien \"q\" \\ `b`\n日本語 🙂",
            ["whole"] = 5L,
            ["part"] = 5.0,
            ["large"] = long.MaxValue,
            ["truth"] = true,
            ["list"] = new object?[] { "a", "b" },
            ["x' CREATE (n) //"] = "key",
        };
        await new GraphWriter(Store, NullLogger<GraphWriter>.Instance).PutNodesAsync(Graph, [("Note", values)], areNew: false, Ct);
        var node = (GraphNode)(await RowsAsync("MATCH (n:Note {id: $id}) RETURN n", new() { ["id"] = "v1" }))[0][0]!;
        Assert.Equivalent(values.Where(v => v.Key != "id").ToDictionary(), node.Properties, strict: true);
        Assert.IsType<double>(node.Properties["part"]);
        Assert.Equal([1L, null, "x"], (object?[])(await RowsAsync("RETURN [1, null, $x]", new() { ["x"] = "x" }))[0][0]!);
    }

    [Fact]
    public async Task A_read_cannot_write_and_failures_have_their_kind()
    {
        Assert.Equal(GraphFailure.NotAllowed, (await Assert.ThrowsAsync<GraphStoreException>(() => RowsAsync("CREATE (n:Object) RETURN n"))).Failure);
        Assert.Equal(GraphFailure.Invalid, (await Assert.ThrowsAsync<GraphStoreException>(() => RowsAsync("MATCH (n RETURN n"))).Failure);
        Assert.Equal(GraphFailure.TooExpensive, (await Assert.ThrowsAsync<GraphStoreException>(() => Store.ReadAsync(
            Graph, "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN max(a * b % 7)", null, new ReadLimits(TimeSpan.FromMilliseconds(300)), Ct))).Failure);
        Assert.Equal(4L, (await RowsAsync("MATCH (n) RETURN count(n)"))[0][0]);
    }

    [Fact]
    public async Task AGraph_that_is_not_there_reads_as_an_empty_one()
    {
        var none = GraphKey.None(Guid.NewGuid());
        Assert.SkipUnless(HasManyGraphs, "One database holds one graph.");
        Assert.Empty((await Store.ReadAsync(none, "MATCH (n) RETURN n", null, ReadLimits.Default, Ct)).Rows);
        Assert.Empty(await Store.PlanAsync(none, "MATCH (n) RETURN n", null, profile: true, TimeSpan.FromSeconds(5), Ct));
        Assert.Equal(0, (await Store.SummarizeAsync(none, Ct)).Nodes);
    }

    [Fact]
    public async Task Texts_are_found_by_words_beginnings_and_likeness()
    {
        Assert.Equal(["g1"], (await Store.SearchAsync(Graph, new TextSearch("bear FANCY", TextMatch.Words, 5), Ct)).Select(f => f.Node.Id));
        Assert.Equal(["t1"], (await Store.SearchAsync(Graph, new TextSearch("mimi", TextMatch.Prefix, 5), Ct)).Select(f => f.Node.Id));
        Assert.Equal(["t1"], (await Store.SearchAsync(Graph, new TextSearch("mimikatz", TextMatch.Prefix, 5), Ct)).Select(f => f.Node.Id));
        Assert.Equal(["g1"], (await Store.SearchAsync(Graph, new TextSearch("fency beer", TextMatch.Alike, 5), Ct)).Select(f => f.Node.Id));
        Assert.Empty(await Store.SearchAsync(Graph, new TextSearch("fency wolf", TextMatch.Alike, 5), Ct));
        Assert.Equal(["g1"], (await Store.SearchAsync(Graph, new TextSearch("bears", TextMatch.Words, 5), Ct)).Select(f => f.Node.Id));
        Assert.Empty(await Store.SearchAsync(Graph, new TextSearch("\" ) | @name:*", TextMatch.Words, 5), Ct));
        Assert.Equal(1, (await Store.CountWordsAsync(Graph, ["bear"], Ct))["bear"]);
        var asked = LexicalVector.Fold(LexicalVector.OfQuestion("mimikats", new Dictionary<string, double>()));
        Assert.Equal("t1", (await Store.NearestAsync(Graph, asked, 4, Ct))[0]);
        await new GraphWriter(Store, NullLogger<GraphWriter>.Instance).RemoveNodesAsync(Graph, ["t1"], Ct);
        Assert.DoesNotContain("t1", await Store.NearestAsync(Graph, asked, 4, Ct));
    }

    [Fact]
    public async Task Paths_are_found_in_their_order()
    {
        var find = new FindPaths(Store);
        async Task<string[]> Paths(PathRequest request) => [.. (await find.RunAsync(Graph, request, Ct)).Select(p => string.Join(' ', p.Relationships.Select(r => r.Id)))];
        Assert.Equal(["e5"], await Paths(new PathRequest("g1", "t1")));
        Assert.Equal(["e5", "e1 e2", "e3 e4"], await Paths(new PathRequest("g1", "t1", K: 5)));
        Assert.Equal(["e1 e2", "e3 e4"], await Paths(new PathRequest("g1", "t1", WeightProperty: "weight", All: true)));
        Assert.Equal(["e1 e2", "e3 e4"], await Paths(new PathRequest("g1", "t1", RelationshipTypes: ["uses"], All: true)));
        Assert.Equal(["e1 e3", "e2 e4"], await Paths(new PathRequest("m1", "m2", RelationshipTypes: ["uses"], K: 2, WeightProperty: "none")));
        Assert.Empty(await Paths(new PathRequest("t1", "g1", Directed: true)));
    }

    [Fact]
    public async Task Relationships_side_by_side_are_paths_of_their_own_in_order()
    {
        var more = new[] { ("e0", "m1", "USES", "t1"), ("e9", "g1", "TARGETS", "m1") };
        await new GraphWriter(Store, NullLogger<GraphWriter>.Instance).PutEdgesAsync(Graph, more, e => new EdgeEnds(e.Item2, e.Item3, e.Item4), e => new Dictionary<string, object?> { ["id"] = e.Item1 }, areNew: true, Ct);
        await new GraphWriter(Store, NullLogger<GraphWriter>.Instance).RemoveEdgesAsync(Graph, [("e5", new EdgeEnds("g1", "TARGETS", "t1"))], Ct);
        async Task<string[]> Paths(PathRequest request) => [.. (await new FindPaths(Store).RunAsync(Graph, request, Ct)).Select(p => string.Join(' ', p.Relationships.Select(r => r.Id)))];
        Assert.Equal(["e1 e0", "e1 e2", "e9 e0", "e9 e2", "e3 e4"], await Paths(new PathRequest("g1", "t1", All: true)));
        Assert.Equal(["e1 e0", "e1 e2", "e9 e0", "e9 e2", "e3 e4"], await Paths(new PathRequest("g1", "t1", K: 5, MaxDepth: 2)));
        Assert.Equal(["e1 e0"], await Paths(new PathRequest("g1", "t1")));
        Assert.Equal(["e0 e1", "e0 e9", "e2 e1", "e2 e9", "e4 e3"], await Paths(new PathRequest("t1", "g1", All: true)));
        var found = Assert.Single(await new ShortestPaths(Store).FindAsync(Graph, new PathSearch("g1", "t1", 5, new RelationshipFilter([]), 1), Ct));
        Assert.Equal(("g1", "m1", "t1"), (found.Nodes[0].Id, found.Nodes[1].Id, found.Nodes[2].Id));
        var two = await new ShortestPaths(Store).FindAsync(Graph, new PathSearch("g1", "t1", 5, new RelationshipFilter([]), 2), Ct);
        Assert.Equal(["e0", "e2"], two.Select(p => p.Relationships[1].Id));
    }

    /// <summary>Of two ids in the WHERE of a pattern FalkorDB looks up neither: it reads all nodes, again for each row before it.</summary>
    [Fact]
    public async Task No_search_for_paths_reads_all_nodes()
    {
        var recorded = new RecordedStore(Store);
        foreach (var request in new[]
        {
            new PathRequest("g1", "t1"), new PathRequest("t1", "m2", All: true), new PathRequest("g1", "t1", K: 5), new PathRequest("g1", "t1", WeightProperty: "weight", All: true),
            new PathRequest("t1", "g1", RelationshipTypes: ["uses"], All: true, From: DateTimeOffset.UnixEpoch), new PathRequest("g1", "t1", Directed: true, K: 3),
        })
        {
            await new FindPaths(recorded).RunAsync(Graph, request, Ct);
        }

        Assert.NotEmpty(recorded.Reads);
        foreach (var (cypher, parameters) in recorded.Reads.DistinctBy(r => r.Cypher))
        {
            var plan = await Store.PlanAsync(Graph, cypher, parameters, profile: false, TimeSpan.FromSeconds(5), Ct);
            Assert.DoesNotContain(plan, line => line.Contains("Scan", StringComparison.Ordinal) && !line.Contains("Index", StringComparison.Ordinal) || line.Contains("AllNodesScan", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Algorithms_and_counts_know_what_there_is()
    {
        var all = new AlgorithmScope(null, null);
        Assert.Equal("t1", (await Store.RankAsync(Graph, Ranking.PageRank, all, 4, Ct))[0].Node.Id);
        Assert.Equal(["m1", "m2"], (await Store.RankAsync(Graph, Ranking.Betweenness, new AlgorithmScope(null, "USES"), 2, Ct)).Select(r => r.Node.Id));
        Assert.Equal([("g1", 3.0), ("t1", 3.0), ("m1", 2.0), ("m2", 2.0)], (await Store.RankAsync(Graph, Ranking.Degree, all, 4, Ct)).Select(r => (r.Node.Id, r.Score)));
        Assert.Equal([("g1", 1.0), ("t1", 1.0)], (await Store.RankAsync(Graph, Ranking.Degree, new AlgorithmScope(null, "TARGETS"), 4, Ct)).Select(r => (r.Node.Id, r.Score)));
        Assert.Equal([("t1", 2.0)], (await Store.RankAsync(Graph, Ranking.Degree, new AlgorithmScope("Tool", "USES"), 4, Ct)).Select(r => (r.Node.Id, r.Score)));
        Assert.Empty(await Store.RankAsync(Graph, Ranking.Degree, new AlgorithmScope(null, "NOWHERE"), 4, Ct));
        Assert.Equal(4, Assert.Single(await Store.GroupAsync(Graph, Grouping.Components, all, 9, 9, Ct)).Size);
        Assert.Equal([2, 1, 1], (await Store.GroupAsync(Graph, Grouping.Components, new AlgorithmScope(null, "TARGETS"), 9, 9, Ct)).Select(g => g.Size));
        Assert.Equal(4, (await Store.GroupAsync(Graph, Grouping.Communities, all, 9, 9, Ct)).Sum(g => g.Size));
        Assert.Empty(await Store.GroupAsync(Graph, Grouping.Components, new AlgorithmScope(null, "NOWHERE"), 9, 9, Ct));
        var summary = await Store.SummarizeAsync(Graph, Ct);
        Assert.Equal((4, 5), (summary.Nodes, summary.Relationships));
        Assert.Equal([("IntrusionSet", 1L), ("Malware", 2L), ("Tool", 1L)], summary.Labels);
        Assert.Equal([("TARGETS", 1L), ("USES", 4L)], summary.Types);
        Assert.Contains("name", summary.PropertyKeys);
    }

    [Fact]
    public async Task Plans_are_shown_and_a_profile_does_not_write()
    {
        Assert.NotEmpty(await Store.PlanAsync(Graph, "MATCH (n:Object {id: $id}) RETURN n", new Dictionary<string, object?> { ["id"] = "g1" }, profile: false, TimeSpan.FromSeconds(5), Ct));
        Assert.NotEmpty(await Store.PlanAsync(Graph, "MATCH (n) RETURN n.name", null, profile: true, TimeSpan.FromSeconds(5), Ct));
        foreach (var write in new[] { "CREATE (n:Object)", "MERGE (n:Object {id: 'x'})", "MATCH (n) SET n.x = 1", "MATCH (n) DETACH DELETE n", "MATCH (n) REMOVE n.name", "FOREACH (x IN [1] | CREATE (n))" })
        {
            Assert.Equal(GraphFailure.NotAllowed, (await Assert.ThrowsAsync<GraphStoreException>(() => Store.PlanAsync(Graph, write, null, profile: true, TimeSpan.FromSeconds(5), Ct))).Failure);
        }

        Assert.Equal([4L, 4L], (await RowsAsync("MATCH (n) RETURN count(n), count(n.name)"))[0]);
    }

    [Fact]
    public async Task OneGraph_takes_the_place_of_another_with_its_indexes()
    {
        Assert.SkipUnless(HasManyGraphs, "One database holds one graph.");
        var writer = new GraphWriter(Store, NullLogger<GraphWriter>.Instance);
        await writer.PrepareAsync(Graph.Restored, Ct);
        await writer.PutNodesAsync(Graph.Restored, [Node("Malware", "m9", "Qakbot")], areNew: true, Ct);
        await Store.ReplaceAsync(Graph, Graph.Restored, Ct);
        Assert.Equal("m9", (await RowsAsync("MATCH (n) RETURN n.id"))[0][0]);
        Assert.Equal(["m9"], (await Store.SearchAsync(Graph, new TextSearch("qakbot", TextMatch.Words, 5), Ct)).Select(f => f.Node.Id));
        Assert.Equal(["m9"], await Store.NearestAsync(Graph, LexicalVector.Fold(LexicalVector.OfQuestion("quakbot", new Dictionary<string, double>())), 5, Ct));
        Assert.DoesNotContain(Graph.Restored, await Store.ListAsync(Ct));
        Assert.Contains(Graph, await Store.ListAsync(Ct));
    }

    private static (string, IReadOnlyDictionary<string, object?>) Node(string label, string id, string name) => (label, new Dictionary<string, object?> { ["id"] = id, ["name"] = name });

    private async Task<IReadOnlyList<object?[]>> RowsAsync(string cypher, Dictionary<string, object?>? parameters = null) =>
        (await Store.ReadAsync(Graph, cypher, parameters, ReadLimits.Default, Ct)).Rows;
}

/// <summary>FalkorDB, its readers being users who can read one graph each.</summary>
public sealed class FalkorStoreTests(Stack stack) : GraphStoreSuite
{
    internal override async Task<IGraphStore> StartAsync()
    {
        var server = FalkorDbOptions.Parse(await stack.ConnectionAsync("graph"));
        return new FalkorGraphStore(new FalkorDbClient(server), new FalkorReaders(server, new FalkorDbLogin("kgadmin", await stack.ConnectionAsync("graph-admin-password"))));
    }

    [Fact]
    public async Task The_ends_of_relationships_are_looked_up_without_reading_all_nodes()
    {
        var plan = await Store.PlanAsync(Graph, FalkorGraphStore.IdsOf, new Dictionary<string, object?> { ["ids"] = new[] { 1L, 2L } }, profile: false, TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        Assert.Contains(plan, line => line.Contains("NodeByIdSeek", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line => line.Contains("Scan", StringComparison.Ordinal));
    }
}

/// <summary>Neo4j, where <c>PLATFORM_NEO4J</c> names a server: <c>neo4j+http://user:password@host:7474[/database]</c>.</summary>
public sealed class Neo4jStoreTests : GraphStoreSuite
{
    private readonly string? _address = Environment.GetEnvironmentVariable("PLATFORM_NEO4J");

    protected override bool HasManyGraphs => Neo4jOptions.Parse(_address!).Database is null;

    internal override Task<IGraphStore> StartAsync()
    {
        Assert.SkipWhen(string.IsNullOrEmpty(_address), "PLATFORM_NEO4J names no Neo4j server.");
        var options = Neo4jOptions.Parse(_address!);
        var client = new Neo4jClient(new HttpClient { Timeout = Timeout.InfiniteTimeSpan }, options);
        return Task.FromResult<IGraphStore>(new Neo4jGraphStore(client, new Neo4jDatabases(client, options)));
    }
}
