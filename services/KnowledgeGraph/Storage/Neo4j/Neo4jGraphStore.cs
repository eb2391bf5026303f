using System.Globalization;
using System.Text.Json;
using Platform.KnowledgeGraph.Search;

namespace Platform.KnowledgeGraph.Storage.Neo4j;

/// <summary>The graphs in Neo4j 5, a database each.</summary>
internal sealed class Neo4jGraphStore(Neo4jClient client, Neo4jDatabases databases) : IGraphStore
{
    private const string WordsIndex = "kg_words";
    private const string VectorsIndex = "kg_vectors";
    private static readonly ReadLimits Writing = new(TimeSpan.FromSeconds(30));

    public async Task<GraphRows> ReadAsync(GraphKey graph, string cypher, IReadOnlyDictionary<string, object?>? parameters, ReadLimits limits, CancellationToken ct)
    {
        try
        {
            return await RunAsync(graph, cypher, parameters, isRead: true, limits, ct);
        }
        catch (Neo4jException exception) when (IsMissing(exception))
        {
            return GraphRows.Empty;
        }
        catch (Neo4jException exception)
        {
            throw Failure(exception);
        }
    }

    public async Task<GraphRows> WriteAsync(GraphKey graph, string cypher, IReadOnlyDictionary<string, object?>? parameters, CancellationToken ct)
    {
        try
        {
            return await RunAsync(graph, cypher, parameters, isRead: false, Writing, ct);
        }
        catch (Neo4jException exception) when (IsMissing(exception))
        {
            GraphRows rows = GraphRows.Empty;
            await GuardAsync(async () =>
            {
                await databases.CreateAsync(graph, ct);
                rows = await RunAsync(graph, cypher, parameters, isRead: false, Writing, ct);
            });
            return rows;
        }
        catch (Neo4jException exception)
        {
            throw Failure(exception);
        }
    }

    public async Task PrepareAsync(GraphKey graph, IReadOnlyList<GraphIndex> indexes, CancellationToken ct)
    {
        foreach (var index in indexes)
        {
            switch (index.Kind)
            {
                case IndexKind.Words:
                    await WriteAsync(graph, $"CREATE FULLTEXT INDEX {WordsIndex} IF NOT EXISTS FOR (n:{index.Label}) ON EACH [{string.Join(", ", index.Properties.Select(p => $"n.{p}"))}] OPTIONS {{indexConfig: {{`fulltext.analyzer`: 'english'}}}}", null, ct);
                    break;
                case IndexKind.Vectors:
                    await WriteAsync(
                        graph,
                        string.Create(CultureInfo.InvariantCulture, $"CREATE VECTOR INDEX {VectorsIndex} IF NOT EXISTS FOR (n:{index.Label}) ON (n.{Neo4jValues.Vector}) OPTIONS {{indexConfig: {{`vector.dimensions`: {LexicalVector.Dimensions}, `vector.similarity_function`: 'cosine'}}}}"),
                        null,
                        ct);
                    break;
                default:
                    foreach (var property in index.Properties)
                    {
                        await WriteAsync(graph, $"CREATE INDEX IF NOT EXISTS FOR (n:{index.Label}) ON (n.{property})", null, ct);
                    }

                    break;
            }
        }

        await WriteAsync(graph, "CALL db.awaitIndexes(25)", null, ct);
    }

    public Task DropAsync(GraphKey graph, CancellationToken ct) => GuardAsync(() => databases.DropAsync(graph, ct));

    public Task ReplaceAsync(GraphKey graph, GraphKey by, CancellationToken ct) => GuardAsync(() => databases.ReplaceAsync(graph, by, ct));

    public async Task<IReadOnlyList<GraphKey>> ListAsync(CancellationToken ct)
    {
        IReadOnlyList<GraphKey> keys = [];
        await GuardAsync(async () => keys = await databases.ListAsync(ct));
        return keys;
    }

    public async Task<IReadOnlyList<ScoredNode>> SearchAsync(GraphKey graph, TextSearch search, CancellationToken ct)
    {
        var query = SearchText.ToLucene(search);
        if (query.Length == 0)
        {
            return [];
        }

        var rows = await ReadAsync(
            graph,
            $"CALL db.index.fulltext.queryNodes('{WordsIndex}', $query) YIELD node, score RETURN node, score ORDER BY score DESC, node.id LIMIT $limit",
            new Dictionary<string, object?> { ["query"] = query, ["limit"] = search.Limit },
            ReadLimits.Default,
            ct);
        return [.. rows.Rows.Select(r => new ScoredNode((GraphNode)r[0]!, Convert.ToDouble(r[1], CultureInfo.InvariantCulture)))];
    }

