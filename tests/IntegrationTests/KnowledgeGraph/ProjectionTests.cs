using Microsoft.Extensions.Logging.Abstractions;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.KnowledgeGraph.Projection;
using Platform.KnowledgeGraph.Storage;
using Platform.TestSupport;
using static Platform.IntegrationTests.KnowledgeGraph.GraphFixture;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>What events say is what the graphs hold, whatever their order and however often they come.</summary>
public sealed class ProjectionTests(Stack stack)
{
    private const string A = "malware--aaaaaaaa-0000-4000-8000-000000000001";
    private const string B = "tool--bbbbbbbb-0000-4000-8000-000000000001";
    private const string C = "campaign--cccccccc-0000-4000-8000-000000000001";
    private const string Ab = "relationship--00000000-0000-4000-8000-0000000000ab";
    private const string Bc = "relationship--00000000-0000-4000-8000-0000000000bc";

    [Fact]
    public async Task A_relationship_that_comes_first_is_invisible_until_both_ends_are_there()
    {
        await using var fixture = await StartAsync(stack);
        await fixture.ApplyAsync(new RelationshipsUpserted([Link(Ab, A, B)]));
        Assert.Equal(0L, await fixture.ScalarAsync("MATCH (n) RETURN count(n)"));
        await fixture.ApplyAsync(new ThreatObjectsUpserted([Object(B)]));
        Assert.Equal(1L, await fixture.ScalarAsync("MATCH (n) RETURN count(n)"));
        Assert.Equal(0L, await fixture.ScalarAsync("MATCH ()-[e]->() RETURN count(e)"));
        await fixture.ApplyAsync(new ThreatObjectsUpserted([Object(A)]));
        Assert.Equal(B, await fixture.ScalarAsync("MATCH (:Malware)-[e:USES]->(n:Tool) RETURN n.id"));
        var (_, _, waiting) = await fixture.Ledger.LagAsync(fixture.Tenant, TlpLevel.Clear, TestContext.Current.CancellationToken);
        Assert.Equal(0, waiting);
    }

    [Fact]
    public async Task What_the_vector_index_has_no_room_for_is_in_the_graph_all_the_same()
    {
        await using var fixture = await StartAsync(stack);
        var store = new FullVectors(fixture.Store);
        var writer = new GraphWriter(store, NullLogger<GraphWriter>.Instance);
        var projector = new Projector(fixture.Ledger, new LevelGraphs(fixture.Ledger, store, writer, TimeProvider.System), writer);
        await projector.ApplyAsync(
            fixture.Tenant, [Message(new ThreatObjectsUpserted([Object(A, name: "Worm"), Object(B, name: "Key")])), Message(new RelationshipsUpserted([Link(Ab, A, B)]))],
            TestContext.Current.CancellationToken);

        Assert.True(store.WasAsked);
        Assert.Equal(B, await fixture.ScalarAsync("MATCH (:Malware {name: 'Worm'})-[e:USES]->(n:Tool) RETURN n.id"));
    }

    [Fact]
    public async Task Levels_are_cumulative_and_a_raised_object_leaves_the_lower_graphs()
    {
        await using var fixture = await StartAsync(stack);
        await fixture.ApplyAsync(new ThreatObjectsUpserted([Object(A), Object(B)]), new RelationshipsUpserted([Link(Ab, A, B)]));
        await fixture.ApplyAsync(new ThreatObjectsUpserted([Object(C, 2, TlpLevel.Red)]), new RelationshipsUpserted([Link(Bc, C, B)]));
        Assert.Equal(2L, await fixture.ScalarAsync("MATCH (n) RETURN count(n)"));
        Assert.Equal(3L, await fixture.ScalarAsync("MATCH (n) RETURN count(n)", TlpLevel.Red));
        Assert.Equal(2L, await fixture.ScalarAsync("MATCH ()-[e]->() RETURN count(e)", TlpLevel.Red));

        await fixture.ApplyAsync(new ThreatObjectsUpserted([Object(A, 3, TlpLevel.Amber)]));
        Assert.Equal(1L, await fixture.ScalarAsync("MATCH (n) RETURN count(n)"));
        Assert.Equal(0L, await fixture.ScalarAsync("MATCH ()-[e]->() RETURN count(e)"));
        Assert.Equal(2L, await fixture.ScalarAsync("MATCH (n) RETURN count(n)", TlpLevel.Amber));
        Assert.Equal(1L, await fixture.ScalarAsync("MATCH ()-[e]->() RETURN count(e)", TlpLevel.Amber));

        await fixture.ApplyAsync(new ThreatObjectsUpserted([Object(A, 4), Object(C, 5)]));
        foreach (var level in (TlpLevel[])[TlpLevel.Clear, TlpLevel.Amber, TlpLevel.Red])
        {
            Assert.Equal(3L, await fixture.ScalarAsync("MATCH (n) RETURN count(n)", level));
            Assert.Equal(2L, await fixture.ScalarAsync("MATCH ()-[e]->() RETURN count(e)", level));
        }

        var ct = TestContext.Current.CancellationToken;
        Assert.Equal((fixture.Graph(TlpLevel.Amber), TlpLevel.Amber), await fixture.Graphs.ForReaderAsync(fixture.Tenant, TlpLevel.AmberStrict, ct));
        Assert.Null(await fixture.Graphs.ForReaderAsync(Guid.NewGuid(), TlpLevel.Red, ct));
    }

