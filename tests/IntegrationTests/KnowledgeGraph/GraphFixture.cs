using System.Text.Json;
using FalkorDb;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.KnowledgeGraph.Interactions;
using Platform.KnowledgeGraph.Items;
using Platform.KnowledgeGraph.Projection;
using Platform.KnowledgeGraph.Rebuild;
using Platform.KnowledgeGraph.Recommendations;
using Platform.KnowledgeGraph.Storage;
using Platform.TestSupport;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>The projection on the real graph server, for one tenant whose graphs go with it.</summary>
internal sealed class GraphFixture : IAsyncDisposable
{
    private readonly FalkorDbClient _client;

    private GraphFixture(string connection)
    {
        _client = new FalkorDbClient(FalkorDbOptions.Parse(connection));
        Store = new FalkorGraphStore(_client);
        Ledger = new Ledger(Store, TimeProvider.System);
        var writer = new GraphWriter(Store, NullLogger<GraphWriter>.Instance);
        Graphs = new LevelGraphs(Ledger, Store, writer, TimeProvider.System);
        Projector = new Projector(Ledger, Graphs, writer);
        Rebuilds = new RebuildLedger(Store);
        Rebuild = new RebuildGraph(Rebuilds, Ledger, Graphs, writer, Projector, Store, TimeProvider.System);
        Catalogue = new Catalogue(Store, Ledger);
        Memories = new TenantMemories(Catalogue, new InteractionLog(Store, Catalogue), Options.Create(new RecommendationOptions()), TimeProvider.System);
    }

    public Guid Tenant { get; } = Guid.NewGuid();
    public FalkorDbClient Client => _client;
    public FalkorGraphStore Store { get; }
    public Ledger Ledger { get; }
    public LevelGraphs Graphs { get; }
    public Projector Projector { get; }
    public RebuildLedger Rebuilds { get; }
    public RebuildGraph Rebuild { get; }
    public Catalogue Catalogue { get; }
    public TenantMemories Memories { get; }

    public static async Task<GraphFixture> StartAsync(Stack stack) => new(await stack.ConnectionAsync("graph"));

    public GraphKey Graph(TlpLevel level = TlpLevel.Clear) => GraphKey.Of(Tenant, level);

    public Task ApplyAsync(params IEnumerable<IIntegrationEvent> events) =>
        Projector.ApplyAsync(Tenant, events.Select(e => Message(e)).ToList(), TestContext.Current.CancellationToken);

    public static Incoming Message(IIntegrationEvent e, Guid? id = null) => new(id ?? Guid.NewGuid(), DateTimeOffset.UtcNow, e switch
    {
        ThreatObjectsUpserted u => u.Objects.Select(o => o.ToChange()).ToArray(),
        RelationshipsUpserted u => u.Relationships.Select(o => o.ToChange()).ToArray(),
        ThreatObjectsRemoved u => u.Objects.Select(o => o.ToChange()).ToArray(),
        _ => throw new ArgumentOutOfRangeException(nameof(e)),
    });

    public async Task<object?> ScalarAsync(string cypher, TlpLevel level = TlpLevel.Clear)
    {
        var rows = await Store.ReadAsync(Graph(level), cypher, null, ReadLimits.Default, TestContext.Current.CancellationToken);
        return rows.Rows.Count == 0 ? null : rows.Rows[0][0];
    }

    public async Task<object?> CatalogueScalarAsync(string cypher)
    {
        var rows = await Store.ReadAsync(GraphKey.Catalogue(Tenant), cypher, null, ReadLimits.Default, TestContext.Current.CancellationToken);
        return rows.Rows.Count == 0 ? null : rows.Rows[0][0];
    }

    /// <summary>Everything a reader of a level could see, as text.</summary>
    public async Task<string> DigestAsync(TlpLevel level)
    {
        var ct = TestContext.Current.CancellationToken;
        var lines = new List<string>();
        if (await Graphs.ForReaderAsync(Tenant, level, ct) is not { } readable)
        {
            return "";
        }

        foreach (var query in (string[])["MATCH (n) RETURN n", "MATCH ()-[e]->() RETURN e"])
        {
            var rows = await Store.ReadAsync(readable.Graph, query, null, ReadLimits.Default, ct);
            lines.AddRange(rows.Rows.Select(r => JsonSerializer.Serialize(r[0] switch
            {
                GraphNode n => new { n.Id, Kind = string.Join(',', n.Labels), A = n.Name ?? "", B = "", P = new SortedDictionary<string, object?>(n.Properties.ToDictionary()) },
                GraphRelationship e => new { e.Id, Kind = e.Type, A = e.SourceId, B = e.TargetId, P = new SortedDictionary<string, object?>(e.Properties.ToDictionary()) },
                _ => throw new InvalidOperationException(),
            })));
        }

        lines.Sort(StringComparer.Ordinal);
        return string.Join('\n', lines);
    }

    public static ThreatObject Object(string id, long revision = 1, TlpLevel tlp = TlpLevel.Clear, string? name = null, TlpLevel? until = null, params (string Key, object Value)[] more) =>
        new(id, id[..id.IndexOf("--", StringComparison.Ordinal)], name ?? id, new ObjectVersion(DateTimeOffset.UnixEpoch.AddSeconds(revision), revision), tlp, false, false, Json(more), until);

    public static Relationship Link(string id, string source, string target, long revision = 1, TlpLevel tlp = TlpLevel.Clear, string type = "uses", TlpLevel? until = null) =>
        new(id, type, source, target, new ObjectVersion(DateTimeOffset.UnixEpoch.AddSeconds(revision), revision), tlp, false, false, Json([("description", $"{id} r{revision}")]), until);

    public static RemovedObject Removed(string id, long revision, TlpLevel? below = null) =>
        new(id, id[..id.IndexOf("--", StringComparison.Ordinal)], revision, below);

    public async ValueTask DisposeAsync()
    {
        foreach (var level in Enum.GetValues<TlpLevel>())
        {
            await Store.DropAsync(Graph(level), CancellationToken.None);
        }

        await Store.DropAsync(GraphKey.Ledger(Tenant), CancellationToken.None);
        await Store.DropAsync(GraphKey.Catalogue(Tenant), CancellationToken.None);
        _client.Dispose();
    }

    private static Dictionary<string, JsonElement> Json((string Key, object Value)[] members) =>
        members.ToDictionary(m => m.Key, m => JsonSerializer.SerializeToElement(m.Value));
}
