namespace Platform.GraphQL;

/// <summary>Computes the value of a field: a CLR value, a <c>JsonElement</c>, or null.</summary>
public delegate ValueTask<object?> Resolver(ResolveContext context);

/// <summary>Opens the events of a subscription field. Each event becomes the parent of the field's resolver.</summary>
public delegate ValueTask<IAsyncEnumerable<object?>> Subscriber(ResolveContext context);

/// <summary>A field of an object type or interface.</summary>
public sealed class Field : SchemaMember
{
    internal Field(string name, TypeNode syntax)
        : base(name) => TypeSyntax = syntax;

    public GraphType Type { get; internal set; } = null!;

    public NamedList<InputValue> Arguments { get; } = new();

    /// <summary>Null: the member of the parent with the field's name.</summary>
    public Resolver? Resolver { get; internal set; }

    public Subscriber? Subscriber { get; internal set; }

    /// <summary>Why it should not be used any more; null while it may (<c>@deprecated</c>).</summary>
    public string? DeprecationReason { get; internal set; }

    /// <summary>Permissions that the caller needs, all of them (<c>@requires</c> of the field and of its type).</summary>
    public IReadOnlyList<string> Permissions { get; internal set; } = [];

    /// <summary>What one call costs, its selection apart (<c>@cost</c>); 1 for objects and 0 for leaves unless said.</summary>
    public int Cost { get; internal set; }

    public ListSize? ListSize { get; internal set; }

    /// <summary>How long an answer with it may be kept (<c>@cacheControl</c>).</summary>
    public CacheHint? Cache { get; internal set; }

    internal TypeNode TypeSyntax { get; }
}

/// <summary>An argument, or a field of an input object.</summary>
public sealed class InputValue : SchemaMember
{
    internal InputValue(string name, TypeNode syntax, ValueNode? defaultValue)
        : base(name) => (TypeSyntax, DefaultValue) = (syntax, defaultValue);

    public GraphType Type { get; internal set; } = null!;

    public ValueNode? DefaultValue { get; internal set; }

    /// <summary>The default as a resolver sees it.</summary>
    public object? Default { get; internal set; }

    public bool IsRequired => Type is NonNullType && DefaultValue is null;

    public string? DeprecationReason { get; internal set; }

    /// <summary>What <c>@constraint</c> asks of a value.</summary>
    public Constraint? Constraint { get; internal set; }

    internal TypeNode TypeSyntax { get; }
}

/// <summary>A value of an enum.</summary>
public sealed class EnumValue : SchemaMember
{
    internal EnumValue(string name)
        : base(name) => Value = name;

    /// <summary>What resolvers see and return; the name unless said.</summary>
    public object Value { get; internal set; }

    public string? DeprecationReason { get; internal set; }
}

/// <summary>The definition of a directive (specification 3.13).</summary>
public sealed class DirectiveDefinition : SchemaMember
{
    internal DirectiveDefinition(string name)
        : base(name)
    {
    }

    public NamedList<InputValue> Arguments { get; } = new();

    public bool IsRepeatable { get; internal init; }

    public IReadOnlyList<string> Locations { get; internal init; } = [];
}
