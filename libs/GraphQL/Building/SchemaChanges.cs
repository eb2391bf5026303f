namespace Platform.GraphQL;

/// <summary>What a new version of a schema takes away from clients of the old one.</summary>
public static class SchemaChanges
{
    /// <summary>Breaking changes, each in a sentence; empty when every document that was valid still is, and means the same.</summary>
    public static IReadOnlyList<string> Between(Schema old, Schema current)
    {
        var found = new List<string>();
        foreach (var type in old.Types)
        {
            if (current.Find(type.Name) is not { } now)
            {
                found.Add($"{type} was removed.");
            }
            else if (now.GetType() != type.GetType())
            {
                found.Add($"{type} changed its kind.");
            }
            else
            {
                found.AddRange(Compare(type, now));
            }
        }

        foreach (var directive in old.Directives)
        {
            if (current.Directives.Find(directive.Name) is not { } now)
            {
                found.Add($"Directive @{directive} was removed.");
                continue;
            }

            found.AddRange(directive.Locations.Except(now.Locations).Select(l => $"Directive @{directive} may no longer be used on {l}."));
            found.AddRange(Inputs("@" + directive, directive.Arguments, now.Arguments));
        }

        return found;
    }

    private static IEnumerable<string> Compare(NamedType old, NamedType now) => (old, now) switch
    {
        (FieldsType was, FieldsType fields) => was.Interfaces.Where(i => fields.Interfaces.All(n => n.Name != i.Name)).Select(i => $"{old} no longer implements {i}.")
            .Concat(was.Fields.SelectMany(f => Compare(old, f, fields.Fields.Find(f.Name)))),
        (UnionType was, UnionType union) => was.PossibleTypes.Where(t => union.PossibleTypes.All(n => n.Name != t.Name)).Select(t => $"{t} was removed from union {old}."),
        (EnumType was, EnumType symbols) => was.Values.Where(v => symbols.Values.Find(v.Name) is null).Select(v => $"{old}.{v} was removed."),
        (InputObjectType was, InputObjectType input) => Inputs(old.Name, was.Fields, input.Fields)
            .Concat(input.IsOneOf && !was.IsOneOf ? [$"{old} became a OneOf input."] : []),
        _ => [],
    };

    private static IEnumerable<string> Compare(NamedType type, Field old, Field? now) => now is null
        ? [$"{type}.{old} was removed."]
        : Inputs($"{type}.{old}", old.Arguments, now.Arguments)
            .Concat(IsSafeOutput(old.Type, now.Type) ? [] : [$"{type}.{old} changed type from {old.Type} to {now.Type}."]);

    private static IEnumerable<string> Inputs(string where, NamedList<InputValue> old, NamedList<InputValue> now)
    {
        foreach (var value in old)
        {
            if (now.Find(value.Name) is not { } kept)
            {
                yield return $"{where}({value}:) was removed.";
            }
            else if (!IsSafeInput(value.Type, kept.Type))
            {
                yield return $"{where}({value}:) changed type from {value.Type} to {kept.Type}.";
            }
        }

        foreach (var value in now)
        {
            if (value.IsRequired && old.Find(value.Name) is null)
            {
                yield return $"{where}({value}:) was added and is required.";
            }
        }
    }

    /// <summary>Answers may promise more than before.</summary>
    private static bool IsSafeOutput(GraphType old, GraphType now) => (old, now) switch
    {
        (NonNullType was, NonNullType type) => IsSafeOutput(was.Inner, type.Inner),
        (NonNullType, _) => false,
        (_, NonNullType type) => IsSafeOutput(old, type.Inner),
        (ListType was, ListType type) => IsSafeOutput(was.Inner, type.Inner),
        (NamedType was, NamedType type) => was.Name == type.Name,
        _ => false,
    };

    /// <summary>Inputs may ask for less than before.</summary>
    private static bool IsSafeInput(GraphType old, GraphType now) => (old, now) switch
    {
        (NonNullType was, NonNullType type) => IsSafeInput(was.Inner, type.Inner),
        (NonNullType was, _) => IsSafeInput(was.Inner, now),
        (_, NonNullType) => false,
        (ListType was, ListType type) => IsSafeInput(was.Inner, type.Inner),
        (NamedType was, NamedType type) => was.Name == type.Name,
        _ => false,
    };
}
