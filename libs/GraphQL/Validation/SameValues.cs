using System.Diagnostics.CodeAnalysis;

namespace Platform.GraphQL;

/// <summary>Whether values are written alike, whatever the order of names.</summary>
internal static class SameValues
{
    public static bool Arguments(ArgumentNode[] a, ArgumentNode[] b)
    {
        if (a.Length != b.Length)
        {
            return false;
        }

        if (a.Length > 8)
        {
            var byName = b.DistinctBy(x => x.Name).ToDictionary(x => x.Name, StringComparer.Ordinal);
            return Array.TrueForAll(a, x => byName.TryGetValue(x.Name, out var other) && Values(x.Value, other.Value));
        }

        return Array.TrueForAll(a, x => Array.Find(b, y => y.Name == x.Name) is { } other && Values(x.Value, other.Value));
    }

    private static bool Values(ValueNode a, ValueNode b) => (a, b) switch
    {
        (VariableNode one, VariableNode other) => one.Name == other.Name,
        (IntNode one, IntNode other) => one.Digits == other.Digits,
        (FloatNode one, FloatNode other) => one.Digits == other.Digits,
        // "a" and """a""" are told apart, as graphql-js does: it compares what was written.
        (StringNode one, StringNode other) => one.Value == other.Value && one.IsBlock == other.IsBlock,
        (BooleanNode one, BooleanNode other) => one.Value == other.Value,
        (EnumNode one, EnumNode other) => one.Name == other.Name,
        (NullNode, NullNode) => true,
        (ListNode one, ListNode other) => one.Items.Length == other.Items.Length && one.Items.Zip(other.Items).All(p => Values(p.First, p.Second)),
        (ObjectNode one, ObjectNode other) => Arguments(one.Fields, other.Fields),
        _ => false,
    };
}

/// <summary>Sets of nodes, each in the order of the document.</summary>
internal sealed class SameNodes : IEqualityComparer<FieldNode[]>
{
    public static readonly SameNodes Comparer = new();

    public bool Equals(FieldNode[]? x, FieldNode[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode([DisallowNull] FieldNode[] obj)
    {
        var hash = default(HashCode);
        foreach (var node in obj)
        {
            hash.Add(node.Position);
        }

        return hash.ToHashCode();
    }
}
