namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>
/// What a model has learned, in the form that answers need: for each item, which items it speaks for or against, and how
/// much. A user's score of an item is the sum over what they took up.
/// </summary>
internal sealed class ItemWeights(int[][] items, float[][] weights)
{
    public int Items => items.Length;

    /// <summary>The items that one speaks for, ascending.</summary>
    public ReadOnlySpan<int> ItemsOf(int item) => items[item];

    /// <summary>How much, in the same order.</summary>
    public ReadOnlySpan<float> WeightsOf(int item) => weights[item];

    /// <summary>How much one item speaks for another; 0 where it does not.</summary>
    public float Weight(int from, int to)
    {
        var place = Array.BinarySearch(items[from], to);
        return place < 0 ? 0 : weights[from][place];
    }

    /// <summary>Adds the scores of a history to <paramref name="scores"/>, one place for each item.</summary>
    public void Score(ReadOnlySpan<int> history, ReadOnlySpan<double> strengths, Span<double> scores)
    {
        for (var h = 0; h < history.Length; h++)
        {
            var (row, weight, strength) = (items[history[h]], weights[history[h]], strengths[h]);
            for (var k = 0; k < row.Length; k++)
            {
                scores[row[k]] += strength * weight[k];
            }
        }
    }

    /// <summary>The strongest entries of one dense row, ascending by item; zeros are left out.</summary>
    public static (int[] Items, float[] Weights) Strongest(ReadOnlySpan<double> row, int most)
    {
        var places = new List<int>();
        for (var i = 0; i < row.Length; i++)
        {
            if (row[i] != 0)
            {
                places.Add(i);
            }
        }

        if (places.Count > most)
        {
            var strength = new double[places.Count];
            for (var i = 0; i < strength.Length; i++)
            {
                strength[i] = -Math.Abs(row[places[i]]);
            }

            // A stable order: of equally strong ones, the first.
            var order = places.ToArray();
            Array.Sort(strength, order);
            places.Clear();
            places.AddRange(order.AsSpan(0, most));
            places.Sort();
        }

        var weights = new float[places.Count];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = (float)row[places[i]];
        }

        return ([.. places], weights);
    }
}
