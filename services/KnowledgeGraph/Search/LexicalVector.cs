using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Search;

/// <summary>
/// How a text is spelled, as a vector: its words and their runs of three letters, hashed (Weinberger et al., "Feature Hashing for Large
/// Scale Multitask Learning", 2009). Weights are those of lnc.ltc (Manning et al., "Introduction to Information Retrieval", 6.4.3): the
/// logarithm of how often, and on the side of the question alone how rare the word is. So the vector of an object depends on the object
/// alone, not on what came before it, while rarity is always that of the graph as it is.
/// </summary>
internal static class LexicalVector
{
    public const int Dimensions = 128;
    private const int MaxWords = 120;
    private const int MaxDescription = 400;
    private const int Digits = 3;

    /// <summary>The weights of a node's features; empty where nothing of it is a text.</summary>
    public static Dictionary<uint, double> Of(IReadOnlyDictionary<string, object?> properties, string? name = null)
    {
        var counts = new Dictionary<uint, double>();
        // A name says more than the rest does.
        Count(counts, name ?? properties.GetValueOrDefault("name") as string, 3, null);
        Count(counts, properties.GetValueOrDefault("search_terms") as string, 2, null);
        var description = properties.GetValueOrDefault("description") as string;
        Count(counts, description?[..Math.Min(description.Length, MaxDescription)], 1, null);
        return Weighted(counts, null);
    }

    /// <summary>The weights of a question's features.</summary>
    /// <param name="text">The question.</param>
    /// <param name="rarity">How rare each of its words is.</param>
    public static Dictionary<uint, double> OfQuestion(string text, IReadOnlyDictionary<string, double> rarity)
    {
        var (counts, weights) = (new Dictionary<uint, double>(), new Dictionary<uint, double>());
        Count(counts, text, 1, (word, feature) => weights[feature] = Math.Max(weights.GetValueOrDefault(feature), rarity.GetValueOrDefault(word, 1)));
        return Weighted(counts, weights);
    }

    /// <summary>The features folded into the vector's dimensions, of length 1.</summary>
    public static float[] Fold(IReadOnlyDictionary<uint, double> features)
    {
        var folded = new double[Dimensions];
        foreach (var (feature, weight) in features)
        {
            folded[feature % Dimensions] += (feature & 0x8000_0000) == 0 ? weight : -weight;
        }

        var length = Math.Sqrt(folded.Sum(x => x * x));
        return Array.ConvertAll(folded, x => length == 0 ? 0 : (float)Math.Round(x / length, Digits));
    }

    /// <summary>The cosine of the angle between two texts.</summary>
    public static double Cosine(IReadOnlyDictionary<uint, double> a, IReadOnlyDictionary<uint, double> b)
    {
        var (dot, lengthA, lengthB) = (0.0, 0.0, 0.0);
        foreach (var (feature, weight) in a)
        {
            dot += weight * b.GetValueOrDefault(feature);
            lengthA += weight * weight;
        }

        foreach (var weight in b.Values)
        {
            lengthB += weight * weight;
        }

        return lengthA == 0 || lengthB == 0 ? 0 : dot / Math.Sqrt(lengthA * lengthB);
    }

    private static Dictionary<uint, double> Weighted(Dictionary<uint, double> counts, Dictionary<uint, double>? rarity)
    {
        var weighted = new Dictionary<uint, double>(counts.Count);
        foreach (var (feature, count) in counts)
        {
            weighted[feature] = (1 + Math.Log(count)) * (rarity?.GetValueOrDefault(feature, 1) ?? 1);
        }

        return weighted;
    }

    private static void Count(Dictionary<uint, double> counts, string? text, int times, Action<string, uint>? seen)
    {
        foreach (var word in text is null ? [] : SearchText.Words(text, MaxWords))
        {
            Add(word, $"={word}");
            var framed = $"^{word}$";
            for (var i = 0; i + 3 <= framed.Length; i++)
            {
                Add(word, framed.AsSpan(i, 3));
            }
        }

        void Add(string word, ReadOnlySpan<char> feature)
        {
            var hash = Hash(feature);
            counts[hash] = counts.GetValueOrDefault(hash) + times;
            seen?.Invoke(word, hash);
        }
    }

    /// <summary>FNV-1a over UTF-16, its bits mixed once more, since the low ones choose the dimension.</summary>
    private static uint Hash(ReadOnlySpan<char> text)
    {
        var hash = 2166136261u;
        foreach (var c in text)
        {
            hash = (hash ^ c) * 16777619u;
        }

        hash ^= hash >> 16;
        hash *= 0x85ebca6b;
        hash ^= hash >> 13;
        hash *= 0xc2b2ae35;
        return hash ^ (hash >> 16);
    }
}
