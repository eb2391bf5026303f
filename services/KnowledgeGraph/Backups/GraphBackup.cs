using Platform.Contracts;
using Platform.KnowledgeGraph.Projection;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Backups;

/// <summary>
/// Writes the graphs as lines and puts them back: for each tenant the graph of each level, with what users made, and the
/// ledger, which holds what an outbox and an inbox hold elsewhere. A tenant's graphs are of one moment, since nothing is
/// projected into them meanwhile. The graph database knows no transaction over more than one query; so the ledger, which
/// makes graphs count, goes first when something is replaced and comes last, and a restore that was interrupted is
/// delivered again and begins anew.
/// </summary>
internal sealed class GraphBackup(IGraphStore store, LevelGraphs graphs, GraphWriter writer, Ledger ledger, Projector projector)
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
            await projector.AloneAsync(tenant, async () => written += await WriteTenantAsync(tenant, lines, ct), ct);
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
        foreach (var tenant in await TenantsAsync(only, ct))
        {
            await projector.AloneAsync(tenant, async () =>
            {
                await ledger.DropAsync(tenant, ct);
                await graphs.EraseAsync(tenant, ct);
            }, ct);
        }

        var loading = new Loading(writer, ledger);
        var rows = await read(loading.TakeAsync);
        await loading.FlushAsync(ct);
        return rows;
    }

    private async Task<IReadOnlyList<Guid>> TenantsAsync(Func<Guid, bool>? only, CancellationToken ct) =>
        [.. (await store.ListAsync(ct)).Select(key => key.Tenant).OfType<Guid>().Distinct().Where(only ?? (_ => true)).Order()];

    /// <summary>What is being put back, many at a time.</summary>
    private sealed class Loading(GraphWriter writer, Ledger ledger)
    {
        private readonly List<NodeLine> _nodes = [];
        private readonly List<EdgeLine> _edges = [];
        private Guid _tenant;
        private GraphKey? _graph;

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
            if (_graph is not { } graph)
            {
                await ledger.PutAsync(_tenant, _nodes.Select(n => (n.Label, n.Properties)), ct);
            }
            else
            {
                await writer.PutNodesAsync(graph, _nodes.Select(n => (n.Label, n.Properties)), ct);
                await writer.PutEdgesAsync(graph, _edges, e => new EdgeEnds(e.Source, e.Type, e.Target), e => e.Properties, ct);
            }

            _nodes.Clear();
            _edges.Clear();
        }

        private async Task EnterAsync(GraphLine line, CancellationToken ct)
        {
            if (line.Tenant is { } tenant)
            {
                _tenant = tenant;
            }
            else if (line.Level is { } word && TlpLevels.TryParse(word, out var level))
            {
                _graph = GraphKey.Of(_tenant, level);
                await writer.PrepareAsync(_graph.Value, ct);
            }
            else if (line.Ledger is true)
            {
                _graph = null;
                await ledger.PrepareAsync(_tenant, ct);
            }
            else
            {
                throw new BackupException("The part has a line that is not of this version.");
            }
        }
    }
}
