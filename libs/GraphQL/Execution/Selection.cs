using System.Collections.ObjectModel;

namespace Platform.GraphQL;

/// <summary>A field of the answer: all selections of it that were merged, with its arguments read once for all parents.</summary>
internal sealed class Selection(string responseName, Field field, FieldNode[] nodes)
{
    private (ObjectType Type, Selection[] Selections)[] _below = [];

    public string ResponseName { get; } = responseName;

    public Field Field { get; } = field;

    public FieldNode[] Nodes { get; } = nodes;

    public IReadOnlyDictionary<string, object?> Arguments { get; init; } = ReadOnlyDictionary<string, object?>.Empty;

    /// <summary>What is wrong with the arguments; the field then has no value.</summary>
    public GraphQLError? Fault { get; init; }

    /// <summary>What is selected of a value of the type, found out once.</summary>
    public Selection[] Below(ObjectType type, SelectionCollector collector)
    {
        foreach (var (known, selections) in _below)
        {
            if (known == type)
            {
                return selections;
            }
        }

        var found = collector.Collect(type, Nodes);
        _below = [.. _below, (type, found)];
        return found;
    }
}
