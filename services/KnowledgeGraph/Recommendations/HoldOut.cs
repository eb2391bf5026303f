namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>
/// The past to learn from and the time after it to be asked about: the newest fifth of all that was told is held out. A
/// user counts who had a past, and then took up something that is new to them and not to the model.
/// </summary>
internal sealed class HoldOut
{
    /// <summary>The share that is learned from.</summary>
    private const double Past = 0.8;

    /// <summary>More users say little more and take longer.</summary>
    private const int MostUsers = 2000;

    /// <summary>Fewer say nothing.</summary>
    public const int FewestUsers = 5;

    private const int Shown = 20;

    private readonly List<(int User, HashSet<int> Wanted)> _asked = [];

    public HoldOut(InteractionMatrix all)
    {
        var times = (long[])all.Times.Clone();
        Array.Sort(times);
        var moment = times.Length == 0 ? 0 : times[(int)(times.Length * Past)];
        Train = all.Before(moment);
        var known = new bool[all.Items];
        foreach (var item in Train.Columns)
        {
            known[item] = true;
        }

        for (var u = 0; u < all.Users; u++)
        {
            var past = Train.ColumnsOf(u);
            if (past.Length == 0)
            {
                continue;
            }

            var wanted = new HashSet<int>();
            for (var e = all.Starts[u]; e < all.Starts[u + 1]; e++)
            {
                if (all.Times[e] >= moment && known[all.Columns[e]])
                {
                    wanted.Add(all.Columns[e]);
                }
            }

            if (wanted.Count > 0)
            {
                _asked.Add((u, wanted));
            }
        }

        // Evenly over all users, the same ones each time.
        if (_asked.Count > MostUsers)
        {
            var step = (double)_asked.Count / MostUsers;
            _asked = [.. Enumerable.Range(0, MostUsers).Select(i => _asked[(int)(i * step)])];
        }
    }

    public InteractionMatrix Train { get; }

    /// <summary>Whether there is enough to go by.</summary>
    public bool Says => _asked.Count >= FewestUsers;

    /// <summary>Asks a model about every user.</summary>
    /// <param name="score">Fills in the score of each item for a user's past.</param>
    /// <param name="ct">Ends the work.</param>
    public OfflineMetrics Measure(HistoryScore score, CancellationToken ct)
    {
        double ndcg = 0, recall = 0;
        var shown = new HashSet<int>();
        var scores = new double[Train.Items];
        foreach (var (user, wanted) in _asked)
        {
            ct.ThrowIfCancellationRequested();
            Array.Clear(scores);
            var past = Train.ColumnsOf(user);
            score(past, Train.ValuesOf(user), scores);
            foreach (var item in past)
            {
                scores[item] = 0;
            }

            var ranked = RankingMetrics.Top(scores, Shown, 0);
            shown.UnionWith(ranked);
            ndcg += RankingMetrics.Ndcg(ranked, wanted, 10);
            recall += RankingMetrics.Recall(ranked, wanted, Shown);
        }

        var users = Math.Max(1, _asked.Count);
        return new OfflineMetrics(ndcg / users, recall / users, (double)shown.Count / Math.Max(1, Train.Items), _asked.Count);
    }
}

/// <summary>Scores items by a history.</summary>
internal delegate void HistoryScore(ReadOnlySpan<int> history, ReadOnlySpan<double> strengths, Span<double> scores);
