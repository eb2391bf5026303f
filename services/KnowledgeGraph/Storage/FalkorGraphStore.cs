using System.Globalization;
using FalkorDb;

namespace Platform.KnowledgeGraph.Storage;

/// <summary>The graphs in FalkorDB, over RESP.</summary>
internal sealed class FalkorGraphStore(FalkorDbClient client, FalkorReaders? readers = null) : IGraphStore
{
    /// <summary>The operations of a plan that change something, reach outside, or cannot be seen through.</summary>
    private static readonly string[] Writes = ["Create", "Merge", "Delete", "Update", "Remove", "Set", "Foreach", "Load CSV", "Call Subquery"];

    /// <summary>The server's RESULTSET_SIZE: what is beyond, it leaves out without a word.</summary>
    private const int ResultSetSize = 100_000;

    /// <summary>One by one: with <c>id(n) IN $ids</c> the server reads every node there is (500 of 100,000: 300 ms instead of 5).</summary>
    internal const string IdsOf = "UNWIND $ids AS x MATCH (n) WHERE id(n) = x RETURN x, n.id";

    public async Task<GraphRows> ReadAsync(GraphKey graph, string cypher, IReadOnlyDictionary<string, object?>? parameters, ReadLimits limits, CancellationToken ct)
    {
        try
        {
            var rows = await AsReaderAsync(
                graph,
                async g => await ToRowsAsync(g, await g.ReadAsync(cypher, parameters, ct, new QueryOptions(limits.Timeout, limits.MaxBytes, limits.FromUser)), ct),
                ct);

            // A user's query has a limit far below this one, and its answer says that there is more.
            return rows.Rows.Count < ResultSetSize || limits.FromUser
                ? rows
                : throw new GraphStoreException(GraphFailure.TooExpensive, "The result has more rows than the store answers at once.");
        }
        catch (FalkorDbException exception) when (exception.Error == FalkorDbError.MissingGraph)
        {
            return GraphRows.Empty;
        }
        catch (FalkorDbException exception)
        {
            throw Failure(exception);
        }
    }

    public async Task<GraphRows> WriteAsync(GraphKey graph, string cypher, IReadOnlyDictionary<string, object?>? parameters, CancellationToken ct)
    {
        try
        {
            var result = await Graph(graph).QueryAsync(cypher, parameters, ct, new QueryOptions(TimeSpan.FromSeconds(30)));
            return await ToRowsAsync(Graph(graph), result, ct);
        }
        catch (FalkorDbException exception)
        {
            throw Failure(exception);
        }
    }

    /// <summary>Indexes have no names here and no IF NOT EXISTS: making one again is an error that says so.</summary>
    public async Task PrepareAsync(GraphKey graph, IReadOnlyList<GraphIndex> indexes, CancellationToken ct)
    {
        foreach (var index in indexes)
        {
            if (index.Kind == IndexKind.Vectors)
            {
                await FalkorVectors.PrepareAsync(this, graph, ct);
                continue;
            }

            foreach (var property in index.Properties)
            {
                await IndexAsync(graph, $"CREATE {(index.Kind == IndexKind.Words ? "FULLTEXT " : "")}INDEX FOR (n:{index.Label}) ON (n.{property})", ct);
            }
        }
    }

    /// <summary>Makes an index unless there is one.</summary>
    internal async Task IndexAsync(GraphKey graph, string cypher, CancellationToken ct)
    {
        try
        {
            await Graph(graph).QueryAsync(cypher, null, ct);
        }
        catch (FalkorDbException exception) when (exception.Error == FalkorDbError.Exists)
        {
        }
        catch (FalkorDbException exception)
        {
            throw Failure(exception);
        }
    }

    public async Task DropAsync(GraphKey graph, CancellationToken ct)
    {
        try
        {
            await Graph(graph).DeleteAsync(ct);
            await Graph(graph.Vectors).DeleteAsync(ct);
            if (readers is not null && graph.Level is not null)
            {
                await readers.DismissAsync(graph, ct);
            }
        }
        catch (FalkorDbException exception)
        {
            throw Failure(exception);
        }
    }