    public async Task<IReadOnlyDictionary<string, long>> CountWordsAsync(GraphKey graph, IReadOnlyCollection<string> words, CancellationToken ct)
    {
        var rows = await ReadAsync(
            graph,
            $"UNWIND $words AS word CALL db.index.fulltext.queryNodes('{WordsIndex}', word) YIELD node RETURN word, count(node)",
            new Dictionary<string, object?> { ["words"] = words },
            ReadLimits.Default,
            ct);
        return rows.Rows.ToDictionary(r => (string)r[0]!, r => (long)r[1]!);
    }

    public async Task<bool> PutVectorsAsync(GraphKey graph, IReadOnlyList<(string Id, float[] Vector)> vectors, CancellationToken ct)
    {
        if (vectors.Count > 0)
        {
            var rows = vectors.Select(v => new Dictionary<string, object?> { ["id"] = v.Id, ["v"] = v.Vector }).ToArray();
            await WriteAsync(
                graph,
                $"UNWIND $rows AS row MATCH (n:{Vocabulary.AnyObject} {{id: row.id}}) CALL db.create.setNodeVectorProperty(n, '{Neo4jValues.Vector}', row.v)",
                new Dictionary<string, object?> { ["rows"] = rows },
                ct);
        }

        return true;
    }

    public Task RemoveVectorsAsync(GraphKey graph, IReadOnlyCollection<string> ids, CancellationToken ct) => WriteAsync(
        graph, $"UNWIND $ids AS x MATCH (n:{Vocabulary.AnyObject} {{id: x}}) REMOVE n.{Neo4jValues.Vector}", new Dictionary<string, object?> { ["ids"] = ids }, ct);

    public async Task<IReadOnlyList<string>> NearestAsync(GraphKey graph, float[] vector, int count, CancellationToken ct)
    {
        var rows = await ReadAsync(
            graph,
            $"CALL db.index.vector.queryNodes('{VectorsIndex}', $count, $v) YIELD node, score RETURN node.id ORDER BY score DESC, node.id",
            new Dictionary<string, object?> { ["count"] = count, ["v"] = vector },
            ReadLimits.Default,
            ct);
        return [.. rows.Rows.Select(r => (string)r[0]!)];
    }

    public Task<IReadOnlyList<ScoredNode>> RankAsync(GraphKey graph, Ranking by, AlgorithmScope scope, int limit, CancellationToken ct) =>
        new Neo4jAlgorithms(this).RankAsync(graph, by, scope, limit, ct);

    public Task<IReadOnlyList<NodeGroup>> GroupAsync(GraphKey graph, Grouping by, AlgorithmScope scope, int limit, int members, CancellationToken ct) =>
        new Neo4jAlgorithms(this).GroupAsync(graph, by, scope, limit, members, ct);

    /// <summary>Counted by label and type alone, which the server keeps count of.</summary>
    public async Task<GraphSummary> SummarizeAsync(GraphKey graph, CancellationToken ct)
    {
        var labels = await CountsAsync(graph, "CALL db.labels() YIELD label RETURN label", name => $"MATCH (n:`{name}`) RETURN '{name}' AS name, count(n) AS many", ct);
        var types = await CountsAsync(
            graph, "CALL db.relationshipTypes() YIELD relationshipType RETURN relationshipType", name => $"MATCH ()-[e:`{name}`]->() RETURN '{name}' AS name, count(e) AS many", ct);
        var keys = await ReadAsync(graph, "CALL db.propertyKeys() YIELD propertyKey RETURN propertyKey", null, ReadLimits.Default, ct);
        return new GraphSummary(
            labels.Where(l => l.Name == Vocabulary.AnyObject).Sum(l => l.Count),
            types.Sum(t => t.Count),
            [.. labels.Where(l => l.Name != Vocabulary.AnyObject)],
            types,
            [.. keys.Rows.Select(r => (string)r[0]!).Where(k => k != Neo4jValues.Vector).Order(StringComparer.Ordinal)]);
    }

