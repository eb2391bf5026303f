namespace Platform.GraphQL;

/// <summary>
/// Whether two fields of a document have one name at the same level, fragments spread out: where none have, as in most
/// documents, nothing merges, and that is soon seen. Each selection set is looked at once. Fragments must not have cycles.
/// </summary>
internal sealed class SharedNames(ValidationContext context)
{
    /// <summary>So many are compared with each other; more are remembered.</summary>
    private const int Few = 8;

    private readonly HashSet<SelectionSetNode>? _seen = context.Fragments.Count > 0 ? [] : null;
    private readonly List<FieldNode> _level = [];
    private readonly List<string> _spread = [];

    public static bool AnyIn(ValidationContext context)
    {
        var names = new SharedNames(context);
        foreach (var definition in context.Document.Items)
        {
            if (((definition as OperationNode)?.Selections ?? (definition as FragmentNode)?.Selections) is { } selections && names.AnyIn(selections))
            {
                return true;
            }
        }

        return false;
    }

    private bool AnyIn(SelectionSetNode selections)
    {
        if (_seen?.Add(selections) == false)
        {
            return false;
        }

        var (first, firstSpread) = (_level.Count, _spread.Count);
        Collect(selections, firstSpread);
        var end = _level.Count;
        if (HasTwice(first, end))
        {
            return true;
        }

        for (var i = first; i < end; i++)
        {
            if (_level[i].Selections is { } inner && AnyIn(inner))
            {
                return true;
            }
        }

        _level.RemoveRange(first, end - first);
        _spread.RemoveRange(firstSpread, _spread.Count - firstSpread);
        return false;
    }

    private void Collect(SelectionSetNode selections, int firstSpread)
    {
        foreach (var selection in selections.Items)
        {
            switch (selection)
            {
                case FieldNode field:
                    _level.Add(field);
                    break;
                case InlineFragmentNode inline:
                    Collect(inline.Selections, firstSpread);
                    break;
                case FragmentSpreadNode spread when _spread.IndexOf(spread.Name, firstSpread) < 0 && context.Fragments.TryGetValue(spread.Name, out var fragment):
                    _spread.Add(spread.Name);
                    Collect(fragment.Selections, firstSpread);
                    break;
            }
        }
    }

    private bool HasTwice(int first, int end)
    {
        if (end - first > Few)
        {
            var names = new HashSet<string>(end - first, StringComparer.Ordinal);
            for (var i = first; i < end; i++)
            {
                if (!names.Add(_level[i].ResponseName))
                {
                    return true;
                }
            }

            return false;
        }

        for (var i = first + 1; i < end; i++)
        {
            for (var j = first; j < i; j++)
            {
                if (_level[i].ResponseName == _level[j].ResponseName)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
