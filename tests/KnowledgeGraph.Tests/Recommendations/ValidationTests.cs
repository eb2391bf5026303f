using Platform.KnowledgeGraph.Recommendations;
using Entry = Platform.KnowledgeGraph.Recommendations.InteractionMatrix.Entry;

namespace Platform.KnowledgeGraph.Tests.Recommendations;

/// <summary>Metrics, the hold-out by time, the choice of a model, and the order of what is shown.</summary>
public sealed class ValidationTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public void Metrics_are_what_the_hand_computes()
    {
        // Hits at places 1 and 3 of two wanted: (1/log2 2 + 1/log2 4) / (1/log2 2 + 1/log2 3).
        Assert.Equal(1.5 / (1 + (1 / Math.Log2(3))), RankingMetrics.Ndcg([7, 8, 9], new HashSet<int> { 7, 9 }, 10), 12);
        Assert.Equal(1, RankingMetrics.Ndcg([7, 9, 8], new HashSet<int> { 7, 9 }, 10), 12);
        Assert.Equal(0, RankingMetrics.Ndcg([1, 2], new HashSet<int> { 7 }, 1), 12);
        Assert.Equal(2.0 / 3, RankingMetrics.Recall([7, 8, 9], new HashSet<int> { 7, 9, 5 }, 20), 12);
        Assert.Equal(1, RankingMetrics.Recall([7, 8], new HashSet<int> { 7, 8, 9 }, 2), 12);
    }

    [Fact]
    public void The_best_come_first_and_of_equals_the_first()
    {
        Assert.Equal([4, 1, 2], RankingMetrics.Top([0.5, 0.7, 0.7, 0, 0.9, -1], 3, 0));
        Assert.Equal([4, 1, 2, 0], RankingMetrics.Top([0.5, 0.7, 0.7, 0, 0.9, -1], 10, 0));
    }

    [Fact]
    public void The_newest_fifth_is_held_out_and_only_what_is_new_to_a_user_is_asked_for()
    {
        // User 0 takes up items 0 and 1 early and item 2 late; users 1 and 2 everything early; user 3 comes late.
        var matrix = InteractionMatrix.Of(3,
        [
            [new Entry(0, 1, 1), new Entry(1, 1, 2), new Entry(2, 1, 9)],
            [new Entry(1, 1, 3), new Entry(2, 1, 4), new Entry(0, 1, 5)],
            [new Entry(0, 1, 6), new Entry(1, 1, 7), new Entry(2, 1, 8)],
            [new Entry(0, 1, 10)],
        ]);
        var holdOut = new HoldOut(matrix);
        Assert.Equal(8, holdOut.Train.Count);
        Assert.Equal([0, 1], holdOut.Train.ColumnsOf(0).ToArray());
        var metrics = holdOut.Measure((_, _, scores) => { scores[0] = 3; scores[2] = 1; }, Ct);
        Assert.False(holdOut.Says);
        Assert.Equal(new OfflineMetrics(1, 1, 1.0 / 3, 1), metrics);
    }

    [Fact]
    public void A_time_of_tastes_is_learned_better_than_what_is_popular()
    {
        var training = ModelTraining.Train(Tastes(users: 120, groups: 4, itemsOfEach: 15), 2, Ct);
        var popular = training.Candidates.Single(c => c.Name == ModelCandidate.Popular).Metrics!;
        Assert.Equal([ModelCandidate.Popular, ModelCandidate.ItemKnn, ModelCandidate.Ease], training.Candidates.Select(c => c.Name));
        Assert.All(training.Candidates.Skip(1), c => Assert.True(c.Metrics!.NdcgAt10 > 2 * popular.NdcgAt10, $"{c.Name} {c.Metrics} against {popular}"));
        Assert.Equal(training.Candidates.Skip(1).Max(c => c.Metrics!.NdcgAt10), training.Chosen.Metrics!.NdcgAt10);
        Assert.True(training.Chosen.Metrics.Coverage > popular.Coverage);
    }

    [Fact]
    public void Too_few_users_choose_nothing_and_still_have_a_model()
    {
        var training = ModelTraining.Train(ModelTests.Matrix([[(0, 1), (1, 1)], [(0, 1), (1, 1)]], 2), 1, Ct);
        Assert.Equal((ModelCandidate.ItemKnn, null), (training.Chosen.Name, training.Chosen.Metrics));
        Assert.True(training.Weights.Weight(0, 1) > 0);
    }

    [Fact]
    public void Likeness_to_what_is_shown_pushes_an_item_back()
    {
        double[] scores = [1, 0.95, 0.6];
        double Alike(int a, int b) => (a, b) is (0, 1) or (1, 0) ? 1 : 0;
        Assert.Equal([0, 1, 2], Diversity.Take(scores, Alike, 3, 1));
        Assert.Equal([0, 2, 1], Diversity.Take(scores, Alike, 3, 0.7));
        Assert.Equal([0], Diversity.Take(scores, Alike, 1, 0.7));
    }

    /// <summary>Each user takes up items of their group alone, one after another.</summary>
    private static InteractionMatrix Tastes(int users, int groups, int itemsOfEach)
    {
        var random = new Random(7);
        return InteractionMatrix.Of(groups * itemsOfEach, [.. Enumerable.Range(0, users).Select(u =>
        {
            var own = Enumerable.Range(0, itemsOfEach).Select(i => (u % groups * itemsOfEach) + i).ToArray();
            random.Shuffle(own);
            return (IReadOnlyList<Entry>)[.. own.Take(9).Select((item, n) => new Entry(item, 1, (n * 1000) + random.Next(1000)))];
        })]);
    }
}
