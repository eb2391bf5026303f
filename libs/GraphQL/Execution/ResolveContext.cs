namespace Platform.GraphQL;

/// <summary>What a resolver knows: the parent, the arguments, the request.</summary>
public sealed class ResolveContext
{
    private readonly OperationRun _run;
    private readonly Selection _selection;

    internal ResolveContext(OperationRun run, Selection selection, ObjectType parentType, object? parent, ResponsePath? parentPath)
    {
        (_run, _selection) = (run, selection);
        (ParentType, Parent) = (parentType, parent);
        Path = new ResponsePath(parentPath, selection.ResponseName);
    }

    /// <summary>The value that the field belongs to.</summary>
    public object? Parent { get; }

    public ObjectType ParentType { get; }

    public Field Field => _selection.Field;

    /// <summary>Where in the answer the field is.</summary>
    public ResponsePath Path { get; }

    public RequestScope Request => _run.Scope;

    public Schema Schema => _run.Schema;

    public Variables Variables => _run.Variables;

    /// <summary>Coerced arguments: those given and those with defaults.</summary>
    public IReadOnlyDictionary<string, object?> Arguments => _selection.Arguments;

    public CancellationToken CancellationToken => _run.CancellationToken;

    /// <summary>An argument as a CLR value; the default of <typeparamref name="T"/> when it was not given or null. Lists are given as arrays.</summary>
    public T? Argument<T>(string name) => CoercedValues.As<T>(_selection.Arguments.GetValueOrDefault(name));

    /// <summary>Whether the client gave the argument, be it as null, or it has a default.</summary>
    public bool HasArgument(string name) => _selection.Arguments.ContainsKey(name);

    /// <summary>A service of the request.</summary>
    public T Service<T>()
        where T : notnull => (T)(_run.Scope.Services.GetService(typeof(T)) ?? throw new InvalidOperationException($"There is no service {typeof(T)}."));

    /// <summary>
    /// The request's loader of that name; the first caller makes it. Keys asked for while fields are being resolved are
    /// fetched together, each once, as soon as nothing else can go on.
    /// </summary>
    /// <param name="name">Its name in the request.</param>
    /// <param name="fetch">Fetches values by key; a key that it leaves out has none.</param>
    /// <param name="maxBatch">Keys of one call at most.</param>
    public Loader<TKey, TValue> Loader<TKey, TValue>(
        string name, Func<IReadOnlyList<TKey>, CancellationToken, Task<IReadOnlyDictionary<TKey, TValue>>> fetch, int maxBatch = 500)
        where TKey : notnull => _run.Loaders.Get(name, fetch, maxBatch);

    /// <summary>Whether the client asks for a field below this one, by the names of fields on the way (<c>"edges", "node", "labels"</c>), whatever type it is on.</summary>
    public bool Selects(params ReadOnlySpan<string> path) => _run.Selects(_selection.Nodes, path);
}