    public async Task<IReadOnlyList<string>> PlanAsync(
        GraphKey graph, string cypher, IReadOnlyDictionary<string, object?>? parameters, bool profile, TimeSpan timeout, CancellationToken ct)
    {
        try
        {
            var answer = await client.RunAsync(
                databases.NameOf(graph), $"{(profile ? "PROFILE" : "EXPLAIN")} {cypher}", parameters, isRead: true, new ReadLimits(timeout), ct);
            var lines = new List<string>();
            if (answer.Body.TryGetProperty(profile ? "profiledQueryPlan" : "queryPlan", out var plan))
            {
                Describe(plan, 0, lines);
            }

            return lines;
        }
        catch (Neo4jException exception) when (IsMissing(exception))
        {
            return [];
        }
        catch (Neo4jException exception)
        {
            throw Failure(exception);
        }
    }

    public Task PingAsync(CancellationToken ct) => GuardAsync(() => client.RunAsync(databases.SystemName, "RETURN 1", null, isRead: true, ReadLimits.Default, ct));

    private async Task<GraphRows> RunAsync(GraphKey graph, string cypher, IReadOnlyDictionary<string, object?>? parameters, bool isRead, ReadLimits limits, CancellationToken ct)
    {
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        var answer = await client.RunAsync(databases.NameOf(graph), cypher, parameters, isRead, limits, ct);
        var elapsed = System.Diagnostics.Stopwatch.GetElapsedTime(started);
        var rows = await Neo4jValues.ConvertAsync(answer, OwnIdsAsync, ct);
        return new GraphRows(answer.Fields, rows, elapsed);

        async Task<IReadOnlyDictionary<string, string>> OwnIdsAsync(IReadOnlyCollection<string> elements, CancellationToken token)
        {
            var found = await client.RunAsync(
                databases.NameOf(graph), "MATCH (n) WHERE elementId(n) IN $ids RETURN elementId(n), n.id",
                new Dictionary<string, object?> { ["ids"] = elements }, isRead: true, limits, token);
            return found.Values.ToDictionary(r => (string)Neo4jJson.Read(r[0])!, r => Neo4jJson.Read(r[1]) as string ?? "");
        }
    }

    private async Task<(string Name, long Count)[]> CountsAsync(GraphKey graph, string names, Func<string, string> count, CancellationToken ct)
    {
        var found = (await ReadAsync(graph, names, null, ReadLimits.Default, ct)).Rows.Select(r => (string)r[0]!).Where(Vocabulary.IsIdentifier).ToArray();
        if (found.Length == 0)
        {
            return [];
        }

        var counts = await ReadAsync(graph, string.Join(" UNION ALL ", found.Select(count)), null, ReadLimits.Default, ct);
        return [.. counts.Rows.Select(r => (Name: (string)r[0]!, Count: (long)r[1]!)).Where(c => c.Count > 0).OrderBy(c => c.Name, StringComparer.Ordinal)];
    }

    private static void Describe(JsonElement plan, int depth, List<string> lines)
    {
        var line = new string(' ', depth * 4) + plan.GetProperty("operatorType").GetString();
        foreach (var figure in (ReadOnlySpan<string>)["records", "dbHits"])
        {
            if (plan.TryGetProperty(figure, out var value))
            {
                line += $" | {figure}: {(value.ValueKind == JsonValueKind.Object ? Neo4jJson.Read(value) : value)}";
            }
        }

        lines.Add(line);
        foreach (var child in plan.TryGetProperty("children", out var children) ? children.EnumerateArray() : default)
        {
            Describe(child, depth + 1, lines);
        }
    }

    private static async Task GuardAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Neo4jException exception)
        {
            throw Failure(exception);
        }
    }

    private static bool IsMissing(Neo4jException exception) => exception.Code == "Neo.ClientError.Database.DatabaseNotFound";

    private static GraphStoreException Failure(Neo4jException exception) => exception.Code switch
    {
        "Neo.ClientError.Statement.AccessMode" => new(GraphFailure.NotAllowed, "Only queries that read are allowed.", exception),
        _ when exception.Code.StartsWith("Neo.ClientError.Transaction.TransactionTimedOut", StringComparison.Ordinal) =>
            new(GraphFailure.TooExpensive, "The query ran longer than its time limit.", exception),
        _ when exception.Code.Contains("OutOfMemory", StringComparison.Ordinal) => new(GraphFailure.TooExpensive, "The query needs more memory than it may use.", exception),
        _ when exception.Code.StartsWith("Neo.ClientError.Statement.", StringComparison.Ordinal)
            || exception.Code.StartsWith("Neo.ClientError.Procedure.", StringComparison.Ordinal) => new(GraphFailure.Invalid, exception.Message, exception),
        _ => new(GraphFailure.Unavailable, "The graph store cannot be reached.", exception),
    };
}
