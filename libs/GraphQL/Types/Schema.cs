using System.Collections.Frozen;

namespace Platform.GraphQL;

/// <summary>A checked type system (specification 3) with the behaviour of its fields. Immutable, shared by all requests.</summary>
public sealed class Schema
{
    private readonly FrozenDictionary<string, NamedType> _types;
    private readonly Field _schemaField;
    private readonly Field _typeField;
    private readonly Field _typeNameField;

    internal Schema(IEnumerable<NamedType> types, NamedList<DirectiveDefinition> directives, ObjectType? query, ObjectType? mutation, ObjectType? subscription)
    {
        Types = [.. types];
        _types = Types.ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);
        Directives = directives;
        (Query, Mutation, Subscription) = (query!, mutation, subscription);
        (_schemaField, _typeField, _typeNameField) = Introspection.MetaFields(this);
    }

    public string? Description { get; internal init; }

    public ObjectType Query { get; }

    public ObjectType? Mutation { get; }

    public ObjectType? Subscription { get; }

    /// <summary>All types in the order of their definition, those of introspection among them.</summary>
    public IReadOnlyList<NamedType> Types { get; }

    public NamedList<DirectiveDefinition> Directives { get; }

    /// <summary>Describes a schema in C#, in SDL, or both.</summary>
    /// <exception cref="SchemaException">It is not valid.</exception>
    public static Schema Build(Action<SchemaBuilder> describe)
    {
        var builder = new SchemaBuilder();
        describe(builder);
        return builder.Build();
    }

    public static Schema FromSdl(string sdl) => Build(schema => schema.Sdl(sdl));

    public NamedType? Find(string name) => _types.GetValueOrDefault(name);

    /// <summary>The schema in its own language, in the order of definition.</summary>
    public string ToSdl() => SchemaPrinter.Print(this);

    public ObjectType? RootOf(OperationKind kind) => kind switch
    {
        OperationKind.Query => Query,
        OperationKind.Mutation => Mutation,
        _ => Subscription,
    };

    /// <summary>A field by its name in a selection on the type, meta fields included (specification 4.1).</summary>
    public Field? FieldOf(CompositeType parent, string name)
    {
        if (name.StartsWith("__", StringComparison.Ordinal))
        {
            return name switch
            {
                "__typename" => _typeNameField,
                "__schema" when parent == Query => _schemaField,
                "__type" when parent == Query => _typeField,
                _ => null,
            };
        }

        return (parent as FieldsType)?.Fields.Find(name);
    }

    /// <summary>A type reference of a document; null where the schema does not have the type.</summary>
    internal GraphType? TypeOf(TypeNode node) => node switch
    {
        NamedTypeNode named => Find(named.Name),
        ListTypeNode list => TypeOf(list.Inner)?.AsList(),
        NonNullTypeNode nonNull => TypeOf(nonNull.Inner)?.AsNonNull(),
        _ => null,
    };

    /// <summary>Whether every value of one type is one of the other (specification 5.8.5, 3.6.1).</summary>
    internal static bool IsSubtype(GraphType type, GraphType of)
    {
        if (type == of)
        {
            return true;
        }

        return (type, of) switch
        {
            (NonNullType inner, NonNullType outer) => IsSubtype(inner.Inner, outer.Inner),
            (NonNullType inner, _) => IsSubtype(inner.Inner, of),
            (ListType inner, ListType outer) => IsSubtype(inner.Inner, outer.Inner),
            (ObjectType inner, UnionType outer) => outer.Possible.Contains(inner),
            (FieldsType inner, InterfaceType outer) => inner.Interfaces.Contains(outer),
            _ => false,
        };
    }
}
