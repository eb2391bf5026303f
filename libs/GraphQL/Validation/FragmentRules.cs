namespace Platform.GraphQL;

/// <summary>5.5 Fragments.</summary>
internal sealed class FragmentRules(ValidationContext context)
{
    /// <summary>Fragments that contain themselves; what follows fragments asks for it first.</summary>
    public bool HasCycles { get; private set; }

    /// <summary>5.5.1.2 and 5.5.1.3: the type exists and has fields.</summary>
    public void CheckCondition(NamedTypeNode? condition, string? fragment)
    {
        if (condition is null || context.Schema.Find(condition.Name) is CompositeType)
        {
            return;
        }

        context.Report(
            context.Schema.Find(condition.Name) is null
                ? $"Unknown type \"{condition.Name}\"."
                : $"Fragment{(fragment is null ? "" : $" \"{fragment}\"")} cannot condition on non composite type \"{condition.Name}\".",
            condition);
    }

    /// <summary>5.5.2.1 and 5.5.2.3 of a spread.</summary>
    public void CheckSpread(FragmentSpreadNode spread, CompositeType? parent)
    {
        if (!context.Fragments.TryGetValue(spread.Name, out var fragment))
        {
            context.Report($"Unknown fragment \"{spread.Name}\".", spread);
        }
        else if (context.TypeOf(fragment.TypeCondition, null) is { } type && parent is not null && !parent.Overlapping.Contains(type))
        {
            context.Report($"Fragment \"{spread.Name}\" cannot be spread here as objects of type \"{parent}\" can never be of type \"{type}\".", spread);
        }
    }

    public void CheckOverlap(InlineFragmentNode node, CompositeType? type, CompositeType? parent)
    {
        if (type is not null && parent is not null && !parent.Overlapping.Contains(type))
        {
            context.Report($"Fragment cannot be spread here as objects of type \"{parent}\" can never be of type \"{type}\".", node);
        }
    }

    /// <summary>5.5.1.4 and 5.5.2.2: every fragment is used, and none by itself.</summary>
    public void CheckUse()
    {
        if (context.Fragments.Count == 0)
        {
            return;
        }

        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var definition in context.Document.Items)
        {
            if (definition is OperationNode operation)
            {
                foreach (var name in Spreads.In(operation.Selections))
                {
                    MarkUsed(name, used);
                }
            }
        }

        var states = new Dictionary<FragmentNode, bool>();
        foreach (var definition in context.Document.Items)
        {
            if (definition is FragmentNode fragment)
            {
                if (!used.Contains(fragment.Name))
                {
                    context.Report($"Fragment \"{fragment.Name}\" is never used.", fragment);
                }

                FindCycles(fragment, states);
            }
        }
    }

    private void MarkUsed(string name, HashSet<string> used)
    {
        var open = new Stack<string>([name]);
        while (open.TryPop(out var next))
        {
            if (used.Add(next) && context.Fragments.TryGetValue(next, out var fragment))
            {
                foreach (var inner in Spreads.In(fragment.Selections))
                {
                    open.Push(inner);
                }
            }
        }
    }

    /// <summary>Depth first with a stack of its own: a chain of fragments may be as long as the document.</summary>
    private void FindCycles(FragmentNode start, Dictionary<FragmentNode, bool> done)
    {
        if (done.ContainsKey(start))
        {
            return;
        }

        var path = new Stack<(FragmentNode Fragment, IEnumerator<string> Next)>();
        done[start] = false;
        path.Push((start, Spreads.In(start.Selections).GetEnumerator()));
        while (path.TryPeek(out var top))
        {
            if (!top.Next.MoveNext())
            {
                done[top.Fragment] = true;
                path.Pop();
            }
            else if (context.Fragments.TryGetValue(top.Next.Current, out var inner))
            {
                if (!done.TryGetValue(inner, out var isDone))
                {
                    done[inner] = false;
                    path.Push((inner, Spreads.In(inner.Selections).GetEnumerator()));
                }
                else if (!isDone)
                {
                    HasCycles = true;
                    context.Report($"Cannot spread fragment \"{inner.Name}\" within itself{(inner == top.Fragment ? "" : $" via \"{top.Fragment.Name}\"")}.", inner);
                }
            }
        }
    }
}

/// <summary>Names of the fragments that a selection spreads itself.</summary>
internal static class Spreads
{
    public static IEnumerable<string> In(SelectionSetNode selections)
    {
        var found = new List<string>();
        Collect(selections, found);
        return found;
    }

    private static void Collect(SelectionSetNode selections, List<string> found)
    {
        foreach (var selection in selections.Items)
        {
            switch (selection)
            {
                case FragmentSpreadNode spread:
                    found.Add(spread.Name);
                    break;
                case FieldNode { Selections: { } inner }:
                    Collect(inner, found);
                    break;
                case InlineFragmentNode inline:
                    Collect(inline.Selections, found);
                    break;
            }
        }
    }
}
