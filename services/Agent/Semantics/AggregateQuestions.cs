using Platform.Agent.Planning;
using Platform.Agent.Upstream;

namespace Platform.Agent.Semantics;

/// <summary>
/// Reads questions over the semantic layer in the words of its models, the tenant's own among them: how many, by what, which
/// of them, when, the top few. A word that no model has makes the question one that is not read here.
/// </summary>
internal static class AggregateQuestions
{
    private const int MaxWords = 60;

    /// <summary>The meanings, each over one entity; none where a word is left over.</summary>
    public static IReadOnlyList<AggregatePlan> Read(IReadOnlyList<Token> tokens, MergedModel model, PlanningContext context)
    {
        if (tokens.Count > MaxWords)
        {
            return [];
        }

        var sentence = new Sentence(tokens, [], context);
        if (context.Last is AggregatePlan last && model.Entities.FirstOrDefault(e => e.Entity.Name == last.Query.Entity) is { } before
            && new AggregateReading(sentence, before, model.Additions).Continue(last) is { } continued)
        {
            return [continued];
        }

        var found = new List<AggregatePlan>();
        foreach (var entity in model.Entities)
        {
            // Of the graph only what the tenant named: for the rest there is a grammar of its own.
            if (entity.Service == PlatformServices.KnowledgeGraph && !model.Additions.Metrics.Exists(m => m.Entity == entity.Entity.Name))
            {
                continue;
            }

            if (new AggregateReading(sentence, entity, model.Additions).Begin() is { } plan)
            {
                found.Add(plan);
            }
        }

        return found;
    }
}
