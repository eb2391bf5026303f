using System.Diagnostics;

namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>A kind of model with its settings, and how it did on the hold-out; null where that says nothing.</summary>
internal sealed record ModelCandidate(string Name, IReadOnlyDictionary<string, double> Parameters, OfflineMetrics? Metrics)
{
    public const string Popular = "popular";
    public const string ItemKnn = "item-knn";
    public const string Ease = "ease";
}

/// <summary>What one training made.</summary>
/// <param name="Chosen">The candidate that answers.</param>
/// <param name="Candidates">All that were tried, the best settings of each kind.</param>
/// <param name="Weights">What the chosen one learned from everything.</param>
/// <param name="Nearest">The nearest neighbours, which tell how alike two items are whatever was chosen.</param>
/// <param name="Elapsed">How long it took.</param>
internal sealed record Training(ModelCandidate Chosen, IReadOnlyList<ModelCandidate> Candidates, ItemWeights Weights, ItemWeights Nearest, TimeSpan Elapsed);

/// <summary>
/// Tries each kind of model on the time-based hold-out, takes the one that ranks best there (NDCG@10), and trains it on
/// everything. EASE^R is left out above <see cref="Ease.MostItems"/> items.
/// </summary>
internal static class ModelTraining
{
    private const int Neighbors = 200;

    /// <summary>Above this many items EASE is tried with one setting, since each takes an inverse.</summary>
    private const int ManyItems = 3000;

    private static readonly double[] Shrinkages = [0, 10, 50];
    private static readonly double[] Lambdas = [10, 100, 500];
    private static readonly double[] OneLambda = [200];

    public static Training Train(InteractionMatrix matrix, int threads, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        var holdOut = new HoldOut(matrix);
        var tried = new List<ModelCandidate> { Popular(holdOut, ct), BestKnn(holdOut, ct) };
        if (matrix.Items <= Ease.MostItems && holdOut.Says)
        {
            tried.Add(BestEase(holdOut, threads, ct));
        }

        // The simpler one where both do as well; what is only popular is a measure to go by, and no choice.
        var chosen = tried[1];
        if (tried.Count > 2 && tried[2].Metrics!.NdcgAt10 > chosen.Metrics!.NdcgAt10)
        {
            chosen = tried[2];
        }

        var nearest = ItemKnn.Train(matrix, Neighbors, tried[1].Parameters["shrinkage"], ct);
        var weights = chosen.Name == ModelCandidate.Ease ? Ease.Train(matrix, chosen.Parameters["lambda"], threads, ct) : nearest;
        return new Training(chosen, tried, weights, nearest, Stopwatch.GetElapsedTime(started));
    }

    private static ModelCandidate Popular(HoldOut holdOut, CancellationToken ct)
    {
        var popular = new double[holdOut.Train.Items];
        for (var e = 0; e < holdOut.Train.Count; e++)
        {
            popular[holdOut.Train.Columns[e]] += holdOut.Train.Values[e];
        }

        var metrics = holdOut.Says ? holdOut.Measure((_, _, scores) => popular.CopyTo(scores), ct) : null;
        return new ModelCandidate(ModelCandidate.Popular, new Dictionary<string, double>(), metrics);
    }

    private static ModelCandidate BestKnn(HoldOut holdOut, CancellationToken ct) => holdOut.Says
        ? Best(Shrinkages.Select(h =>
        {
            var metrics = holdOut.Measure(ItemKnn.Train(holdOut.Train, Neighbors, h, ct).Score, ct);
            return new ModelCandidate(ModelCandidate.ItemKnn, Knn(h), metrics);
        }))
        : new ModelCandidate(ModelCandidate.ItemKnn, Knn(Shrinkages[1]), null);

    private static ModelCandidate BestEase(HoldOut holdOut, int threads, CancellationToken ct) =>
        Best((holdOut.Train.Items > ManyItems ? OneLambda : Lambdas).Select(lambda =>
        {
            var metrics = holdOut.Measure(Ease.Train(holdOut.Train, lambda, threads, ct).Score, ct);
            return new ModelCandidate(ModelCandidate.Ease, new Dictionary<string, double> { ["lambda"] = lambda }, metrics);
        }));

    private static ModelCandidate Best(IEnumerable<ModelCandidate> candidates) => candidates.MaxBy(c => c.Metrics!.NdcgAt10)!;

    private static Dictionary<string, double> Knn(double shrinkage) => new() { ["neighbors"] = Neighbors, ["shrinkage"] = shrinkage };
}