    /// <summary>The vectors go first: what is found by them is looked up in the graph, where it may not be yet.</summary>
    public async Task ReplaceAsync(GraphKey graph, GraphKey by, CancellationToken ct)
    {
        try
        {
            if ((await client.CommandAsync(["EXISTS", by.Vectors.Name], ct)).Integer == 1)
            {
                await client.CommandAsync(["RENAME", by.Vectors.Name, graph.Vectors.Name], ct);
            }

            await client.CommandAsync(["RENAME", by.Name, graph.Name], ct);
        }
        catch (FalkorDbException exception)
        {
            throw Failure(exception);
        }
    }

    public async Task<IReadOnlyList<GraphKey>> ListAsync(CancellationToken ct)
    {
        try
        {
            return [.. (await client.ListAsync(ct)).Select(name => new GraphKey(name)).Where(key => !key.IsVectors)];
        }
        catch (FalkorDbException exception)
        {
            throw Failure(exception);
        }
    }

    public async Task<IReadOnlyList<ScoredNode>> SearchAsync(GraphKey graph, TextSearch search, CancellationToken ct)
    {
        var query = SearchText.ToRediSearch(search);
        if (query.Length == 0)
        {
            return [];
        }

        var rows = await ReadAsync(
            graph,
            $"CALL db.idx.fulltext.queryNodes('{Vocabulary.AnyObject}', $query) YIELD node, score RETURN node, score ORDER BY score DESC, node.id LIMIT $limit",
            new Dictionary<string, object?> { ["query"] = query, ["limit"] = search.Limit },
            ReadLimits.Default,
            ct);
        var found = new ScoredNode[rows.Rows.Count];
        for (var i = 0; i < found.Length; i++)
        {
            found[i] = new ScoredNode((GraphNode)rows.Rows[i][0]!, Convert.ToDouble(rows.Rows[i][1], CultureInfo.InvariantCulture));
        }

        return found;
    }

    /// <summary>The index asks for all of its memory anew whenever it grows, and one query may only have so much (docs/graph-stores.md).</summary>
    public async Task<bool> PutVectorsAsync(GraphKey graph, IReadOnlyList<(string Id, float[] Vector)> vectors, CancellationToken ct)
    {
        try
        {
            await FalkorVectors.PutAsync(this, graph, vectors, ct);
            return true;
        }
        catch (GraphStoreException exception) when (exception.InnerException is FalkorDbException { Error: FalkorDbError.Memory })
        {
            return false;
        }
    }

    public Task RemoveVectorsAsync(GraphKey graph, IReadOnlyCollection<string> ids, CancellationToken ct) => FalkorVectors.RemoveAsync(this, graph, ids, ct);

    public Task<IReadOnlyList<string>> NearestAsync(GraphKey graph, float[] vector, int count, CancellationToken ct) =>
        FalkorVectors.NearestAsync(this, graph, vector, count, ct);

    public async Task<IReadOnlyDictionary<string, long>> CountWordsAsync(GraphKey graph, IReadOnlyCollection<string> words, CancellationToken ct)
    {
        var rows = await ReadAsync(
            graph,
            $"UNWIND $words AS word CALL db.idx.fulltext.queryNodes('{Vocabulary.AnyObject}', word) YIELD node RETURN word, count(node)",
            new Dictionary<string, object?> { ["words"] = words },
            ReadLimits.Default,
            ct);
        return rows.Rows.ToDictionary(r => (string)r[0]!, r => (long)r[1]!);
    }

    public Task<IReadOnlyList<ScoredNode>> RankAsync(GraphKey graph, Ranking by, AlgorithmScope scope, int limit, CancellationToken ct) =>
        new FalkorAlgorithms(this).RankAsync(graph, by, scope, limit, ct);

    public Task<IReadOnlyList<NodeGroup>> GroupAsync(GraphKey graph, Grouping by, AlgorithmScope scope, int limit, int members, CancellationToken ct) =>
        new FalkorAlgorithms(this).GroupAsync(graph, by, scope, limit, members, ct);

    public async Task<GraphSummary> SummarizeAsync(GraphKey graph, CancellationToken ct)
    {
        var stats = await ReadAsync(graph, "CALL db.meta.stats() YIELD labels, relTypes, relCount, nodeCount RETURN labels, relTypes, relCount, nodeCount", null, ReadLimits.Default, ct);
        if (stats.Rows.Count == 0)
        {
            return new GraphSummary(0, 0, [], [], []);
        }

        var keys = await ReadAsync(graph, "CALL db.propertyKeys() YIELD propertyKey RETURN propertyKey", null, ReadLimits.Default, ct);
        return new GraphSummary(
            (long)stats.Rows[0][3]!,
            (long)stats.Rows[0][2]!,
            Counts(stats.Rows[0][0]),
            Counts(stats.Rows[0][1]),
            keys.Rows.Select(r => (string)r[0]!).Order(StringComparer.Ordinal).ToArray());
    }

