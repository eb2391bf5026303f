using Platform.KnowledgeGraph.Projection;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>
/// Recommends items to a user: by what others took up who took up the same, by what is near in the caller's graph to the
/// threat objects they work on, and, for who is new or has had it all, by what is popular; diverse, and with reasons.
/// </summary>
internal sealed class Recommend(
    CallContext call, TenantMemories memories, LevelGraphs graphs, ThreatItems threats, GraphNeighborhood neighborhood, MlEngine engine, TimeProvider clock)
{
    private const int FewestConsidered = 100;
    private const int MostReasons = 3;

    /// <summary>How much being good counts against being different; the popular are more alike.</summary>
    private const double Personal = 0.8;
    private const double OfAll = 0.6;

    public async Task<RecommendationAnswer> RunAsync(RecommendationRequest request, CancellationToken ct)
    {
        var filters = request.Filters ?? RecommendationFilters.None;
        var state = await memories.GetAsync(call.TenantId, ct);
        var reader = await graphs.ForReaderAsync(call.TenantId, call.Clearance, ct);
        var graph = reader?.Graph ?? GraphKey.None(call.TenantId);
        var items = state.Memory.Items();
        if (await engine.RecommendAsync(call.TenantId, request, ct) is { } said && await new EngineAnswer(items, state.Memory, threats).ReadAsync(said, graph, filters, request.Count, ct) is { Count: > 0 } read)
        {
            return new RecommendationAnswer(read, "external", clock.GetUtcNow());
        }

        var history = state.Memory.HistoryOf(request.UserId);
        var visible = await threats.AmongAsync(graph, IdsOf(history.Select(h => h.Item), items), ct);
        var profile = new Profile(history, items, visible);
        var model = state.ModelFor(reader?.Level);
        var work = new Work(items, model, profile, filters, graph, request.Count);

        var personal = new Candidates(items, model);
        var others = model is null ? [] : await TakenUpByOthersAsync(work, model, ct);
        var near = filters.WantsThreatObjects && profile.Seeds.Count > 0 ? await neighborhood.FindAsync(graph, profile.Seeds, ct) : [];
        Blend(personal, work, others, near);
        var taken = personal.Take(request.Count, Personal);
        if (model is not null)
        {
            Explain(taken, model, profile);
        }

        if (taken.Count < request.Count)
        {
            taken.AddRange(await PopularAsync(work, personal, request.Count - taken.Count, taken.Count == 0 ? 1 : taken[^1].Score, ct));
        }

        var models = taken.SelectMany(c => c.From).Distinct().ToArray();
        return new RecommendationAnswer(
            taken.ConvertAll(c => c.ToRecommendation()), models.Length == 0 ? ModelCandidate.Popular : string.Join('+', models.OrderBy(m => m == ModelCandidate.Popular)), clock.GetUtcNow());
    }

    /// <summary>Scores by the model, of what may be shown.</summary>
    private async Task<List<(Found Item, double Score)>> TakenUpByOthersAsync(Work work, TenantModel model, CancellationToken ct)
    {
        var columns = new List<int>();
        var strengths = new List<double>();
        foreach (var entry in work.Profile.TakenUp)
        {
            if (model.ColumnOf(entry.Item) is >= 0 and var column)
            {
                columns.Add(column);
                strengths.Add(TenantMemory.Strength(entry.Weight));
            }
        }

        if (columns.Count == 0)
        {
            return [];
        }

        var scores = new double[model.Places.Length];
        model.Training.Weights.Score(columns.ToArray(), strengths.ToArray(), scores);
        for (var column = 0; column < scores.Length; column++)
        {
            scores[column] = scores[column] > 0 && work.MayBe(model.Places[column]) ? scores[column] : 0;
        }

        var top = RankingMetrics.Top(scores, Math.Max(FewestConsidered, work.Count * 4), 0);
        var shown = await ShownAsync(work, top.Select(c => model.Places[c]), ct);
        return [.. top.Where(c => shown.ContainsKey(model.Places[c])).Select(c => (shown[model.Places[c]], scores[c]))];
    }

    /// <summary>Of places, those whose item may be shown: the catalogue's, and threat objects of the caller's graph.</summary>
    private async Task<Dictionary<int, Found>> ShownAsync(Work work, IEnumerable<int> places, CancellationToken ct)
    {
        var all = places.ToArray();
        var visible = await threats.AmongAsync(work.Graph, IdsOf(all, work.Items), ct);
        var shown = new Dictionary<int, Found>();
        foreach (var place in all)
        {
            var item = work.Items[place];
            if (!item.IsThreatObject)
            {
                shown[place] = new Found(place, null);
            }
            else if (visible.TryGetValue(item.Id, out var threat) && work.Filters.Allows(threat))
            {
                shown[place] = new Found(place, threat);
            }
        }

        return shown;
    }

    /// <summary>
    /// Both kinds of scores on one scale, each by its best; the graph counts by how much of a user's history are threat objects, up
    /// to half, and alone where there is nothing else.
    /// </summary>
    private static void Blend(Candidates candidates, Work work, List<(Found Item, double Score)> others, IReadOnlyList<NearItem> near)
    {
        var share = near.Count == 0 ? 0 : others.Count == 0 ? 1 : 0.5 * work.Profile.ThreatObjects / work.Profile.TakenUp.Count;
        foreach (var (item, score) in others)
        {
            var candidate = item.Threat is { } threat ? candidates.Of(threat, item.Place) : candidates.Of(work.Items[item.Place], item.Place);
            candidate.Score += (1 - share) * score / others[0].Score;
            candidate.From.Add(work.Model!.Training.Chosen.Name);
        }

        foreach (var found in near)
        {
            if (work.Filters.Allows(found.Item) && work.Profile.Admits(found.Item.Id, work.Filters))
            {
                var candidate = candidates.Of(found.Item, -1);
                candidate.Score += share * found.Score / near[0].Score;
                candidate.From.Add("graph");
                candidate.Reasons.Add(new Reason("related", found.Seed, $"{found.How} {work.Profile.SeedNames[found.Seed]}"));
            }
        }
    }

    /// <summary>Names the items of the history that speak most for each candidate.</summary>
    private static void Explain(List<Candidate> taken, TenantModel model, Profile profile)
    {
        foreach (var candidate in taken)
        {
            if (candidate.Column < 0)
            {
                continue;
            }

            var causes = new List<(int Place, string Id, double Says)>();
            foreach (var entry in profile.TakenUp)
            {
                if (model.ColumnOf(entry.Item) is >= 0 and var column && model.Training.Weights.Weight(column, candidate.Column) is > 0 and var weight)
                {
                    causes.Add((entry.Item, profile.IdOf(entry.Item), TenantMemory.Strength(entry.Weight) * weight));
                }
            }

            foreach (var (place, id, _) in causes.OrderByDescending(c => c.Says).ThenBy(c => c.Id, StringComparer.Ordinal).Take(MostReasons))
            {
                candidate.Reasons.Add(new Reason("taken_up", id, $"Who takes up {profile.NameOf(place)} takes up this too"));
            }
        }
    }

    /// <summary>What is popular, and what is new where nothing is; below what was found for the user.</summary>
    private async Task<List<Candidate>> PopularAsync(Work work, Candidates had, int count, double ceiling, CancellationToken ct)
    {
        var scores = new double[work.Items.Length];
        for (var place = 0; place < scores.Length; place++)
        {
            var item = work.Items[place];
            // What nobody took up comes last, the newest first.
            scores[place] = !work.MayBe(place) || had.Has(item.Id) ? 0 : item.Popular > 0 ? item.Popular : item.IsListed ? 1e-300 * (place + 1) : 0;
        }

        var top = RankingMetrics.Top(scores, Math.Max(FewestConsidered, count * 4), 0);
        var shown = await ShownAsync(work, top, ct);
        var popular = new Candidates(work.Items, work.Model);
        foreach (var place in top)
        {
            if (shown.TryGetValue(place, out var found))
            {
                var candidate = found.Threat is { } threat ? popular.Of(threat, place) : popular.Of(work.Items[place], place);
                candidate.Score = ceiling * scores[place] / scores[top[0]];
                candidate.From.Add(ModelCandidate.Popular);
                candidate.Reasons.Add(new Reason("popular", null, work.Items[place].Popular > 0 ? "Many take this up" : "New here"));
            }
        }

        return popular.Take(count, OfAll);
    }

    private static string[] IdsOf(IEnumerable<int> places, KnownItem[] items) =>
        [.. places.Where(p => p < items.Length && items[p].IsThreatObject).Select(p => items[p].Id)];

    private readonly record struct Found(int Place, ThreatItem? Threat);

    /// <summary>One request at work.</summary>
    private sealed record Work(KnownItem[] Items, TenantModel? Model, Profile Profile, RecommendationFilters Filters, GraphKey Graph, int Count)
    {
        /// <summary>Whether an item may be recommended; of threat objects the graph has the last word.</summary>
        public bool MayBe(int place) => place < Items.Length
            && (Items[place].IsThreatObject ? Filters.WantsThreatObjects : Filters.Allows(Items[place]))
            && Profile.Admits(Items[place].Id, Filters);
    }
}
