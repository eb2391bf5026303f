namespace Platform.GraphQL;

/// <summary>A type of the schema, or a list or non-null wrapper around one (specification 3.4). Equal types are one object.</summary>
public abstract class GraphType
{
    private ListType? _list;
    private NonNullType? _nonNull;

    /// <summary>The type without its wrappers.</summary>
    public abstract NamedType Named { get; }

    /// <summary>The type without <c>!</c>.</summary>
    public GraphType Nullable => this is NonNullType nonNull ? nonNull.Inner : this;

    public bool IsInput => Named is ScalarType or EnumType or InputObjectType;

    public bool IsOutput => Named is not InputObjectType;

    public ListType AsList() => _list ?? Interlocked.CompareExchange(ref _list, new ListType(this), null) ?? _list;

    public NonNullType AsNonNull() => this as NonNullType ?? _nonNull ?? Interlocked.CompareExchange(ref _nonNull, new NonNullType(this), null) ?? _nonNull;
}

/// <summary>3.11 Lists.</summary>
public sealed class ListType : GraphType
{
    internal ListType(GraphType inner) => Inner = inner;

    public GraphType Inner { get; }

    public override NamedType Named => Inner.Named;

    public override string ToString() => $"[{Inner}]";
}

/// <summary>3.12 Non-null.</summary>
public sealed class NonNullType : GraphType
{
    internal NonNullType(GraphType inner) => Inner = inner;

    public GraphType Inner { get; }

    public override NamedType Named => Inner.Named;

    public override string ToString() => $"{Inner}!";
}

/// <summary>What has a name, a description and directives.</summary>
public abstract class SchemaMember(string name)
{
    private readonly List<DirectiveNode> _directives = [];

    public string Name { get; } = name;

    public string? Description { get; internal set; }

    /// <summary>Directives applied to it, in order.</summary>
    public IReadOnlyList<DirectiveNode> Directives => _directives;

    internal void Apply(IEnumerable<DirectiveNode> directives) => _directives.AddRange(directives);

    internal DirectiveNode? Directive(string name) => _directives.Find(d => d.Name == name);

    public override string ToString() => Name;
}

/// <summary>A type with a name.</summary>
public abstract class NamedType : GraphType
{
    private readonly Member _member;

    protected NamedType(string name) => _member = new Member(name);

    public string Name => _member.Name;

    public string? Description
    {
        get => _member.Description;
        internal set => _member.Description = value;
    }

    public IReadOnlyList<DirectiveNode> Directives => _member.Directives;

    public override NamedType Named => this;

    public override string ToString() => Name;

    internal void Apply(IEnumerable<DirectiveNode> directives) => _member.Apply(directives);

    internal DirectiveNode? Directive(string name) => _member.Directive(name);

    private sealed class Member(string name) : SchemaMember(name);
}
