namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>
/// Maximal marginal relevance (Carbonell and Goldstein, 1998): takes, one after another, what is good and unlike what
/// was taken, argmax λ·score - (1-λ)·likeness to the nearest taken.
/// </summary>
internal static class Diversity
{
    /// <param name="scores">Scores of the candidates, 0–1, best first.</param>
    /// <param name="likeness">How alike two candidates are, 0–1.</param>
    /// <param name="count">How many to take.</param>
    /// <param name="lambda">1 takes by score alone.</param>
    /// <returns>The candidates that were taken, in this order.</returns>
    public static int[] Take(IReadOnlyList<double> scores, Func<int, int, double> likeness, int count, double lambda)
    {
        var taken = new int[Math.Min(count, scores.Count)];
        var nearest = new double[scores.Count];
        var isTaken = new bool[scores.Count];
        for (var place = 0; place < taken.Length; place++)
        {
            var best = -1;
            var bestValue = double.NegativeInfinity;
            for (var c = 0; c < scores.Count; c++)
            {
                var value = (lambda * scores[c]) - ((1 - lambda) * nearest[c]);
                if (!isTaken[c] && value > bestValue)
                {
                    (best, bestValue) = (c, value);
                }
            }

            taken[place] = best;
            isTaken[best] = true;
            for (var c = 0; c < scores.Count; c++)
            {
                if (!isTaken[c])
                {
                    nearest[c] = Math.Max(nearest[c], likeness(best, c));
                }
            }
        }

        return taken;
    }
}
