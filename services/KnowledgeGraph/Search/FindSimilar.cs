using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Search;

/// <summary>
/// Finds nodes that are spelled alike, whatever the order and form of words; or, by an embeddings engine, those that mean the same. The
/// vector index gives candidates, which are then compared exactly. In a graph of hundreds of thousands of nodes a rare word falls together
/// with others in the few numbers of a vector; so what holds all the words, but for slips, is a candidate too.
/// </summary>
internal sealed class FindSimilar(CallContext call, CallerGraph graph, IGraphStore store, EmbeddingsEngine embeddings)
{
    private const int LeastCandidates = 100;
    private const int MostCandidates = 300;

    public async Task<SearchAnswer> RunAsync(SearchRequest request, CancellationToken ct)
    {
        var key = await graph.KeyAsync(ct);
        var words = SearchText.Words(request.Query);
        var question = LexicalVector.OfQuestion(request.Query, await RarityAsync(key, words, ct));
        if (question.Count == 0)
        {
            return new SearchAnswer([], 0);
        }

        var nodes = await graph.NodesAsync(await store.NearestAsync(key, LexicalVector.Fold(question), Candidates(request.Limit), ct), ct);
        foreach (var found in await store.SearchAsync(key, new TextSearch(request.Query, TextMatch.Alike, Candidates(request.Limit)), ct))
        {
            nodes.TryAdd(found.Node.Id, found.Node);
        }

        var scored = nodes.Values.Select(n => new ScoredNode(n, LexicalVector.Cosine(question, LexicalVector.Of(n.Properties, n.Name))));
        return Best(scored, request, words);
    }

    /// <summary>
    /// Candidates are what is spelled alike and what holds any of the words; their texts go to the engine together with the question.
    /// </summary>
    public async Task<SearchAnswer> ByMeaningAsync(SearchRequest request, CancellationToken ct)
    {
        var key = await graph.KeyAsync(ct);
        var words = SearchText.Words(request.Query);
        var question = LexicalVector.OfQuestion(request.Query, await RarityAsync(key, words, ct));
        var nodes = question.Count == 0 ? [] : await graph.NodesAsync(await store.NearestAsync(key, LexicalVector.Fold(question), MostCandidates, ct), ct);
        foreach (var word in words.Distinct())
        {
            foreach (var found in await store.SearchAsync(key, new TextSearch(word, TextMatch.Words, LeastCandidates), ct))
            {
                nodes.TryAdd(found.Node.Id, found.Node);
            }
        }

        var candidates = nodes.Values.Take(MostCandidates).ToList();
        var texts = candidates.ConvertAll(n => new EmbeddingItem(n.Id, TextOf(n)));
        var vectors = await embeddings.OfAsync(call.TenantId, [new EmbeddingItem("question", request.Query), .. texts], ct);
        var scored = candidates.Where(n => vectors.ContainsKey(n.Id)).Select(n => new ScoredNode(n, EmbeddingsEngine.Cosine(vectors["question"], vectors[n.Id])));
        return Best(scored, request, words);
    }

    private static SearchAnswer Best(IEnumerable<ScoredNode> scored, SearchRequest request, IReadOnlyList<string> words)
    {
        var best = scored.Where(s => s.Score > 0).OrderByDescending(s => s.Score).ThenBy(s => s.Node.Id, StringComparer.Ordinal).Take(request.Limit)
            .Select(s => SearchNodes.Hit(s, words)).ToArray();
        return new SearchAnswer(best, best.Length);
    }

    private static string TextOf(GraphNode node) => $"{node.Name}\n{node.Properties.GetValueOrDefault("search_terms")}\n{node.Properties.GetValueOrDefault("description")}".Trim();

    private static int Candidates(int limit) => Math.Clamp(limit * 5, LeastCandidates, MostCandidates);

    /// <summary>The inverse document frequency of each word.</summary>
    private async Task<Dictionary<string, double>> RarityAsync(GraphKey key, IReadOnlyList<string> words, CancellationToken ct)
    {
        var counts = await store.CountWordsAsync(key, [.. words.Distinct()], ct);
        var all = (await store.SummarizeAsync(key, ct)).Nodes;
        return words.Distinct().ToDictionary(w => w, w => 1 + Math.Log((1.0 + all) / (1 + counts.GetValueOrDefault(w))));
    }
}
