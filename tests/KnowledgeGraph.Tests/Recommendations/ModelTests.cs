using MathNet.Numerics.LinearAlgebra;
using Platform.KnowledgeGraph.Recommendations;
using Entry = Platform.KnowledgeGraph.Recommendations.InteractionMatrix.Entry;

namespace Platform.KnowledgeGraph.Tests.Recommendations;

/// <summary>The models against results by hand, and against the papers' formulas on a dense matrix.</summary>
public sealed class ModelTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public void Two_items_that_one_of_two_users_share_weigh_what_the_hand_computes()
    {
        // X = [1 1; 1 0], XᵀX + 1·I = [3 1; 1 2], its inverse [2 -1; -1 3] / 5: weights 1/3 and 1/2.
        var matrix = Matrix([[(0, 1), (1, 1)], [(0, 1)]], 2);
        var ease = Ease.Train(matrix, 1, 1, Ct);
        Assert.Equal(1.0 / 3, ease.Weight(0, 1), 6);
        Assert.Equal(1.0 / 2, ease.Weight(1, 0), 6);
        Assert.Equal(0, ease.Weight(0, 0));

        // Both share one user: 1 / (√2·1 + h).
        Assert.Equal(1 / Math.Sqrt(2), ItemKnn.Train(matrix, 5, 0, Ct).Weight(0, 1), 6);
        Assert.Equal(1 / (Math.Sqrt(2) + 10), ItemKnn.Train(matrix, 5, 10, Ct).Weight(1, 0), 6);
    }

    [Theory]
    [InlineData(7, 5, 3)]
    [InlineData(300, 200, 50)]
    [InlineData(150, 300, 500)]
    public void Ease_is_the_closed_form_of_its_paper(int users, int items, double lambda)
    {
        var matrix = Random(users, items, seed: users);
        var x = Dense(matrix);
        var p = ((x.Transpose() * x) + (lambda * Matrix<double>.Build.DenseIdentity(items))).Inverse();
        var b = Matrix<double>.Build.Dense(items, items, (i, j) => i == j ? 0 : -p[i, j] / p[j, j]);
        AssertScores(x * b, Ease.Train(matrix, lambda, 2, Ct), matrix);
    }

    [Theory]
    [InlineData(20, 12, 0, 100)]
    [InlineData(200, 150, 10, 20)]
    public void Nearest_neighbours_are_the_cosines_of_their_paper(int users, int items, double shrinkage, int most)
    {
        var matrix = Random(users, items, seed: items);
        var x = Dense(matrix);
        var s = Matrix<double>.Build.Dense(items, items, (i, j) =>
            i == j || x.Column(i) * x.Column(j) == 0 ? 0 : x.Column(i) * x.Column(j) / ((x.Column(i).L2Norm() * x.Column(j).L2Norm()) + shrinkage));
        for (var i = 0; i < items; i++)
        {
            var least = s.Row(i).OrderDescending().ElementAt(Math.Min(most, items) - 1);
            for (var j = 0; j < items; j++)
            {
                s[i, j] = s[i, j] >= least - 1e-12 ? s[i, j] : 0;
            }
        }

        // The cut may fall among equals, of which the reference keeps all.
        var knn = ItemKnn.Train(matrix, most, shrinkage, Ct);
        for (var i = 0; i < items; i++)
        {
            Assert.True(knn.ItemsOf(i).Length <= most);
            var wanted = s.Row(i).OrderDescending().Take(most).Where(w => w > 0).Select(w => (float)w).ToArray();
            Assert.Equal(wanted.Length, knn.ItemsOf(i).Length);
            for (var k = 0; k < knn.ItemsOf(i).Length; k++)
            {
                Assert.Equal(s[i, knn.ItemsOf(i)[k]], knn.WeightsOf(i)[k], 1e-6);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(300)]
    public void A_matrix_times_its_inverse_is_the_unit(int size)
    {
        var random = new Random(size);
        var root = Matrix<double>.Build.Dense(size, size, (_, _) => random.NextDouble() - 0.5);
        var a = (root * root.Transpose()) + Matrix<double>.Build.DenseIdentity(size);
        var inverse = new SymmetricInverse(size);
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                inverse[i, j] = a[i, j];
            }
        }

        inverse.Invert(2, Ct);
        var product = a * Matrix<double>.Build.Dense(size, size, (i, j) => inverse[i, j]);
        Assert.True((product - Matrix<double>.Build.DenseIdentity(size)).InfinityNorm() < 1e-9);
    }

    [Fact]
    public void What_is_not_positive_definite_is_refused()
    {
        var matrix = new SymmetricInverse(2);
        matrix[0, 0] = 1;
        matrix[1, 0] = 2;
        matrix[1, 1] = 1;
        Assert.Throws<ArithmeticException>(() => matrix.Invert(1, Ct));
    }

    [Fact]
    public void Only_the_strongest_weights_are_kept_and_in_order()
    {
        var (items, weights) = ItemWeights.Strongest([0.1, 0, -0.9, 0.5, 0.2], 3);
        Assert.Equal([2, 3, 4], items);
        Assert.Equal([-0.9f, 0.5f, 0.2f], weights);
    }

    internal static InteractionMatrix Matrix((int Item, double Value)[][] users, int items) =>
        InteractionMatrix.Of(items, [.. users.Select(u => (IReadOnlyList<Entry>)[.. u.Select((e, at) => new Entry(e.Item, e.Value, at))])]);

    /// <summary>Half of the strengths are 1, the others up to 5; each item has at least one user.</summary>
    private static InteractionMatrix Random(int users, int items, int seed)
    {
        var random = new Random(seed);
        var rows = Enumerable.Range(0, users).Select(_ => new SortedDictionary<int, double>()).ToArray();
        for (var i = 0; i < items; i++)
        {
            for (var n = random.Next(1, 6); n > 0; n--)
            {
                rows[random.Next(users)][i] = random.Next(2) == 0 ? 1 : 1 + (4 * random.NextDouble());
            }
        }

        return Matrix([.. rows.Select(r => r.Select(e => (e.Key, e.Value)).ToArray())], items);
    }

    private static Matrix<double> Dense(InteractionMatrix matrix)
    {
        var x = Matrix<double>.Build.Dense(matrix.Users, matrix.Items);
        for (var u = 0; u < matrix.Users; u++)
        {
            for (var e = 0; e < matrix.ColumnsOf(u).Length; e++)
            {
                x[u, matrix.ColumnsOf(u)[e]] = matrix.ValuesOf(u)[e];
            }
        }

        return x;
    }

    private static void AssertScores(Matrix<double> wanted, ItemWeights weights, InteractionMatrix matrix)
    {
        for (var u = 0; u < matrix.Users; u++)
        {
            var scores = new double[matrix.Items];
            weights.Score(matrix.ColumnsOf(u), matrix.ValuesOf(u), scores);
            for (var i = 0; i < scores.Length; i++)
            {
                Assert.Equal(wanted[u, i], scores[i], 1e-6);
            }
        }
    }
}