    private static (string Name, long Count)[] Counts(object? map) => ((Dictionary<string, object?>)map!)
        .Where(p => p.Key != Vocabulary.AnyObject && p.Value is > 0L)
        .Select(p => (p.Key, (long)p.Value!))
        .OrderBy(p => p.Key, StringComparer.Ordinal)
        .ToArray();

    /// <summary>
    /// To profile a query the server runs it, with no read-only form of the command: so the plan is looked at first. It tells what the
    /// server itself would do, not what a parser takes the query for.
    /// </summary>
    public async Task<IReadOnlyList<string>> PlanAsync(
        GraphKey graph, string cypher, IReadOnlyDictionary<string, object?>? parameters, bool profile, TimeSpan timeout, CancellationToken ct)
    {
        try
        {
            var plan = await AsReaderAsync(graph, g => g.ExplainAsync(cypher, parameters, ct), ct);
            if (!profile)
            {
                return plan;
            }

            foreach (var operation in plan)
            {
                if (Array.Exists(Writes, w => operation.AsSpan().TrimStart().StartsWith(w, StringComparison.Ordinal)))
                {
                    throw new GraphStoreException(GraphFailure.NotAllowed, "Only queries that read are allowed.");
                }
            }

            return await AsReaderAsync(graph, g => g.ProfileAsync(cypher, parameters, timeout, ct), ct);
        }
        catch (FalkorDbException exception) when (exception.Error == FalkorDbError.MissingGraph)
        {
            return [];
        }
        catch (FalkorDbException exception)
        {
            throw Failure(exception);
        }
    }

    public Task PingAsync(CancellationToken ct) => client.PingAsync(ct);

    private FalkorDbGraph Graph(GraphKey key) => client.Graph(key.Name);

    /// <summary>Does something as the user who can read this one graph; what no reader sees is read as the service.</summary>
    private async Task<T> AsReaderAsync<T>(GraphKey key, Func<FalkorDbGraph, Task<T>> read, CancellationToken ct)
    {
        if (readers is null || key.Level is null)
        {
            return await read(Graph(key));
        }

        try
        {
            return await read(readers.Graph(key));
        }
        catch (FalkorDbException exception) when (exception.Error == FalkorDbError.Denied)
        {
            await readers.AdmitAsync(key, ct);
            return await read(readers.Graph(key));
        }
    }

    private static async Task<GraphRows> ToRowsAsync(FalkorDbGraph graph, QueryResult result, CancellationToken ct)
    {
        var values = new FalkorValues(async (unknown, token) =>
        {
            var found = await graph.ReadAsync(IdsOf, new Dictionary<string, object?> { ["ids"] = unknown }, token);
            return found.Rows.ToDictionary(r => (long)r[0]!, r => r[1] as string ?? "");
        });
        var rows = await values.ConvertAsync(result.Rows, ct);
        return new GraphRows(result.Columns, rows, Elapsed(result));
    }

    private static TimeSpan Elapsed(QueryResult result) =>
        result.Statistics.TryGetValue("Query internal execution time", out var text)
        && double.TryParse(text.AsSpan(0, Math.Max(0, text.IndexOf(' ', StringComparison.Ordinal))), CultureInfo.InvariantCulture, out var milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : TimeSpan.Zero;

    private static GraphStoreException Failure(FalkorDbException exception) => exception.Error switch
    {
        FalkorDbError.Timeout => new(GraphFailure.TooExpensive, "The query ran longer than its time limit.", exception),
        FalkorDbError.Memory => new(GraphFailure.TooExpensive, "The query needs more memory than it may use.", exception),
        FalkorDbError.ReplyTooLarge => new(GraphFailure.TooExpensive, "The result is larger than allowed.", exception),
        FalkorDbError.Syntax or FalkorDbError.Server => new(GraphFailure.Invalid, exception.Message, exception),
        FalkorDbError.ReadOnly => new(GraphFailure.NotAllowed, "Only queries that read are allowed.", exception),
        _ => new(GraphFailure.Unavailable, "The graph store cannot be reached.", exception),
    };
}
