using Platform.Contracts;

namespace Platform.KnowledgeGraph.Projection;

/// <summary>
/// What a batch of messages does to each level, worked out against what the ledger knows. The result depends on neither the
/// order of the messages nor how often each came.
/// </summary>
internal sealed class ProjectionPlan
{
    private readonly LedgerState _before;
    private bool _isToldAgain;

    private ProjectionPlan(LedgerState before)
    {
        _before = before;
        for (var slot = 0; slot < Platform.KnowledgeGraph.Projection.Slots.Count; slot++)
        {
            Levels[slot] = new LevelPlan();
        }
    }

    /// <summary>What each level's graph must be made to hold; null for what is gone.</summary>
    public LevelPlan[] Levels { get; } = new LevelPlan[Platform.KnowledgeGraph.Projection.Slots.Count];

    /// <summary>What is known of the ids of this batch from now on.</summary>
    public Dictionary<string, Slots> Slots { get; } = [];

    /// <summary>Where the relationships of this batch are from now on.</summary>
    public Dictionary<string, EdgeEnds> Ends { get; } = [];

    /// <summary>Where relationships of this batch were before, or may still be in some graph.</summary>
    public Dictionary<string, HashSet<EdgeEnds>> Moved { get; } = [];

    /// <summary>Those of them that this batch takes out there; the others must stay known until their own message is finished.</summary>
    public IEnumerable<string> Settled => Moved.Keys.Where(id => Array.Exists(Levels, l => l.Edges.ContainsKey(id)));

    /// <summary>Levels that must have a graph.</summary>
    public HashSet<TlpLevel> NeededLevels { get; } = [];

    /// <summary>
    /// Whether the ledger knew nothing of an id before this batch: then no graph has it. A batch that comes again after an
    /// interruption finds what it recorded the first time.
    /// </summary>
    public bool IsNew(Change change) => IsNew(change.Id);

    public bool IsNew(string id) => !_isToldAgain && !_before.Slots.ContainsKey(id);

    public static ProjectionPlan Of(IEnumerable<Incoming> messages, LedgerState before)
    {
        var plan = new ProjectionPlan(before);
        foreach (var message in messages)
        {
            plan._isToldAgain |= message.IsToldAgain;
            foreach (var change in message.Changes)
            {
                plan.Take(change);
            }
        }

        return plan;
    }

    private void Take(Change change)
    {
        if (!Slots.TryGetValue(change.Id, out var slots))
        {
            Slots[change.Id] = slots = _before.Slots.GetValueOrDefault(change.Id) ?? new Slots();
        }

        if (!Ends.ContainsKey(change.Id) && _before.Ends.TryGetValue(change.Id, out var known))
        {
            Ends[change.Id] = known;
            if (_before.Moved.TryGetValue(change.Id, out var unfinished))
            {
                Moved[change.Id] = [.. unfinished];
            }
        }

        switch (change)
        {
            case NodeChange node:
                var (there, gone) = slots.Take(node.Revision, node.From, node.Until);
                Spread(there, l => l.Nodes[node.Id] = node);
                Spread(gone, l => l.Nodes[node.Id] = null);
                Need(there, node.From);
                break;
            case EdgeChange edge:
                (there, gone) = slots.Take(edge.Revision, edge.From, edge.Until);
                TakeEnds(edge, there | gone);
                Spread(there, l => l.Edges[edge.Id] = edge);
                Spread(gone, l => l.Edges[edge.Id] = null);
                Need(there, edge.From);
                break;
            case RemovalChange removal:
                gone = slots.Remove(removal.Revision, removal.Below);
                Spread(gone, l => _ = removal.IsEdge ? l.Edges[removal.Id] = null : (object?)(l.Nodes[removal.Id] = null));
                break;
        }
    }

    /// <summary>A newer version may start or end elsewhere: the relationship is then taken out where it was.</summary>
    private void TakeEnds(EdgeChange edge, int levels)
    {
        if (levels == 0)
        {
            return;
        }

        if (_before.Ends.TryGetValue(edge.Id, out var old) && old != edge.Ends)
        {
            if (!Moved.TryGetValue(edge.Id, out var moved))
            {
                Moved[edge.Id] = moved = [];
            }

            moved.Add(old);
        }

        Ends[edge.Id] = edge.Ends;
    }

    private void Need(int there, TlpLevel from)
    {
        if (there != 0)
        {
            NeededLevels.Add(from);
        }
    }

    private void Spread(int levels, Action<LevelPlan> action)
    {
        for (var slot = 0; slot < Levels.Length; slot++)
        {
            if ((levels & (1 << slot)) != 0)
            {
                action(Levels[slot]);
            }
        }
    }
}

/// <summary>What one level's graph must be made to hold.</summary>
internal sealed class LevelPlan
{
    public Dictionary<string, NodeChange?> Nodes { get; } = [];

    public Dictionary<string, EdgeChange?> Edges { get; } = [];
}
