namespace Platform.GraphQL;

/// <summary>A type that a selection can be made on: object, interface or union.</summary>
public abstract class CompositeType : NamedType
{
    private protected CompositeType(string name)
        : base(name)
    {
    }

    /// <summary>The object types that a value of this type can be; of an object type, itself.</summary>
    public IReadOnlyList<ObjectType> PossibleTypes => Possible;

    internal ObjectType[] Possible { get; set; } = [];

    internal HashSet<CompositeType> Overlapping { get; set; } = [];
}

/// <summary>An object type or an interface.</summary>
public abstract class FieldsType : CompositeType
{
    private protected FieldsType(string name)
        : base(name)
    {
    }

    public NamedList<Field> Fields { get; } = new();

    public IReadOnlyList<InterfaceType> Interfaces { get; internal set; } = [];

    internal List<NamedTypeNode> InterfaceNames { get; } = [];
}

/// <summary>3.6 Objects.</summary>
public sealed class ObjectType : FieldsType
{
    internal ObjectType(string name)
        : base(name) => Possible = [this];

    /// <summary>Whether a CLR value is one of these; asked where an interface or union does not know the type itself.</summary>
    public Func<object, bool>? IsTypeOf { get; internal set; }
}

/// <summary>3.7 Interfaces.</summary>
public sealed class InterfaceType : FieldsType
{
    internal InterfaceType(string name)
        : base(name)
    {
    }

    /// <summary>The name of the object type of a value.</summary>
    public Func<object, string?>? TypeOf { get; internal set; }
}

/// <summary>3.8 Unions.</summary>
public sealed class UnionType : CompositeType
{
    internal UnionType(string name)
        : base(name)
    {
    }

    /// <summary>The name of the object type of a value.</summary>
    public Func<object, string?>? TypeOf { get; internal set; }

    internal List<NamedTypeNode> MemberNames { get; } = [];
}
