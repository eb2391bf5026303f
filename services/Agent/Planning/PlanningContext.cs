namespace Platform.Agent.Planning;

/// <summary>What a message is read in: the day, and what the conversation was about just before.</summary>
/// <param name="Today">The day in UTC, for "last year".</param>
/// <param name="Last">The plan of the last answer in the conversation; null at its start.</param>
internal sealed record PlanningContext(DateOnly Today, Plan? Last = null)
{
    public static readonly PlanningContext None = new(DateOnly.MinValue.AddYears(2000));

    /// <summary>What "they" and "those" are: the objects of the last answer.</summary>
    public ObjectSet? Those => Last switch
    {
        CountPlan p => p.Set,
        ListPlan p => p.Set,
        TopPlan p => p.Set,
        BreakdownPlan p => p.Set,
        _ => null,
    };

    /// <summary>What "it" is: the one object that the last question was about.</summary>
    public EntityRef? It => Last switch
    {
        DescribePlan p => p.Entity,
        AttributePlan p => p.Entity,
        NeighborsPlan p => p.Entity,
        ExistsPlan p => One(p.Set),
        _ => Those is { } set ? One(set) : null,
    };

    private static EntityRef? One(ObjectSet set)
    {
        if (set.Entities is [var entity])
        {
            return entity;
        }

        EntityRef? found = null;
        foreach (var link in set.Links)
        {
            if (link.Other.Entities is [var other])
            {
                if (found is not null)
                {
                    return null;
                }

                found = other;
            }
        }

        return found;
    }
}
