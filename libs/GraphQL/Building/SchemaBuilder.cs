namespace Platform.GraphQL;

/// <summary>
/// Collects the definitions of a schema, in SDL, in C#, or both: a type that SDL described can be given resolvers in C#.
/// References are names; they are looked up when all is there.
/// </summary>
public sealed class SchemaBuilder
{
    private readonly OrderedDictionary<string, NamedType> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<OperationKind, string> _roots = [];
    private string? _description;

    internal SchemaBuilder()
    {
        foreach (var scalar in BuiltInScalars.Create())
        {
            Add(scalar);
        }

        Sdl(KnownDirectives.Standard);
        Introspection.Define(this);
    }

    internal NamedList<DirectiveDefinition> Directives { get; } = new();

    internal IReadOnlyDictionary<string, NamedType> Types => _types;

    public SchemaBuilder Describe(string text)
    {
        _description = text;
        return this;
    }

    /// <summary>Adds what a type system document defines (specification 3).</summary>
    /// <exception cref="SyntaxException">It is no document.</exception>
    /// <exception cref="SchemaException">It defines something twice.</exception>
    public SchemaBuilder Sdl(string sdl)
    {
        new SdlReader(this).Read(Parser.Parse(sdl));
        return this;
    }

    /// <summary>The object type <c>Query</c>.</summary>
    public ObjectBuilder Query(Action<ObjectBuilder>? describe = null) => Object(RootName(OperationKind.Query), describe);

    public ObjectBuilder Mutation(Action<ObjectBuilder>? describe = null) => Object(RootName(OperationKind.Mutation), describe);

    public ObjectBuilder Subscription(Action<ObjectBuilder>? describe = null) => Object(RootName(OperationKind.Subscription), describe);

    /// <summary>An object type, new or known.</summary>
    public ObjectBuilder Object(string name, Action<ObjectBuilder>? describe = null) => Described(new ObjectBuilder(Get(name, static n => new ObjectType(n))), describe);

    public InterfaceBuilder Interface(string name, Action<InterfaceBuilder>? describe = null) =>
        Described(new InterfaceBuilder(Get(name, static n => new InterfaceType(n))), describe);

    public UnionBuilder Union(string name, params string[] members) => new UnionBuilder(Get(name, static n => new UnionType(n))).Members(members);

    public EnumBuilder Enum(string name, Action<EnumBuilder>? describe = null) => Described(new EnumBuilder(Get(name, static n => new EnumType(n))), describe);

    public InputBuilder Input(string name, Action<InputBuilder>? describe = null) => Described(new InputBuilder(Get(name, static n => new InputObjectType(n))), describe);

    public ScalarBuilder Scalar(string name) => new(Get(name, static n => new ScalarType(n)));

    internal NamedType? Find(string name) => _types.GetValueOrDefault(name);

    internal T Add<T>(T type)
        where T : NamedType
    {
        _types.Add(type.Name, type);
        return type;
    }

    internal void SetRoots(SchemaNode node)
    {
        _description ??= node.Description;
        foreach (var root in node.Operations)
        {
            if (!_roots.TryAdd(root.Kind, root.Type.Name))
            {
                throw new SchemaException([$"There can be only one {root.Kind} type in schema."]);
            }
        }
    }

    internal Schema Build()
    {
        UseOwnDirectives();
        new SchemaLinker(this).Link();
        var named = _roots.Count > 0;
        ObjectType? Root(OperationKind kind) => !named || _roots.ContainsKey(kind) ? Find(RootName(kind)) as ObjectType : null;
        var schema = new Schema(_types.Values, Directives, Root(OperationKind.Query), Root(OperationKind.Mutation), Root(OperationKind.Subscription)) { Description = _description };
        SchemaRules.Check(schema, [.. _roots.Values]);
        SchemaHints.Read(schema);
        return schema;
    }

    private static TBuilder Described<TBuilder>(TBuilder builder, Action<TBuilder>? describe)
    {
        describe?.Invoke(builder);
        return builder;
    }

    private string RootName(OperationKind kind) => _roots.GetValueOrDefault(kind) ?? kind.ToString();

    private T Get<T>(string name, Func<string, T> make)
        where T : NamedType => Find(name) switch
        {
            null => Add(make(name)),
            T known => known,
            var other => throw new SchemaException([$"\"{name}\" is a {other.GetType().Name} already."]),
        };

    /// <summary>A schema that uses one of the engine's directives has it, and no other schema.</summary>
    private void UseOwnDirectives()
    {
        var used = SchemaWalk.Directives(_types.Values, Directives).Select(d => d.Directive.Name).ToHashSet(StringComparer.Ordinal);
        var own = Parser.Parse(KnownDirectives.Own);
        foreach (var node in own.Items)
        {
            var wanted = node is DirectiveDefinitionNode directive
                ? used.Contains(directive.Name) && Directives.Find(directive.Name) is null
                : used.Contains("cacheControl") && Find(((TypeDefinitionNode)node).Name) is null;
            if (wanted)
            {
                new SdlReader(this).Read(new DocumentNode(own.Text, [node]));
            }
        }
    }
}
