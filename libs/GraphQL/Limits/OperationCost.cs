using System.Globalization;

namespace Platform.GraphQL;

/// <summary>
/// What an operation may cost at most, after the GraphQL Cost Directives specification of IBM: each object that a field can
/// give costs the field's weight, and a list as many times what is selected of its items. Knows the variables, so that
/// <c>first: $n</c> counts as what it is.
/// </summary>
internal sealed class OperationCost(PreparedDocument document, Variables variables, EngineOptions limits)
{
    private const long Enough = int.MaxValue;
    private int _deepestList;
    private int? _maxAge;
    private bool _isPrivate;

    public int Total { get; private set; }

    public CachePolicy Cache { get; private set; } = CachePolicy.None;

    /// <summary>Reckons; why the operation is refused, or null.</summary>
    public string? Refuse(OperationNode operation)
    {
        Total = (int)Selections(operation.Selections, document.Schema.RootOf(operation.Kind)!, new Place(1, 0, null));
        Cache = operation.Kind == OperationKind.Query && _maxAge is > 0 and var age ? new CachePolicy(age, _isPrivate) : CachePolicy.None;
        return _deepestList > limits.MaxListDepth ? $"The query nests lists {_deepestList} deep; at most {limits.MaxListDepth} are allowed."
            : Total > limits.MaxComplexity ? $"The query costs {(Total >= Enough ? "far too much" : Total.ToString(CultureInfo.InvariantCulture))}; at most {limits.MaxComplexity} is allowed."
            : null;
    }

    private long Selections(SelectionSetNode selections, CompositeType type, Place place)
    {
        var sum = 0L;
        Dictionary<CompositeType, long>? alternatives = null;
        foreach (var selection in selections.Items)
        {
            switch (selection)
            {
                case FieldNode node when document.Schema.FieldOf(type, node.Name) is { } field:
                    sum += FieldCost(node, field, place);
                    break;
                case InlineFragmentNode inline:
                    Fragment(inline.TypeCondition, inline.Selections);
                    break;
                case FragmentSpreadNode spread when document.Fragment(spread.Name) is { } fragment:
                    Fragment(fragment.TypeCondition, fragment.Selections);
                    break;
            }
        }

        return Math.Min(sum + (alternatives?.Values.Max() ?? 0), Enough);

        void Fragment(NamedTypeNode? condition, SelectionSetNode inner)
        {
            var inside = condition is null ? type : document.Schema.Find(condition.Name) as CompositeType ?? type;
            var cost = Selections(inner, inside, place);
            if (inside is ObjectType && type is not ObjectType)
            {
                // A value is of one object type: of several, the dearest counts.
                alternatives ??= [];
                alternatives[inside] = Math.Min(alternatives.GetValueOrDefault(inside) + cost, Enough);
            }
            else
            {
                sum = Math.Min(sum + cost, Enough);
            }
        }
    }

    private long FieldCost(FieldNode node, Field field, Place place)
    {
        if (node.Name.StartsWith("__", StringComparison.Ordinal))
        {
            // Introspection is bounded by its own rule, and costs no upstream call.
            return node.Selections is null ? 0 : 1;
        }

        Remember(field, place.Depth);
        var size = 1L;
        Sized? handedDown = null;
        if (field.ListSize is { SizedFields.Count: > 0 } connection)
        {
            handedDown = new Sized(connection, SizeOf(node, field, connection));
        }
        else if (place.Sized is { } sized && sized.By.SizedFields.Contains(field.Name))
        {
            size = sized.Size;
        }
        else if (field.Type.Nullable is ListType)
        {
            size = field.ListSize is { } own ? SizeOf(node, field, own) : limits.AssumedListSize;
        }

        var isList = field.Type.Nullable is ListType && field.Type.Named is CompositeType;
        var listDepth = place.ListDepth + (isList ? 1 : 0);
        _deepestList = Math.Max(_deepestList, listDepth);
        var weight = (long)field.Cost * (place.Depth > limits.DoubledBelowDepth ? 2 : 1);
        var below = node.Selections is { } selections && field.Type.Named is CompositeType type
            ? Selections(selections, type, new Place(place.Depth + 1, listDepth, handedDown))
            : 0;
        return Math.Min(size * Math.Min(weight + below, Enough), Enough);
    }

    private long SizeOf(FieldNode node, Field field, ListSize hint)
    {
        long? greatest = null;
        foreach (var name in hint.SlicingArguments)
        {
            var given = Array.Find(node.Arguments, a => a.Name == name)?.Value;
            object? value = given switch
            {
                IntNode number => long.TryParse(number.Digits, CultureInfo.InvariantCulture, out var digits) ? digits : Enough,
                VariableNode variable when variables.TryGet(variable.Name, out var known) => known,
                _ => field.Arguments.Find(name)?.Default,
            };
            if (value is int or long)
            {
                var size = Math.Clamp(Convert.ToInt64(value, CultureInfo.InvariantCulture), 0, Enough);
                greatest = Math.Max(greatest ?? 0, size);
            }
        }

        return greatest ?? hint.Assumed ?? limits.AssumedListSize;
    }

    /// <summary>The least that any field allows. Fields of objects that say nothing allow nothing; leaves go with their parent.</summary>
    private void Remember(Field field, int depth)
    {
        _isPrivate |= field.Cache?.IsPrivate == true;
        var age = field.Cache?.MaxAge ?? (field.Cache?.InheritMaxAge != true && (depth == 1 || field.Type.Named is CompositeType) ? 0 : null);
        _maxAge = age is null ? _maxAge : Math.Min(_maxAge ?? int.MaxValue, age.Value);
    }

    private readonly record struct Place(int Depth, int ListDepth, Sized? Sized);

    private sealed record Sized(ListSize By, long Size);
}
