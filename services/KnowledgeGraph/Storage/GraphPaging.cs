using System.Runtime.CompilerServices;

namespace Platform.KnowledgeGraph.Storage;

/// <summary>Reads results that may be longer than the store answers at once: it would cut them without a word.</summary>
internal static class GraphPaging
{
    private const int PageSize = 20_000;

    /// <summary>All rows of a query, in pages; the query ends with an ORDER BY that is unique.</summary>
    public static async IAsyncEnumerable<GraphRows> ReadPagesAsync(
        this IGraphStore store, GraphKey graph, string cypher, IReadOnlyDictionary<string, object?> parameters, [EnumeratorCancellation] CancellationToken ct)
    {
        for (var skip = 0; ; skip += PageSize)
        {
            var page = await store.ReadAsync(
                graph,
                cypher + " SKIP $skip LIMIT $limit",
                new Dictionary<string, object?>(parameters) { ["skip"] = skip, ["limit"] = PageSize },
                new ReadLimits(TimeSpan.FromSeconds(30)),
                ct);
            yield return page;
            if (page.Rows.Count < PageSize)
            {
                yield break;
            }
        }
    }
}
