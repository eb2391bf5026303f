using System.Runtime.InteropServices;

namespace Platform.GraphQL;

/// <summary>
/// 5.3.2 Field selection merging. The specification compares each pair of fields; here all fields of one name are looked at
/// together, level by level, after Simon Adameit (https://tech.new-work.se/graphql-overlapping-fields-can-be-merged-fast-ea6e92e0a01):
/// what is asked of a pair is an equivalence, so each field is compared with the first alone. Sets of fields that were looked at
/// are not looked at again, or fragments that spread fragments would cost a power of their number.
/// </summary>
internal sealed class OverlappingFields
{
    private readonly ValidationContext _context;
    private readonly HashSet<FieldNode[]> _shapes = new(SameNodes.Comparer);
    private readonly HashSet<FieldNode[]> _parents = new(SameNodes.Comparer);
    private readonly HashSet<FragmentNode> _reached = [];
    private bool _anyMerged;

    private OverlappingFields(ValidationContext context) => _context = context;

    public static void Check(ValidationContext context)
    {
        if (!SharedNames.AnyIn(context))
        {
            return;
        }

        var rule = new OverlappingFields(context);
        foreach (var definition in context.Document.Items)
        {
            if (definition is OperationNode operation)
            {
                rule.CheckRoot(operation.Selections, context.Schema.RootOf(operation.Kind));
            }
        }

        // Fragments that no operation uses are looked at by themselves.
        foreach (var definition in context.Document.Items)
        {
            if (definition is FragmentNode fragment && rule._reached.Add(fragment))
            {
                rule.CheckRoot(fragment.Selections, context.TypeOf(fragment.TypeCondition, null));
            }
        }
    }

    private void CheckRoot(SelectionSetNode selections, CompositeType? type)
    {
        var fields = new FieldGroups(this);
        fields.Collect(selections, type);
        _anyMerged = false;
        CheckShapes(fields);
        // Where no two fields share a name at any level there is nothing that could differ.
        if (_anyMerged)
        {
            CheckParents(fields);
        }
    }

    /// <summary>SameResponseShape: whatever objects come, values of one name look alike.</summary>
    private void CheckShapes(FieldGroups groups)
    {
        foreach (var (name, fields) in groups)
        {
            if (_context.IsFull || (fields.Count > 1 && !_shapes.Add(Nodes(fields))))
            {
                continue;
            }

            _anyMerged |= fields.Count > 1;
            GraphType? first = null;
            var differs = false;
            foreach (var field in CollectionsMarshal.AsSpan(fields))
            {
                first ??= field.Type;
                if (field.Type is not null && first is not null && DoTypesConflict(first, field.Type))
                {
                    _context.Report($"Fields \"{name}\" conflict because they return conflicting types \"{first}\" and \"{field.Type}\". Use different aliases on the fields to fetch both if this was intentional.", fields[0].Node, field.Node);
                    differs = true;
                    break;
                }
            }

            if (!differs)
            {
                CheckShapes(Below(fields));
            }
        }
    }

    /// <summary>Fields that can be of one object are the same field with the same arguments.</summary>
    private void CheckParents(FieldGroups groups)
    {
        foreach (var (name, fields) in groups)
        {
            foreach (var group in ByCommonParent(fields))
            {
                if (_context.IsFull || !_parents.Add(Nodes(group)))
                {
                    continue;
                }

                if (Differs(group) is { } other)
                {
                    _context.Report(
                        $"Fields \"{name}\" conflict because {(group[0].Node.Name != other.Name ? $"\"{group[0].Node.Name}\" and \"{other.Name}\" are different fields" : "they have differing arguments")}. Use different aliases on the fields to fetch both if this was intentional.",
                        group[0].Node, other);
                }
                else
                {
                    CheckParents(Below(group));
                }
            }
        }
    }

    private static FieldNode? Differs(List<FieldAt> group)
    {
        var first = group[0].Node;
        for (var i = 1; i < group.Count; i++)
        {
            if (group[i].Node.Name != first.Name || !SameValues.Arguments(first.Arguments, group[i].Node.Arguments))
            {
                return group[i].Node;
            }
        }

        return null;
    }

    private FieldGroups Below(List<FieldAt> fields)
    {
        var groups = new FieldGroups(this);
        foreach (var field in fields)
        {
            if (field.Node.Selections is { } selections)
            {
                groups.Collect(selections, field.Type?.Named as CompositeType);
            }
        }

        return groups;
    }

    /// <summary>Fields on the same object type with all those on interfaces and unions: only fields on different object types never meet.</summary>
    private static IEnumerable<List<FieldAt>> ByCommonParent(List<FieldAt> fields)
    {
        if (fields.Count == 1 || !fields.Exists(f => f.Parent is ObjectType) || fields.TrueForAll(f => f.Parent == fields[0].Parent))
        {
            return [fields];
        }

        var anywhere = fields.FindAll(f => f.Parent is not ObjectType);
        return fields.Where(f => f.Parent is ObjectType).GroupBy(f => f.Parent).Select(g => (List<FieldAt>)[.. g, .. anywhere]);
    }

    private static bool DoTypesConflict(GraphType a, GraphType b) => (a, b) switch
    {
        (ListType one, ListType other) => DoTypesConflict(one.Inner, other.Inner),
        (NonNullType one, NonNullType other) => DoTypesConflict(one.Inner, other.Inner),
        (CompositeType, CompositeType) => false,
        _ => a != b,
    };

    private static FieldNode[] Nodes(List<FieldAt> fields)
    {
        var nodes = fields.ConvertAll(f => f.Node).ToArray();
        Array.Sort(nodes, static (a, b) => a.Position.CompareTo(b.Position));
        return nodes;
    }

    private readonly record struct FieldAt(FieldNode Node, GraphType? Type, CompositeType? Parent);

    /// <summary>Fields by the name that they have in the answer.</summary>
    private sealed class FieldGroups(OverlappingFields rule) : OrderedDictionary<string, List<FieldAt>>(StringComparer.Ordinal)
    {
        private HashSet<string>? _visited;

        public void Collect(SelectionSetNode selections, CompositeType? type)
        {
            foreach (var selection in selections.Items)
            {
                switch (selection)
                {
                    case FieldNode node:
                        if (!TryGetValue(node.ResponseName, out var fields))
                        {
                            Add(node.ResponseName, fields = []);
                        }

                        fields.Add(new FieldAt(node, type is null ? null : rule._context.Schema.FieldOf(type, node.Name)?.Type, type));
                        break;
                    case InlineFragmentNode inline:
                        Collect(inline.Selections, rule._context.TypeOf(inline.TypeCondition, type));
                        break;
                    case FragmentSpreadNode spread when (_visited ??= new(StringComparer.Ordinal)).Add(spread.Name) && rule._context.Fragments.TryGetValue(spread.Name, out var fragment):
                        rule._reached.Add(fragment);
                        Collect(fragment.Selections, rule._context.TypeOf(fragment.TypeCondition, null));
                        break;
                }
            }
        }
    }
}
