using FalkorDb;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Contracts;
using Platform.KnowledgeGraph.Projection;
using Platform.KnowledgeGraph.Storage;

namespace Platform.Benchmarks.Graph;

/// <summary>
/// A tenant's graph with five times as many relationships as nodes. The ends of a relationship are drawn so that few nodes have very
/// many, as in threat intelligence: the chance to be one falls with the cube root.
/// </summary>
internal sealed class GraphFill(string connection, Guid tenant) : IAsyncDisposable
{
    public const int EdgesPerNode = 5;
    private const int NodesAtOnce = 10_000;
    private static readonly string[] Labels = ["Malware", "IntrusionSet", "Tool", "Indicator", "AttackPattern"];
    private static readonly string[] Types = ["USES", "TARGETS", "INDICATES", "RELATED_TO"];
    private static readonly string[] Words =
        ["amber", "bear", "cobalt", "dust", "ember", "falcon", "ghost", "hydra", "iron", "jackal", "kitten", "lotus", "mantis", "night", "onyx", "panda", "quartz", "raven", "spider", "typhoon"];

    private readonly FalkorDbClient _client = new(FalkorDbOptions.Parse(connection));
    private readonly Random _random = new(20260101);

    public static string IdOf(int node) => $"{Labels[node % Labels.Length].ToLowerInvariant()}--00000000-0000-4000-8000-{node:x12}";

    /// <summary>Two words of a node's name; the third is its own.</summary>
    public static string NameOf(int node) => $"{Words[node % Words.Length]} {Words[node / Words.Length % Words.Length]}";

    public async Task AddAsync(int from, int to, CancellationToken ct)
    {
        var store = new FalkorGraphStore(_client);
        var writer = new GraphWriter(store, NullLogger<GraphWriter>.Instance);
        var ledger = new Ledger(store, TimeProvider.System);
        await ledger.PrepareAsync(tenant, ct);
        await new LevelGraphs(ledger, store, writer, TimeProvider.System).EnsureAsync(tenant, [TlpLevel.Clear], ct);
        var graph = GraphKey.Of(tenant, TlpLevel.Clear);
        for (var start = from; start < to; start += NodesAtOnce)
        {
            await writer.PutNodesAsync(graph, Enumerable.Range(start, Math.Min(NodesAtOnce, to - start)).Select(Node), areNew: true, ct);
        }

        for (var start = from * EdgesPerNode; start < to * EdgesPerNode; start += NodesAtOnce)
        {
            var edges = Enumerable.Range(start, Math.Min(NodesAtOnce, (to * EdgesPerNode) - start)).Select(e => (Edge: e, Ends: Ends(e, to))).ToArray();
            await writer.PutEdgesAsync(
                graph, edges, e => e.Ends, e => new Dictionary<string, object?> { ["id"] = $"relationship--00000000-0000-4000-8000-{e.Edge:x12}" }, areNew: true, ct);
        }
    }

    /// <summary>Leaves nothing in a server that runs for something else too.</summary>
    public async ValueTask DisposeAsync()
    {
        var store = new FalkorGraphStore(_client);
        await store.DropAsync(GraphKey.Of(tenant, TlpLevel.Clear), CancellationToken.None);
        await store.DropAsync(GraphKey.Ledger(tenant), CancellationToken.None);
        _client.Dispose();
    }

    private static (string Label, IReadOnlyDictionary<string, object?> Properties) Node(int node) => (Labels[node % Labels.Length], new Dictionary<string, object?>
    {
        ["id"] = IdOf(node),
        ["name"] = $"{NameOf(node)} n{node:x}",
        ["description"] = $"Seen with {NameOf(node * 7)}.",
        ["tlp"] = "clear",
    });

    /// <summary>The first relationship of a node is its own, so that none is alone.</summary>
    private EdgeEnds Ends(int edge, int nodes) => new(
        IdOf(edge % EdgesPerNode == 0 ? edge / EdgesPerNode : _random.Next(nodes)), Types[edge % Types.Length], IdOf((int)(nodes * Math.Pow(_random.NextDouble(), 3))));
}
