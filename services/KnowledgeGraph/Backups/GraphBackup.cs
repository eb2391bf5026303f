using Platform.Contracts;
using Platform.KnowledgeGraph.Projection;
using Platform.KnowledgeGraph.Recommendations;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Backups;

/// <summary>
/// Writes the graphs as lines and puts them back: for each tenant the graph of each level, with what users made, the
/// catalogue, and the ledger, which holds what an outbox and an inbox hold elsewhere. A tenant's graphs are of one moment, since nothing is
/// projected into them meanwhile. A restore builds every graph under a key of its own; only when the part is read to its
/// end do they take the places of those that are read, each by a rename, the ledger, which makes graphs count, after the
/// graphs it names. What is interrupted before that has changed nothing; after it, the repeated message does it again.
/// </summary>
internal sealed class GraphBackup(
    IGraphStore store, LevelGraphs graphs, GraphWriter writer, Ledger ledger, Projector projector, CatalogueBackup catalogues, TenantMemories memories)
{
    /// <summary>Raised when the lines change their meaning.</summary>
    public const string Schema = "1";

    private const int LinesAtOnce = 1000;

    /// <summary>Writes the graphs of every tenant, or of some, and gives how many nodes and relationships they hold.</summary>
    public async Task<long> WriteAsync(TextWriter lines, Func<Guid, bool>? only, CancellationToken ct)
    {
        var written = 0L;
        foreach (var tenant in await TenantsAsync(only, ct))
        {
            await memories.AloneAsync(
                tenant, () => projector.AloneAsync(tenant, async () => written += await WriteTenantAsync(tenant, lines, ct), ct), isChange: false, ct);
        }

        return written;
    }

    private async Task<long> WriteTenantAsync(Guid tenant, TextWriter lines, CancellationToken ct)
    {
        var written = 0L;
        await SayAsync(new GraphLine(Tenant: tenant));
        foreach (var level in await ledger.LevelsAsync(tenant, ct))
        {
            await SayAsync(new GraphLine(Level: level.ToWire()));
            await foreach (var nodes in graphs.NodesAsync(GraphKey.Of(tenant, level), ct))
            {
                foreach (var (label, properties) in nodes)
                {
                    await SayAsync(new GraphLine(Node: new NodeLine(label, properties)));
                    written++;
                }
            }

            await foreach (var edges in graphs.EdgesAsync(GraphKey.Of(tenant, level), ct))
            {
                foreach (var edge in edges)
                {
                    await SayAsync(new GraphLine(Edge: new EdgeLine(edge.SourceId, edge.Type, edge.TargetId, edge.Whole())));
                    written++;
                }
            }
        }

        await SayAsync(new GraphLine(Catalogue: true));
        await foreach (var line in catalogues.ReadAsync(tenant, ct))
        {
            await SayAsync(line);
            written++;
        }

        await SayAsync(new GraphLine(Ledger: true));
        await foreach (var (label, properties) in ledger.EverythingAsync(tenant, ct))
        {
            await SayAsync(new GraphLine(Node: new NodeLine(label, properties)));
        }

        return written;

        Task SayAsync(GraphLine line) => lines.WriteLineAsync(line.Text().AsMemory(), ct);
    }

    /// <summary>Puts what was written in the place of the graphs of every tenant, or of some.</summary>
    public async Task<long> RestoreAsync(Func<Func<string, CancellationToken, Task>, Task<long>> read, Func<Guid, bool>? only, CancellationToken ct)
    {
        await DropUnfinishedAsync(only, ct);
        var loading = new Loading(writer, ledger, catalogues);
        long rows;
        try
        {
            rows = await read(loading.TakeAsync);
            await loading.FlushAsync(ct);
        }
        catch
        {
            await DropUnfinishedAsync(only, CancellationToken.None);
            throw;
        }

        foreach (var tenant in (await TenantsAsync(only, ct)).Union(loading.Tenants.Keys))
        {
            await memories.AloneAsync(
                tenant, () => projector.AloneAsync(tenant, () => SwapAsync(tenant, loading.Tenants.GetValueOrDefault(tenant), ct), ct), isChange: true, ct);
        }

        return rows;
    }

    private async Task SwapAsync(Guid tenant, IReadOnlyCollection<GraphKey>? restored, CancellationToken ct)
    {
        var ledgerKey = GraphKey.Ledger(tenant);
        if (restored is null)
        {
            await ledger.DropAsync(tenant, ct);
        }

        foreach (var graph in (restored ?? []).OrderBy(g => g == ledgerKey))
        {
            await store.ReplaceAsync(graph, graph.Restored, ct);
        }

        foreach (var graph in Enum.GetValues<TlpLevel>().Select(level => GraphKey.Of(tenant, level)).Append(GraphKey.Catalogue(tenant)).Where(g => restored?.Contains(g) != true))
        {
            await store.DropAsync(graph, ct);
        }

        graphs.Forget(tenant);
    }

    /// <summary>What an earlier restore built and did not get to use.</summary>
    private async Task DropUnfinishedAsync(Func<Guid, bool>? only, CancellationToken ct)
    {
        foreach (var graph in (await store.ListAsync(ct)).Where(g => g is { IsRestored: true, Tenant: { } tenant } && only?.Invoke(tenant) != false))
        {
            await store.DropAsync(graph, ct);
        }
    }

    private async Task<IReadOnlyList<Guid>> TenantsAsync(Func<Guid, bool>? only, CancellationToken ct) =>
        [.. (await store.ListAsync(ct)).Select(key => key.Tenant).OfType<Guid>().Distinct().Where(only ?? (_ => true)).Order()];

    /// <summary>What is being put back, many at a time.</summary>
    private sealed class Loading(GraphWriter writer, Ledger ledger, CatalogueBackup catalogues)
    {
        private readonly List<NodeLine> _nodes = [];
        private readonly List<EdgeLine> _edges = [];
        private readonly Dictionary<Guid, HashSet<GraphKey>> _tenants = [];
        private Guid _tenant;
        private GraphKey? _graph;

        /// <summary>The graphs that were built, by their tenant.</summary>
        public IReadOnlyDictionary<Guid, HashSet<GraphKey>> Tenants => _tenants;

        public async Task TakeAsync(string text, CancellationToken ct)
        {
            var line = GraphLine.Read(text);
            if (line.Node is { } node)
            {
                _nodes.Add(node);
            }
            else if (line.Edge is { } edge)
            {
                if (_edges.Count == 0)
                {
                    await FlushAsync(ct);
                }

                _edges.Add(edge);
            }
            else
            {
                await FlushAsync(ct);
                await EnterAsync(line, ct);
            }

            if (_nodes.Count + _edges.Count >= LinesAtOnce)
            {
                await FlushAsync(ct);
            }
        }

        public async Task FlushAsync(CancellationToken ct)
        {
            if (_graph is { } graph && graph == GraphKey.Ledger(_tenant))
            {
                await ledger.PutAsync(graph.Restored, _nodes.Select(n => (n.Label, n.Properties)), ct);
            }
            else if (_graph is { IsCatalogue: true } catalogue)
            {
                await catalogues.PutAsync(catalogue.Restored, _nodes, _edges, ct);
            }
            else if (_graph is { } level)
            {
                await writer.PutNodesAsync(level.Restored, _nodes.Select(n => (n.Label, n.Properties)), areNew: true, ct);
                await writer.PutEdgesAsync(level.Restored, _edges, e => new EdgeEnds(e.Source, e.Type, e.Target), e => e.Properties, areNew: true, ct);
            }

            _nodes.Clear();
            _edges.Clear();
        }

        private async Task EnterAsync(GraphLine line, CancellationToken ct)
        {
            if (line.Tenant is { } tenant)
            {
                (_tenant, _graph) = (tenant, null);
                _tenants[tenant] = [];
            }
            else if (line.Level is { } word && TlpLevels.TryParse(word, out var level))
            {
                _graph = GraphKey.Of(_tenant, level);
                _tenants[_tenant].Add(_graph.Value);
                await writer.PrepareAsync(_graph.Value.Restored, ct);
            }
            else if (line.Catalogue is true)
            {
                _graph = GraphKey.Catalogue(_tenant);
                _tenants[_tenant].Add(_graph.Value);
                await catalogues.PrepareAsync(_graph.Value.Restored, ct);
            }
            else if (line.Ledger is true)
            {
                _graph = GraphKey.Ledger(_tenant);
                _tenants[_tenant].Add(_graph.Value);
                await ledger.PrepareAsync(_graph.Value.Restored, ct);
            }
            else
            {
                throw new BackupException("The part has a line that is not of this version.");
            }
        }
    }
}
