namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>
/// EASE^R, "Embarrassingly Shallow Autoencoders for Sparse Data" (Steck, 2019): P = (XᵀX + λI)⁻¹, and the weight from item i
/// to item j is -P(i,j)/P(j,j), 0 on the diagonal.
/// </summary>
internal static class Ease
{
    /// <summary>The closed form inverts a matrix of items by items: 10,000 take 400 MB while it is at work.</summary>
    public const int MostItems = 10_000;

    /// <summary>
    /// Weights that an item keeps: models up to this many items are exact, larger ones keep the strongest, since the whole of
    /// 10,000 items would take 400 MB for as long as the tenant is asked about.
    /// </summary>
    public const int MostWeights = 1000;

    public static ItemWeights Train(InteractionMatrix matrix, double lambda, int threads, CancellationToken ct)
    {
        var (starts, users, values) = matrix.ByItem();
        var gram = new SymmetricInverse(matrix.Items);
        var row = new double[matrix.Items];
        var touched = new List<int>();
        for (var i = 0; i < matrix.Items; i++)
        {
            ct.ThrowIfCancellationRequested();
            ItemKnn.Products(matrix, i, starts, users, values, row, touched);
            foreach (var j in touched)
            {
                if (j <= i)
                {
                    gram[i, j] = row[j];
                }

                row[j] = 0;
            }

            touched.Clear();
            gram[i, i] += lambda;
        }

        gram.Invert(threads, ct);
        var items = new int[matrix.Items][];
        var weights = new float[matrix.Items][];
        Parallel.For(0, matrix.Items, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = ct }, i =>
        {
            var b = new double[matrix.Items];
            for (var j = 0; j < b.Length; j++)
            {
                b[j] = i == j ? 0 : -gram[i, j] / gram[j, j];
            }

            (items[i], weights[i]) = ItemWeights.Strongest(b, MostWeights);
        });
        return new ItemWeights(items, weights);
    }
}
