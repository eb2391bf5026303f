namespace Platform.GraphQL;

/// <summary>Looks up the names by which the parts of a schema refer to types.</summary>
internal sealed class SchemaLinker(SchemaBuilder schema)
{
    private readonly List<string> _faults = [];

    public void Link()
    {
        foreach (var type in schema.Types.Values)
        {
            switch (type)
            {
                case FieldsType fields:
                    Link(fields);
                    break;
                case UnionType union:
                    union.Possible = [.. Named<ObjectType>(union.Name, union.MemberNames)];
                    break;
                case InputObjectType input:
                    Link(input.Name, input.Fields);
                    break;
                case EnumType symbols:
                    symbols.Index();
                    break;
            }
        }

        foreach (var directive in schema.Directives)
        {
            Link("@" + directive.Name, directive.Arguments);
        }

        if (_faults.Count > 0)
        {
            throw new SchemaException(_faults);
        }

        foreach (var type in schema.Types.Values.OfType<InterfaceType>())
        {
            type.Possible = [.. schema.Types.Values.OfType<ObjectType>().Where(o => o.Interfaces.Contains(type))];
        }

        foreach (var type in schema.Types.Values.OfType<CompositeType>())
        {
            type.Overlapping = [.. schema.Types.Values.OfType<CompositeType>().Where(o => o == type || o.Possible.Intersect(type.Possible).Any())];
        }
    }

    private void Link(FieldsType type)
    {
        type.Interfaces = [.. Named<InterfaceType>(type.Name, type.InterfaceNames)];
        foreach (var field in type.Fields)
        {
            var where = $"{type.Name}.{field.Name}";
            field.Type = Resolve(where, field.TypeSyntax) ?? field.Type;
            Link(where, field.Arguments);
        }
    }

    private void Link(string where, NamedList<InputValue> values)
    {
        foreach (var value in values)
        {
            value.Type = Resolve($"{where}({value.Name}:)", value.TypeSyntax) ?? value.Type;
        }
    }

    private GraphType? Resolve(string where, TypeNode node) => node switch
    {
        NonNullTypeNode nonNull => Resolve(where, nonNull.Inner)?.AsNonNull(),
        ListTypeNode list => Resolve(where, list.Inner)?.AsList(),
        NamedTypeNode named => Find(where, named.Name),
        _ => null,
    };

    private NamedType? Find(string where, string name)
    {
        var type = schema.Find(name);
        if (type is null)
        {
            _faults.Add($"Unknown type \"{name}\" at \"{where}\".");
        }

        return type;
    }

    private List<T> Named<T>(string where, List<NamedTypeNode> nodes)
        where T : NamedType
    {
        var found = new List<T>();
        foreach (var node in nodes)
        {
            if (Find(where, node.Name) is not { } type)
            {
                continue;
            }

            if (type is not T fits)
            {
                _faults.Add($"Type \"{where}\" can only refer to {typeof(T).Name}s here, and \"{node.Name}\" is none.");
            }
            else if (found.Contains(fits))
            {
                _faults.Add($"Type \"{where}\" can include type \"{node.Name}\" only once.");
            }
            else
            {
                found.Add(fits);
            }
        }

        return found;
    }
}
