using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>Takes of an outside engine's answer what may be shown: it knows nothing of clearances, and not always what is gone.</summary>
internal sealed class EngineAnswer(KnownItem[] items, TenantMemory memory, ThreatItems threats)
{
    public async Task<IReadOnlyList<Recommendation>> ReadAsync(
        IReadOnlyList<EngineItem> said, GraphKey graph, RecommendationFilters filters, int count, CancellationToken ct)
    {
        var visible = await threats.AmongAsync(graph, [.. said.Select(s => s.ItemId).Where(Items.ItemIds.IsValid).Where(Items.ItemIds.IsThreatObject)], ct);
        var shown = new List<Recommendation>(count);
        var seen = new HashSet<string>();
        foreach (var item in said)
        {
            if (shown.Count == count || !seen.Add(item.ItemId))
            {
                continue;
            }

            var reasons = item.Reasons.Take(10).Select(r => new Reason("engine", null, r)).ToArray();
            if (visible.TryGetValue(item.ItemId, out var threat))
            {
                if (filters.Allows(threat))
                {
                    shown.Add(new Recommendation(threat.Id, item.Score, reasons, threat.Name, threat.Type));
                }
            }
            else if (memory.Find(item.ItemId) is >= 0 and var place && place < items.Length && filters.Allows(items[place]))
            {
                shown.Add(new Recommendation(item.ItemId, item.Score, reasons, items[place].Name, items[place].Type));
            }
        }

        return shown;
    }
}
