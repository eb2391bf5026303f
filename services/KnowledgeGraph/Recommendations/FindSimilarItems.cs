using Platform.KnowledgeGraph.Items;
using Platform.KnowledgeGraph.Projection;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>
/// What is like an item: what the same users take up, what is near a threat object in the caller's graph, and, of the
/// catalogue, what is described alike.
/// </summary>
internal sealed class FindSimilarItems(CallContext call, TenantMemories memories, LevelGraphs graphs, ThreatItems threats, GraphNeighborhood neighborhood, TimeProvider clock)
{
    /// <summary>What is only described alike comes after what is taken up alike.</summary>
    private const double Described = 0.5;

    /// <summary>Null where the caller has no such item.</summary>
    public async Task<RecommendationAnswer?> RunAsync(SimilarItemsRequest request, CancellationToken ct)
    {
        var filters = request.Filters ?? RecommendationFilters.None;
        var state = await memories.GetAsync(call.TenantId, ct);
        var reader = await graphs.ForReaderAsync(call.TenantId, call.Clearance, ct);
        var graph = reader?.Graph ?? GraphKey.None(call.TenantId);
        var items = state.Memory.Items();
        var place = state.Memory.Find(request.ItemId);
        var model = state.ModelFor(reader?.Level);
        var candidates = new Candidates(items, model);
        if (ItemIds.IsThreatObject(request.ItemId))
        {
            if (!(await threats.AmongAsync(graph, [request.ItemId], ct)).TryGetValue(request.ItemId, out var threat))
            {
                return null;
            }

            AddNear(candidates, filters, request.ItemId, threat.Name ?? request.ItemId, await neighborhood.FindAsync(graph, new Dictionary<string, double> { [request.ItemId] = 1 }, ct));
        }
        else if (!state.Memory.IsListed(request.ItemId))
        {
            return null;
        }
        else
        {
            AddDescribed(candidates, filters, items, place);
        }

        if (model is not null && place >= 0 && model.ColumnOf(place) is >= 0 and var column)
        {
            await AddTakenUpAsync(candidates, filters, items, model, column, graph, ct);
        }

        var taken = candidates.Take(request.Count, lambda: 1);
        var models = taken.SelectMany(c => c.From).Distinct().ToArray();
        return new RecommendationAnswer(taken.ConvertAll(c => c.ToRecommendation()), models.Length == 0 ? "content" : string.Join('+', models), clock.GetUtcNow());
    }

    private async Task AddTakenUpAsync(
        Candidates candidates, RecommendationFilters filters, KnownItem[] items, TenantModel model, int column, GraphKey graph, CancellationToken ct)
    {
        var nearest = model.Training.Nearest;
        var places = nearest.ItemsOf(column).ToArray().Select(c => model.Places[c]).ToArray();
        var visible = await threats.AmongAsync(graph, [.. places.Where(p => items[p].IsThreatObject).Select(p => items[p].Id)], ct);
        for (var k = 0; k < places.Length; k++)
        {
            var item = items[places[k]];
            var candidate = item.IsThreatObject
                ? visible.TryGetValue(item.Id, out var threat) && filters.Allows(threat) ? candidates.Of(threat, places[k]) : null
                : filters.Allows(item) ? candidates.Of(item, places[k]) : null;
            if (candidate is not null)
            {
                candidate.Score = Math.Min(1, Math.Max(candidate.Score, Described) + (Described * nearest.WeightsOf(column)[k]));
                candidate.From.Insert(0, ModelCandidate.ItemKnn);
                candidate.Reasons.Insert(0, new Reason("taken_up", items[model.Places[column]].Id, "The same users take this up"));
            }
        }
    }

    private static void AddNear(Candidates candidates, RecommendationFilters filters, string seed, string name, IReadOnlyList<NearItem> near)
    {
        foreach (var found in near)
        {
            if (filters.Allows(found.Item))
            {
                var candidate = candidates.Of(found.Item, -1);
                candidate.Score = found.Score / near[0].Score;
                candidate.From.Add("graph");
                candidate.Reasons.Add(new Reason("related", seed, $"{found.How} {name}"));
            }
        }
    }

    private static void AddDescribed(Candidates candidates, RecommendationFilters filters, KnownItem[] items, int place)
    {
        var item = items[place];
        for (var other = 0; other < items.Length; other++)
        {
            if (other == place || !filters.Allows(items[other]))
            {
                continue;
            }

            var likeness = (0.8 * Candidates.SharedTags(item.Tags, items[other].Tags)) + (item.Type == items[other].Type ? 0.2 : 0);
            if (likeness > 0)
            {
                var candidate = candidates.Of(items[other], other);
                candidate.Score = Described * likeness;
                candidate.From.Add("content");
                candidate.Reasons.Add(new Reason("alike", item.Id, likeness > 0.2 ? "Has tags in common" : "Is of the same type"));
            }
        }
    }
}
