using Platform.KnowledgeGraph.Projection;
using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Rebuild;

/// <summary>
/// Builds a tenant's graphs anew beside live traffic: ThreatIntel tells everything again, every part is put over what is there, and in
/// the end what ThreatIntel no longer has goes. What users made stays.
/// </summary>
internal sealed class RebuildGraph(RebuildLedger rebuilds, Ledger ledger, LevelGraphs graphs, GraphWriter writer, Projector projector, IGraphStore store, TimeProvider clock)
{
    private const int SweptAtOnce = 1_000;

    public async Task BeginAsync(Guid tenant, Guid rebuild, CancellationToken ct)
    {
        await projector.PrepareAsync(tenant, ct);
        foreach (var level in await ledger.LevelsAsync(tenant, ct))
        {
            // Graphs of an earlier version may lack an index.
            await writer.PrepareAsync(GraphKey.Of(tenant, level), ct);
        }

        await rebuilds.BeginAsync(tenant, rebuild, clock.GetUtcNow(), ct);
    }

    /// <summary>Puts a part into the graphs.</summary>
    public async Task TakeAsync(Guid tenant, Guid message, Guid rebuild, int part, IReadOnlyList<Change> changes, CancellationToken ct)
    {
        await projector.ApplyAsync(tenant, [new Incoming(message, null, changes, IsToldAgain: true)], ct);
        await rebuilds.TakePartAsync(tenant, rebuild, part, [.. changes.Select(c => c.Id)], ct);
        await SweepAsync(tenant, rebuild, ct);
    }

    /// <summary>Notes how many parts there are.</summary>
    public async Task TakeCountAsync(Guid tenant, Guid rebuild, int parts, CancellationToken ct)
    {
        await rebuilds.SetPartsAsync(tenant, rebuild, parts, ct);
        await SweepAsync(tenant, rebuild, ct);
    }

    /// <summary>Once everything is here, removes what was not told again; interrupted, it is done again by the repeated message.</summary>
    private async Task SweepAsync(Guid tenant, Guid rebuild, CancellationToken ct)
    {
        if ((await rebuilds.ListAsync(tenant, ct)).FirstOrDefault(r => r.Id == rebuild) is not { HasEverything: true, CompletedAt: null })
        {
            return;
        }

        while (await rebuilds.UntoldAsync(tenant, rebuild, SweptAtOnce, ct) is { Count: > 0 } untold)
        {
            var own = await OfUsersAsync(tenant, untold, ct);
            var gone = untold.Where(u => u.IsThere && !own.Contains(u.Id)).ToArray();
            if (gone.Length > 0)
            {
                var removals = Array.ConvertAll(gone, u => (Change)new RemovalChange(u.Id, u.Revision, IsEdge: u.Ends is not null, null));
                await projector.ApplyAsync(tenant, [new Incoming(Guid.CreateVersion7(), null, removals)], ct);
            }

            await rebuilds.ForgetAsync(tenant, rebuild, [.. untold.Select(u => u.Id)], gone.Length, ct);
        }

        await rebuilds.CompleteAsync(tenant, rebuild, clock.GetUtcNow(), ct);
    }

    /// <summary>Those that users made, whether they are in a graph or wait for an end.</summary>
    private async Task<HashSet<string>> OfUsersAsync(Guid tenant, IReadOnlyList<Untold> untold, CancellationToken ct)
    {
        var own = new HashSet<string>();
        var nodes = untold.Where(u => u.Ends is null).Select(u => u.Id).ToArray();
        var edges = untold.Where(u => u.Ends is not null)
            .Select(u => new Dictionary<string, object?> { ["i"] = u.Id, ["s"] = u.Ends!.Source, ["t"] = u.Ends.Target }).ToArray();
        foreach (var level in await graphs.LevelsAsync(tenant, ct))
        {
            var graph = GraphKey.Of(tenant, level);
            await AddAsync(graph, $"UNWIND $rows AS x MATCH (n:{Vocabulary.AnyObject} {{id: x}}) WHERE n.{UserContent.Origin} = $user RETURN x", nodes);
            await AddAsync(
                graph,
                $"UNWIND $rows AS row MATCH (a:{Vocabulary.AnyObject} {{id: row.s}}), (b:{Vocabulary.AnyObject} {{id: row.t}}) MATCH (a)-[e]->(b) "
                + $"WHERE e.id = row.i AND e.{UserContent.Origin} = $user RETURN row.i",
                edges);
            await AddAsync(
                GraphKey.Ledger(tenant),
                $"UNWIND $rows AS row WITH row, '{(int)level}|' + row.i AS key MATCH (w:Waiting {{key: key}}) WHERE w.payload CONTAINS $origin RETURN row.i",
                edges);
        }

        return own;

        async Task AddAsync(GraphKey graph, string cypher, object rows)
        {
            var parameters = new Dictionary<string, object?> { ["rows"] = rows, ["user"] = UserContent.User, ["origin"] = $"\"{UserContent.Origin}\":\"{UserContent.User}\"" };
            own.UnionWith((await store.ReadAsync(graph, cypher, parameters, ReadLimits.Default, ct)).Rows.Select(r => (string)r[0]!));
        }
    }
}
