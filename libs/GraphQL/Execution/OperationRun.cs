namespace Platform.GraphQL;

/// <summary>One operation being executed (specification 6.2): its request, its loaders, its errors.</summary>
internal sealed class OperationRun
{
    private readonly AdmittedRequest _request;
    private readonly PreparedDocument _document;
    private readonly OperationNode _operation;
    private readonly ExecutionLoop _loop;

    public OperationRun(AdmittedRequest request, RequestScope scope, CancellationToken ct)
    {
        (_request, _document, _operation) = (request, request.Document, request.Operation);
        (Schema, Variables, Scope, CancellationToken) = (_document.Schema, request.Variables, scope, ct);
        _loop = new ExecutionLoop(() => Loaders!.Dispatch());
        Loaders = new LoaderSet(_loop.Wake, ct);
        Collector = new SelectionCollector(Schema, _document, Variables);
    }

    public Schema Schema { get; }

    public Variables Variables { get; }

    public RequestScope Scope { get; }

    public CancellationToken CancellationToken { get; }

    public LoaderSet Loaders { get; }

    public SelectionCollector Collector { get; }

    public List<GraphQLError> Errors { get; } = [];

    /// <summary>Executes a query or mutation, or what a subscription selects of one event.</summary>
    public async Task<ExecutionResult> ExecuteAsync(object? root)
    {
        var data = await _loop.RunAsync(() => RootAsync(root));
        return new ExecutionResult { HasData = true, Data = data == FieldExecutor.Bubble ? null : data, Errors = Errors, Cost = _request.Cost, Cache = Errors.Count == 0 ? _request.Cache : CachePolicy.None };
    }

    /// <summary>Opens the events of a subscription (6.2.3, CreateSourceEventStream); null where that failed.</summary>
    public async Task<IAsyncEnumerable<object?>?> OpenAsync()
    {
        var type = Schema.Subscription!;
        var selection = Collector.Collect(type, _operation.Selections)[0];
        var executor = new FieldExecutor(this);
        return await _loop.RunAsync(() => executor.OpenAsync(selection, type, Scope.Root));
    }

    /// <summary>Whether any of the fields selects the path below it.</summary>
    public bool Selects(FieldNode[] nodes, ReadOnlySpan<string> path)
    {
        foreach (var node in nodes)
        {
            if (node.Selections is { } selections && Selects(selections, path, []))
            {
                return true;
            }
        }

        return false;
    }

    public GraphQLError ErrorAt(Selection selection, ResponsePath? path, string message) => new(message)
    {
        Path = path,
        Locations = Array.ConvertAll(selection.Nodes, _document.Document.LocationOf),
    };

    private async Task<object?> RootAsync(object? root)
    {
        var type = Schema.RootOf(_operation.Kind)!;
        var selections = Collector.Collect(type, _operation.Selections);
        var executor = new FieldExecutor(this);
        return _operation.Kind == OperationKind.Mutation
            ? await executor.InTurnAsync(selections, type, root)
            : await executor.TogetherAsync(selections, type, root, path: null);
    }

    private bool Selects(SelectionSetNode selections, ReadOnlySpan<string> path, HashSet<string> visited)
    {
        foreach (var selection in selections.Items)
        {
            if (!Collector.IsIncluded(selection))
            {
                continue;
            }

            var found = selection switch
            {
                FieldNode field when field.Name == path[0] => path.Length == 1 || (field.Selections is { } inner && Selects(inner, path[1..], [])),
                InlineFragmentNode inline => Selects(inline.Selections, path, visited),
                FragmentSpreadNode spread => visited.Add(spread.Name) && _document.Fragment(spread.Name) is { } fragment && Selects(fragment.Selections, path, visited),
                _ => false,
            };
            if (found)
            {
                return true;
            }
        }

        return false;
    }
}