    [Fact]
    public async Task Strange_texts_and_properties_survive_or_are_left_out_and_never_break_a_message()
    {
        await using var fixture = await StartAsync(stack);
        const string odd = "a\"b\\c'd`e\n\t${x}日本語🙂";
        await fixture.ApplyAsync(new ThreatObjectsUpserted(
            [Object(A, name: odd, more: [("we`ird", "x"), ("list", new object[] { 1, "x", true }), ("big", 1e300), ("nul", "a\0b"), ("precise", 0.1234567890123)])]));
        var node = Assert.IsType<GraphNode>(await fixture.ScalarAsync("MATCH (n:Malware) RETURN n"));
        Assert.Equal(odd, node.Name);
        Assert.False(node.Properties.ContainsKey("we`ird"));
        // The store of another kind takes lists of one type alone, so that the graphs of both hold the same.
        Assert.Equal(new object?[] { "1", "x", "true" }, node.Properties["list"]);
        Assert.Equal("ab", node.Properties["nul"]);
        Assert.Equal(0.1234567890123, node.Properties["precise"]);
        await fixture.ApplyAsync(
            new ThreatObjectsUpserted([Object("x-odd type--1"), Object(B)]), new RelationshipsUpserted([Link(Ab, A, B, type: "X]->() DELETE n //")]));
        Assert.Equal("Other", (await fixture.ScalarAsync("MATCH (n:Other) RETURN labels(n)") as object?[])?[1]);
        Assert.Equal("RELATED_TO", await fixture.ScalarAsync("MATCH ()-[e]->() RETURN type(e)"));
    }

    [Fact]
    public async Task Any_order_with_duplicates_gives_the_same_graphs()
    {
        var messages = Story();
        string[]? expected = null;
        var random = new Random(7);
        for (var round = 0; round < 6; round++)
        {
            await using var fixture = await StartAsync(stack);
            var order = round == 0 ? messages : [.. messages.Concat(messages.Where(_ => random.Next(3) == 0)).OrderBy(_ => random.Next())];
            foreach (var batch in order.Chunk(1 + random.Next(4)))
            {
                await fixture.Projector.ApplyAsync(fixture.Tenant, batch, TestContext.Current.CancellationToken);
            }

            var digests = new List<string>();
            foreach (var level in Enum.GetValues<TlpLevel>())
            {
                digests.Add(await fixture.DigestAsync(level));
            }

            expected ??= [.. digests];
            Assert.Equal(expected, digests);
        }
    }

    [Fact]
    public async Task Interruptions_at_any_point_and_redelivery_give_the_same_graphs()
    {
        var messages = Story();
        var expected = await DigestsAsync(messages.Select(m => (Incoming[])[m]), failures: null);
        for (var seed = 1; seed <= 5; seed++)
        {
            var random = new Random(seed);
            var batches = messages.OrderBy(_ => random.Next()).Chunk(3).ToArray();
            var actual = await DigestsAsync(batches, random);
            for (var level = 0; level < actual.Count; level++)
            {
                Assert.Equal(expected[level].Split('\n'), actual[level].Split('\n'));
            }
        }
    }

    /// <summary>Applies batches as a broker delivers them: what fails comes again later, after others.</summary>
    private async Task<List<string>> DigestsAsync(IEnumerable<Incoming[]> batches, Random? failures)
    {
        var ct = TestContext.Current.CancellationToken;
        await using var fixture = await StartAsync(stack);
        var queue = new Queue<Incoming[]>(batches);
        while (queue.TryDequeue(out var batch))
        {
            // A process that was killed starts with nothing but what is in the store.
            var store = failures is null ? (IGraphStore)fixture.Store : new InterruptedStore(fixture.Store, failures);
            var ledger = new Ledger(store, TimeProvider.System);
            var writer = new GraphWriter(store, NullLogger<GraphWriter>.Instance);
            try
            {
                await new Projector(ledger, new LevelGraphs(ledger, store, writer, TimeProvider.System), writer).ApplyAsync(fixture.Tenant, batch, ct);
            }
            catch (IOException)
            {
                queue.Enqueue(batch);
            }
        }

        var digests = new List<string>();
        foreach (var level in Enum.GetValues<TlpLevel>())
        {
            digests.Add(await fixture.DigestAsync(level));
        }

        return digests;
    }

    /// <summary>Objects and relationships that come, change, rise, fall, move, go and come back.</summary>
    private static List<Incoming> Story()
    {
        var random = new Random(42);
        var revision = 0L;
        var nodes = Enumerable.Range(0, 12).Select(i => $"{(i % 2 == 0 ? "malware" : "tool")}--{i:x8}-0000-4000-8000-000000000000").ToArray();
        var levels = (TlpLevel[])[TlpLevel.Clear, TlpLevel.Clear, TlpLevel.Green, TlpLevel.Amber, TlpLevel.Red];
        var messages = new List<Incoming>();
        for (var step = 0; step < 60; step++)
        {
            revision++;
            var level = levels[random.Next(levels.Length)];
            var node = nodes[random.Next(nodes.Length)];
            var edge = $"relationship--{random.Next(15):x8}-0000-4000-8000-000000000000";
            IIntegrationEvent e = random.Next(10) switch
            {
                < 5 => new ThreatObjectsUpserted([Object(node, revision, level, $"name {revision}")]),
                < 8 => new RelationshipsUpserted([Link(edge, node, nodes[random.Next(nodes.Length)], revision, level, random.Next(2) == 0 ? "uses" : "targets")]),
                8 => new ThreatObjectsRemoved([Removed(node, revision)]),
                _ => new ThreatObjectsRemoved([Removed(edge, revision)]),
            };
            messages.Add(Message(e));
        }

        return messages;
    }

    private sealed class FullVectors(IGraphStore inner) : StoreBehind(inner)
    {
        public bool WasAsked { get; private set; }

        public override Task<bool> PutVectorsAsync(GraphKey graph, IReadOnlyList<(string Id, float[] Vector)> vectors, CancellationToken ct)
        {
            WasAsked |= vectors.Count > 0;
            return Task.FromResult(false);
        }
    }
}
