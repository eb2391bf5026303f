using Platform.ServiceDefaults;

namespace Platform.Agent.Semantics;

/// <summary>Turns the words of a plan, synonyms and named metrics among them, into the names of the models.</summary>
internal sealed class ResolvePlan
{
    private readonly MergedModel _model;
    private readonly Dictionary<string, string[]> _faults = [];

    private ResolvePlan(MergedModel model) => _model = model;

    /// <exception cref="FaultException">422 with every name that is not known.</exception>
    public static (string Service, SemanticPlan Plan) Run(MergedModel model, SemanticPlan plan) => new ResolvePlan(model).Resolve(plan);

    /// <summary>The faults of a tenant's additions: everything that they name must be there.</summary>
    public static Dictionary<string, string[]> Check(MergedModel model, TenantAdditions additions)
    {
        var faults = new Dictionary<string, string[]>();
        foreach (var name in additions.Synonyms.Keys)
        {
            var parts = name.Split('.', 2);
            if (Entity(model, parts[0]) is not { } entity || (parts.Length == 2 && Find(entity.Entity.Dimensions, parts[1]) is null && Find(entity.Entity.Measures, parts[1]) is null))
            {
                faults[$"synonyms.{name}"] = ["is not in the models"];
            }
        }

        for (var i = 0; i < additions.Metrics.Count; i++)
        {
            var metric = additions.Metrics[i];
            if (metric.Name.Length is 0 or > 100)
            {
                faults[$"metrics[{i}].name"] = ["must be 1 to 100 characters"];
            }

            CheckPlan(model with { Additions = new TenantAdditions() }, Plan(metric.Entity, [metric.Measure], [], metric.Filters), $"metrics[{i}]", faults);
        }

        for (var i = 0; i < additions.Examples.Count; i++)
        {
            var example = additions.Examples[i];
            CheckPlan(model with { Additions = additions }, Plan(example.Entity, example.Measures, example.Dimensions, example.Filters), $"examples[{i}]", faults);
        }

        return faults;
    }

    private static void CheckPlan(MergedModel model, SemanticPlan plan, string path, Dictionary<string, string[]> faults)
    {
        try
        {
            Run(model, plan);
        }
        catch (FaultException exception)
        {
            foreach (var (place, messages) in exception.Fault.Errors ?? new Dictionary<string, string[]>())
            {
                faults[$"{path}.{place}"] = messages;
            }
        }
    }

    private static SemanticPlan Plan(string entity, List<string> measures, List<string> dimensions, List<MetricFilter> filters) =>
        new(entity, measures, dimensions, filters.ConvertAll(f => new SemanticFilter(f.Field, f.Op, f.Values)));

    private (string Service, SemanticPlan Plan) Resolve(SemanticPlan plan)
    {
        var measures = plan.Measures ?? [];
        var metrics = new List<NamedMetric>();
        foreach (var name in measures)
        {
            if (_model.Additions.Metrics.Find(m => Means(m.Name, m.Synonyms, name)) is { } metric)
            {
                metrics.Add(metric);
            }
        }

        // A named metric says by itself what it is of.
        var wanted = plan.Entity ?? (metrics.Count > 0 ? metrics[0].Entity : null);
        if (Entity(_model, wanted) is not { } entity)
        {
            throw new FaultException(Faults.ValidationFault("entity", $"must be one of {string.Join(", ", _model.Entities.Select(e => e.Entity.Name))}"));
        }

        var filters = (plan.Filters ?? []).Select((f, i) => f with { Field = Member(entity, f.Field, Dimensions, $"filters[{i}].field") }).ToList();
        var names = new List<string>();
        for (var i = 0; i < measures.Count; i++)
        {
            if (metrics.Find(m => m.Entity == entity.Entity.Name && Means(m.Name, m.Synonyms, measures[i])) is { } metric)
            {
                names.Add(metric.Measure);
                filters.AddRange(metric.Filters.ConvertAll(f => new SemanticFilter(f.Field, f.Op, f.Values)));
            }
            else if (Member(entity, measures[i], Measures, $"measures[{i}]") is { } name)
            {
                names.Add(name);
            }
        }

        if (measures.Count == 0)
        {
            _faults["measures"] = ["must be at least one"];
        }
        else if (metrics.Count > 0 && measures.Count > 1)
        {
            // The filters of the one would narrow the others too.
            _faults["measures"] = ["a named metric stands alone"];
        }

        var resolved = plan with
        {
            Entity = entity.Entity.Name,
            Measures = names,
            Dimensions = [.. (plan.Dimensions ?? []).Select((d, i) => Member(entity, d, Dimensions, $"dimensions[{i}]")!)],
            Filters = filters,
            Time = plan.Time is { } time ? time with { Field = Member(entity, time.Field, Dimensions, "time.field") } : null,
            Order = plan.Order?.Select((o, i) => o with { Field = Member(entity, o.Field, static e => [.. e.Dimensions, .. e.Measures], $"order[{i}].field") }).ToList(),
        };
        return _faults.Count == 0 ? (entity.Service, resolved) : throw new FaultException(Faults.ValidationFault(_faults));
    }

    private static IReadOnlyList<SemanticMemberView> Dimensions(SemanticEntityView entity) => entity.Dimensions;

    private static IReadOnlyList<SemanticMemberView> Measures(SemanticEntityView entity) => entity.Measures;

    /// <summary>The name of a member, or of one that a join leads to: <c>{join}.{member}</c>.</summary>
    private string? Member(MergedEntity entity, string? word, Func<SemanticEntityView, IReadOnlyList<SemanticMemberView>> of, string path)
    {
        if (word?.Split('.', 2) is [var way, var rest]
            && entity.Entity.Joins?.FirstOrDefault(j => j.Name.Equals(way, StringComparison.OrdinalIgnoreCase)) is { } join
            && _model.Entities.FirstOrDefault(e => e.Service == entity.Service && e.Entity.Name == join.Entity) is { } other)
        {
            return Member(other, rest, of, path) is { } found ? $"{join.Name}.{found}" : null;
        }

        var members = of(entity.Entity);
        if (Find(members, word) is { } direct)
        {
            return direct.Name;
        }

        foreach (var member in members)
        {
            if (word is not null && _model.Additions.Synonyms.TryGetValue($"{entity.Entity.Name}.{member.Name}", out var words) && words.Contains(word, StringComparer.OrdinalIgnoreCase))
            {
                return member.Name;
            }
        }

        _faults[path] = [$"must be one of {string.Join(", ", members.Select(m => m.Name))}"];
        return null;
    }

    private static MergedEntity? Entity(MergedModel model, string? word)
    {
        foreach (var entity in model.Entities)
        {
            if (Means(entity.Entity.Name, entity.Entity.Synonyms, word)
                || (word is not null && model.Additions.Synonyms.TryGetValue(entity.Entity.Name, out var words) && words.Contains(word, StringComparer.OrdinalIgnoreCase)))
            {
                return entity;
            }
        }

        return null;
    }

    private static SemanticMemberView? Find(IReadOnlyList<SemanticMemberView> members, string? word)
    {
        foreach (var member in members)
        {
            if (Means(member.Name, member.Synonyms, word))
            {
                return member;
            }
        }

        return null;
    }

    private static bool Means(string name, IReadOnlyList<string> synonyms, string? word) =>
        word is not null && (name.Equals(word, StringComparison.OrdinalIgnoreCase) || synonyms.Contains(word, StringComparer.OrdinalIgnoreCase));
}
