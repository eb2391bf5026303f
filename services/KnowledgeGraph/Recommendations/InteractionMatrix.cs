namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>How strongly users are for items: sparse, by user, with the time of each entry.</summary>
internal sealed class InteractionMatrix
{
    private InteractionMatrix(int items, int[] starts, int[] columns, double[] values, long[] times)
    {
        Items = items;
        Starts = starts;
        Columns = columns;
        Values = values;
        Times = times;
    }

    public int Items { get; }

    public int Users => Starts.Length - 1;

    /// <summary>Where a user's entries begin; one more at the end.</summary>
    public int[] Starts { get; }

    /// <summary>The item of each entry.</summary>
    public int[] Columns { get; }

    /// <summary>The strength of each entry, above 0.</summary>
    public double[] Values { get; }

    /// <summary>When each was last told, in milliseconds.</summary>
    public long[] Times { get; }

    public int Count => Columns.Length;

    public ReadOnlySpan<int> ColumnsOf(int user) => Columns.AsSpan(Starts[user]..Starts[user + 1]);

    public ReadOnlySpan<double> ValuesOf(int user) => Values.AsSpan(Starts[user]..Starts[user + 1]);

    /// <summary>Puts rows together; those of a user keep their order.</summary>
    public static InteractionMatrix Of(int items, IReadOnlyList<IReadOnlyList<Entry>> users)
    {
        var count = 0;
        foreach (var user in users)
        {
            count += user.Count;
        }

        var starts = new int[users.Count + 1];
        var columns = new int[count];
        var values = new double[count];
        var times = new long[count];
        var next = 0;
        for (var u = 0; u < users.Count; u++)
        {
            foreach (var entry in users[u])
            {
                (columns[next], values[next], times[next]) = (entry.Item, entry.Value, entry.At);
                next++;
            }

            starts[u + 1] = next;
        }

        return new InteractionMatrix(items, starts, columns, values, times);
    }

    /// <summary>What was told before a moment.</summary>
    public InteractionMatrix Before(long moment)
    {
        var users = new IReadOnlyList<Entry>[Users];
        for (var u = 0; u < users.Length; u++)
        {
            var kept = new List<Entry>();
            for (var e = Starts[u]; e < Starts[u + 1]; e++)
            {
                if (Times[e] < moment)
                {
                    kept.Add(new Entry(Columns[e], Values[e], Times[e]));
                }
            }

            users[u] = kept;
        }

        return Of(Items, users);
    }

    /// <summary>The same by item: who, and how strongly.</summary>
    public (int[] Starts, int[] Users, double[] Values) ByItem()
    {
        var starts = new int[Items + 1];
        foreach (var column in Columns)
        {
            starts[column + 1]++;
        }

        for (var i = 0; i < Items; i++)
        {
            starts[i + 1] += starts[i];
        }

        var users = new int[Count];
        var values = new double[Count];
        var next = starts[..Items];
        for (var u = 0; u < Users; u++)
        {
            for (var e = Starts[u]; e < Starts[u + 1]; e++)
            {
                var place = next[Columns[e]]++;
                (users[place], values[place]) = (u, Values[e]);
            }
        }

        return (starts, users, values);
    }

    internal readonly record struct Entry(int Item, double Value, long At);
}
