using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Search;

/// <summary>Searches the caller's graph by text.</summary>
internal sealed class SearchNodes(CallerGraph graph, IGraphStore store)
{
    /// <summary>Candidates looked at for an exact match.</summary>
    private const int ExactCandidates = 500;
    private static readonly string[] Known = ["external_id", "value"];
    private static readonly string[] KnownLists = ["aliases", "x_mitre_aliases"];

    public async Task<SearchAnswer> RunAsync(SearchRequest request, CancellationToken ct)
    {
        var words = SearchText.Words(request.Query);
        var key = await graph.KeyAsync(ct);
        var hits = new List<SearchHit>();
        if (request.SearchType == "exact")
        {
            if (await graph.NodeAsync(request.Query.Trim(), ct) is { } byId)
            {
                hits.Add(Hit(new ScoredNode(byId, 1), words));
            }

            foreach (var found in await store.SearchAsync(key, new TextSearch(request.Query, TextMatch.Words, ExactCandidates), ct))
            {
                if (hits.Count < request.Limit && IsExactly(found.Node, request.Query.Trim()))
                {
                    hits.Add(Hit(found, words));
                }
            }
        }
        else
        {
            var match = request.SearchType == "prefix" ? TextMatch.Prefix : TextMatch.Words;
            foreach (var found in await store.SearchAsync(key, new TextSearch(request.Query, match, request.Limit), ct))
            {
                hits.Add(Hit(found, words));
            }
        }

        return new SearchAnswer(hits, hits.Count);
    }

    private static bool IsExactly(GraphNode node, string text)
    {
        if (string.Equals(node.Name, text, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        foreach (var key in Known)
        {
            if (string.Equals(node.Properties.GetValueOrDefault(key) as string, text, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        foreach (var key in KnownLists)
        {
            if (node.Properties.GetValueOrDefault(key) is object?[] list && Array.Exists(list, i => string.Equals(i as string, text, StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }

        return false;
    }

    public static SearchHit Hit(ScoredNode found, IReadOnlyList<string> words) => new(
        found.Node.Id, found.Node.Labels, found.Node.Name, found.Node.Properties, Math.Round(found.Score, 4), Highlights.Of(found.Node, words));
}
