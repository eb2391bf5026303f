namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>
/// Item-based nearest neighbours (Deshpande and Karypis, 2004): the cosine of two items' columns with a shrinkage h that
/// keeps chance pairs down, s(i,j) = x_i·x_j / (|x_i| |x_j| + h); each item keeps its nearest.
/// </summary>
internal static class ItemKnn
{
    public static ItemWeights Train(InteractionMatrix matrix, int neighbors, double shrinkage, CancellationToken ct)
    {
        var (starts, users, values) = matrix.ByItem();
        var norms = new double[matrix.Items];
        for (var i = 0; i < norms.Length; i++)
        {
            var sum = 0d;
            for (var e = starts[i]; e < starts[i + 1]; e++)
            {
                sum += values[e] * values[e];
            }

            norms[i] = Math.Sqrt(sum);
        }

        var items = new int[matrix.Items][];
        var weights = new float[matrix.Items][];
        var row = new double[matrix.Items];
        var touched = new List<int>();
        for (var i = 0; i < matrix.Items; i++)
        {
            ct.ThrowIfCancellationRequested();
            Products(matrix, i, starts, users, values, row, touched);
            touched.Sort();
            (items[i], weights[i]) = Nearest(row, touched, i, norms, neighbors, shrinkage);
            foreach (var j in touched)
            {
                row[j] = 0;
            }

            touched.Clear();
        }

        return new ItemWeights(items, weights);
    }

    /// <summary>The products of one item's column with all others.</summary>
    internal static void Products(InteractionMatrix matrix, int item, int[] starts, int[] users, double[] values, double[] row, List<int> touched)
    {
        for (var e = starts[item]; e < starts[item + 1]; e++)
        {
            var columns = matrix.ColumnsOf(users[e]);
            var others = matrix.ValuesOf(users[e]);
            for (var k = 0; k < columns.Length; k++)
            {
                if (row[columns[k]] == 0)
                {
                    touched.Add(columns[k]);
                }

                row[columns[k]] += values[e] * others[k];
            }
        }
    }

    private static (int[] Items, float[] Weights) Nearest(double[] row, List<int> touched, int item, double[] norms, int neighbors, double shrinkage)
    {
        var places = new int[touched.Count];
        var strength = new double[touched.Count];
        var count = 0;
        foreach (var j in touched)
        {
            if (j != item)
            {
                places[count] = j;
                strength[count++] = -row[j] / ((norms[item] * norms[j]) + shrinkage);
            }
        }

        // Equally near ones in the order of their numbers, so that the same data gives the same model.
        Array.Sort(strength, places, 0, count);
        count = Math.Min(count, neighbors);
        Array.Sort(places, strength, 0, count);
        var weights = new float[count];
        for (var k = 0; k < count; k++)
        {
            weights[k] = (float)-strength[k];
        }

        return (places[..count], weights);
    }
}
