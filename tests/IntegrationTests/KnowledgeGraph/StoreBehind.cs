using Platform.KnowledgeGraph.Storage;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>A store behind another, for tests that look at what passes or disturb it.</summary>
internal abstract class StoreBehind(IGraphStore inner) : IGraphStore
{
    public virtual Task<GraphRows> ReadAsync(GraphKey graph, string cypher, IReadOnlyDictionary<string, object?>? parameters, ReadLimits limits, CancellationToken ct) =>
        inner.ReadAsync(graph, cypher, parameters, limits, ct);

    public Task PrepareAsync(GraphKey graph, IReadOnlyList<GraphIndex> indexes, CancellationToken ct) => inner.PrepareAsync(graph, indexes, ct);

    public Task DropAsync(GraphKey graph, CancellationToken ct) => inner.DropAsync(graph, ct);

    public Task ReplaceAsync(GraphKey graph, GraphKey by, CancellationToken ct) => inner.ReplaceAsync(graph, by, ct);

    public Task<IReadOnlyList<GraphKey>> ListAsync(CancellationToken ct) => inner.ListAsync(ct);

    public Task<IReadOnlyList<ScoredNode>> SearchAsync(GraphKey graph, TextSearch search, CancellationToken ct) => inner.SearchAsync(graph, search, ct);

    public Task<IReadOnlyList<ScoredNode>> RankAsync(GraphKey graph, Ranking by, AlgorithmScope scope, int limit, CancellationToken ct) =>
        inner.RankAsync(graph, by, scope, limit, ct);

    public Task<IReadOnlyList<NodeGroup>> GroupAsync(GraphKey graph, Grouping by, AlgorithmScope scope, int limit, int members, CancellationToken ct) =>
        inner.GroupAsync(graph, by, scope, limit, members, ct);

    public Task<GraphSummary> SummarizeAsync(GraphKey graph, CancellationToken ct) => inner.SummarizeAsync(graph, ct);

    public Task<IReadOnlyList<string>> PlanAsync(
        GraphKey graph, string cypher, IReadOnlyDictionary<string, object?>? parameters, bool profile, TimeSpan timeout, CancellationToken ct) =>
        inner.PlanAsync(graph, cypher, parameters, profile, timeout, ct);

    public virtual Task<bool> PutVectorsAsync(GraphKey graph, IReadOnlyList<(string Id, float[] Vector)> vectors, CancellationToken ct) => inner.PutVectorsAsync(graph, vectors, ct);

    public Task RemoveVectorsAsync(GraphKey graph, IReadOnlyCollection<string> ids, CancellationToken ct) => inner.RemoveVectorsAsync(graph, ids, ct);

    public Task<IReadOnlyList<string>> NearestAsync(GraphKey graph, float[] vector, int count, CancellationToken ct) => inner.NearestAsync(graph, vector, count, ct);

    public Task<IReadOnlyDictionary<string, long>> CountWordsAsync(GraphKey graph, IReadOnlyCollection<string> words, CancellationToken ct) =>
        inner.CountWordsAsync(graph, words, ct);

    public Task PingAsync(CancellationToken ct) => inner.PingAsync(ct);

    public virtual Task<GraphRows> WriteAsync(GraphKey graph, string cypher, IReadOnlyDictionary<string, object?>? parameters, CancellationToken ct) =>
        inner.WriteAsync(graph, cypher, parameters, ct);
}

/// <summary>A store that keeps what is read of it.</summary>
internal sealed class RecordedStore(IGraphStore inner) : StoreBehind(inner)
{
    public List<(string Cypher, IReadOnlyDictionary<string, object?>? Parameters)> Reads { get; } = [];

    public override Task<GraphRows> ReadAsync(GraphKey graph, string cypher, IReadOnlyDictionary<string, object?>? parameters, ReadLimits limits, CancellationToken ct)
    {
        Reads.Add((cypher, parameters));
        return base.ReadAsync(graph, cypher, parameters, limits, ct);
    }
}
