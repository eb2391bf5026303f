namespace Platform.GraphQL;

/// <summary>Every place of a schema where directives stand.</summary>
internal static class SchemaWalk
{
    public static IEnumerable<(string Where, string Location, DirectiveNode Directive)> Directives(IEnumerable<NamedType> types, NamedList<DirectiveDefinition> directives) =>
        Members(types, directives).SelectMany(m => m.Directives.Select(d => (m.Where, m.Location, d)));

    /// <summary>Every member with where it is, the location its directives have, and the directives.</summary>
    public static IEnumerable<(string Where, string Location, IReadOnlyList<DirectiveNode> Directives)> Members(IEnumerable<NamedType> types, NamedList<DirectiveDefinition> directives)
    {
        foreach (var type in types)
        {
            yield return (type.Name, LocationOf(type), type.Directives);
            foreach (var member in type switch
            {
                FieldsType fields => OfFields(fields),
                EnumType symbols => symbols.Values.Select(v => ($"{type.Name}.{v.Name}", DirectiveLocations.EnumValue, v.Directives)),
                InputObjectType input => input.Fields.Select(f => ($"{type.Name}.{f.Name}", DirectiveLocations.InputFieldDefinition, f.Directives)),
                _ => [],
            })
            {
                yield return member;
            }
        }

        foreach (var directive in directives)
        {
            foreach (var argument in directive.Arguments)
            {
                yield return ($"@{directive.Name}({argument.Name}:)", DirectiveLocations.ArgumentDefinition, argument.Directives);
            }
        }
    }

    private static IEnumerable<(string Where, string Location, IReadOnlyList<DirectiveNode> Directives)> OfFields(FieldsType type)
    {
        foreach (var field in type.Fields)
        {
            yield return ($"{type.Name}.{field.Name}", DirectiveLocations.FieldDefinition, field.Directives);
            foreach (var argument in field.Arguments)
            {
                yield return ($"{type.Name}.{field.Name}({argument.Name}:)", DirectiveLocations.ArgumentDefinition, argument.Directives);
            }
        }
    }

    private static string LocationOf(NamedType type) => type switch
    {
        ScalarType => DirectiveLocations.Scalar,
        ObjectType => DirectiveLocations.Object,
        InterfaceType => DirectiveLocations.Interface,
        UnionType => DirectiveLocations.Union,
        EnumType => DirectiveLocations.Enum,
        _ => DirectiveLocations.InputObject,
    };
}
