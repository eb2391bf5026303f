using Microsoft.EntityFrameworkCore;
using Platform.Agent.Planning;
using Platform.Agent.Storage;

namespace Platform.Agent.Remembering;

/// <summary>A memory and how well it fits.</summary>
internal sealed record MemoryHit(Memory Memory, double Score);

/// <summary>Ranks memories by the words they share with a text, the rarer and the stronger first.</summary>
internal sealed class SearchMemory(AgentDb db, TimeProvider clock)
{
    public async Task<IReadOnlyList<MemoryHit>> RunAsync(string text, int limit, CancellationToken ct)
    {
        var memories = await db.ReachableMemories.AsNoTracking().ToListAsync(ct);
        var words = Words(text);
        var spread = new Dictionary<string, int>(StringComparer.Ordinal);
        var contents = new List<HashSet<string>>(memories.Count);
        foreach (var memory in memories)
        {
            var content = Words(memory.Text);
            contents.Add(content);
            foreach (var word in content)
            {
                spread[word] = spread.GetValueOrDefault(word) + 1;
            }
        }

        var now = clock.GetUtcNow();
        var hits = new List<MemoryHit>();
        for (var i = 0; i < memories.Count; i++)
        {
            var likeness = 0.0;
            foreach (var word in words)
            {
                likeness += contents[i].Contains(word) ? Math.Log(1 + ((double)memories.Count / spread[word])) : 0;
            }

            var weight = Fading.WeightAt(memories[i], now);
            if (likeness > 0 && weight >= Fading.Forgotten)
            {
                hits.Add(new MemoryHit(memories[i], Math.Round(likeness * (1 + Math.Log2(1 + weight)) / Math.Sqrt(1 + contents[i].Count), 4)));
            }
        }

        hits.Sort(static (a, b) => b.Score.CompareTo(a.Score));
        return hits.Count <= limit ? hits : hits.GetRange(0, limit);
    }

    private static HashSet<string> Words(string text)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        foreach (var token in Tokenizer.Split(text))
        {
            if (!Lexicon.Fillers.Contains(token.Word))
            {
                words.Add(token.Word);
            }
        }

        return words;
    }
}
