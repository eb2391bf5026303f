using System.Text.Json.Serialization;

namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>How well a model foretold what users took up later, over the users of a hold-out.</summary>
/// <param name="NdcgAt10">Normalised discounted cumulative gain of the first 10, 0–1 (Järvelin and Kekäläinen, 2002; gain 1 or 0).</param>
/// <param name="RecallAt20">Share of what was taken up that is among the first 20, 0–1; of at most 20.</param>
/// <param name="Coverage">Share of the items that stand among the first 20 of somebody, 0–1.</param>
/// <param name="Users">How many users were asked about.</param>
internal sealed record OfflineMetrics(
    [property: JsonPropertyName("ndcg_at_10")] double NdcgAt10, [property: JsonPropertyName("recall_at_20")] double RecallAt20, double Coverage, int Users);

/// <summary>Metrics of ranked lists.</summary>
internal static class RankingMetrics
{
    public static double Ndcg(ReadOnlySpan<int> ranked, IReadOnlySet<int> wanted, int cut)
    {
        double gain = 0, ideal = 0;
        for (var place = 0; place < cut; place++)
        {
            var discount = 1 / Math.Log2(place + 2);
            gain += place < ranked.Length && wanted.Contains(ranked[place]) ? discount : 0;
            ideal += place < wanted.Count ? discount : 0;
        }

        return ideal == 0 ? 0 : gain / ideal;
    }

    public static double Recall(ReadOnlySpan<int> ranked, IReadOnlySet<int> wanted, int cut)
    {
        var found = 0;
        for (var place = 0; place < cut && place < ranked.Length; place++)
        {
            found += wanted.Contains(ranked[place]) ? 1 : 0;
        }

        var possible = Math.Min(cut, wanted.Count);
        return possible == 0 ? 0 : (double)found / possible;
    }

    /// <summary>The places of the highest scores, best first and of equals the lowest place; those not above the floor are left out.</summary>
    public static int[] Top(ReadOnlySpan<double> scores, int count, double floor)
    {
        var best = new PriorityQueue<int, (double Score, int Place)>(count + 1);
        for (var i = 0; i < scores.Length; i++)
        {
            if (scores[i] > floor && (best.Count < count || (best.TryPeek(out _, out var least) && scores[i] > least.Score)))
            {
                best.Enqueue(i, (scores[i], -i));
                if (best.Count > count)
                {
                    best.Dequeue();
                }
            }
        }

        var top = new int[best.Count];
        for (var i = top.Length - 1; i >= 0; i--)
        {
            top[i] = best.Dequeue();
        }

        return top;
    }
}
