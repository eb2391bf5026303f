using System.Security.Cryptography;
using System.Text.Json;

namespace Platform.GraphQL;

/// <summary>A request (specification 6.1): a document, which of its operations, and values of its variables.</summary>
public sealed record GraphQLRequest(string Query, string? OperationName = null, JsonElement? Variables = null);

/// <summary>A request that may be executed, or why not.</summary>
public sealed class AdmittedRequest
{
    private string? _fingerprint;

    public IReadOnlyList<GraphQLError> Errors { get; internal init; } = [];

    public bool IsAdmitted => Errors.Count == 0;

    public OperationKind Kind => Operation.Kind;

    /// <summary>What it may cost at most, for limits by cost.</summary>
    public int Cost { get; internal init; }

    /// <summary>How long its answer may be kept.</summary>
    public CachePolicy Cache { get; internal init; } = CachePolicy.None;

    /// <summary>The same for the same document, operation and variables, whoever asks: SHA-256 in lower-case hexadecimal.</summary>
    public string Fingerprint => _fingerprint ??= Convert.ToHexStringLower(SHA256.HashData(
        JsonSerializer.SerializeToUtf8Bytes(new[] { Document.Document.Text, Operation.Name, Given is { } given ? given.GetRawText() : null })));

    public PreparedDocument Document { get; internal init; } = null!;

    public OperationNode Operation { get; internal init; } = null!;

    public Variables Variables { get; internal init; } = null!;

    internal JsonElement? Given { get; init; }
}

/// <summary>Reads, checks and executes requests against a schema. One for all requests.</summary>
public sealed class GraphQLEngine(Schema schema, EngineOptions? options = null)
{
    /// <summary>The code of an answer to what is beyond a limit.</summary>
    public const string TooExpensive = "QUERY_TOO_EXPENSIVE";

    private readonly RecentCache<string, PreparedDocument> _prepared = new((options ?? new EngineOptions()).PreparedDocuments);

    public Schema Schema { get; } = schema;

    public EngineOptions Options { get; } = options ?? new EngineOptions();

    /// <summary>Reads a document and checks it; errors when it cannot be executed.</summary>
    public PreparedDocument? Prepare(string text, out IReadOnlyList<GraphQLError> errors)
    {
        errors = [];
        // To look up ten megabytes is to hash them all: what is too long is left to the parser, which does not read it.
        if (text.Length <= Options.Parser.MaxLength && _prepared.TryGet(text, out var known))
        {
            return known;
        }

        DocumentNode document;
        try
        {
            document = Parser.Parse(text, Options.Parser);
        }
        catch (SyntaxException fault)
        {
            errors = [new GraphQLError(fault.Message) { Locations = [fault.Location], Code = fault.IsLimit ? TooExpensive : "GRAPHQL_PARSE_FAILED" }];
            return null;
        }

        if (DocumentShape.Refuse(document, Options) is { } refusal)
        {
            errors = [new GraphQLError(refusal) { Code = TooExpensive }];
            return null;
        }

        errors = DocumentValidator.Validate(Schema, document, Options.MaxErrors);
        if (errors.Count > 0)
        {
            return null;
        }

        var prepared = new PreparedDocument(Schema, document);
        _prepared.Add(text, prepared);
        return prepared;
    }

    /// <summary>Everything that is checked before execution: document, operation, introspection, variables, cost.</summary>
    public AdmittedRequest Admit(GraphQLRequest request, RequestScope scope)
    {
        if (Prepare(request.Query, out var errors) is not { } document)
        {
            return new AdmittedRequest { Errors = errors };
        }

        if (document.Operation(request.OperationName) is not { } operation)
        {
            return Refused(request.OperationName is { } name ? $"Unknown operation named \"{name}\"." : "Must provide operation name if query contains multiple operations.", "OPERATION_RESOLUTION_FAILURE");
        }

        if (!scope.AllowIntrospection && document.AsksForSchema)
        {
            return Refused("Introspection is not allowed.", "QUERY_NOT_ALLOWED");
        }

        var faults = new List<GraphQLError>();
        var variables = Variables.Read(Schema, document.Document, operation, request.Variables, faults);
        if (faults.Count > 0)
        {
            return new AdmittedRequest { Errors = faults };
        }

        var cost = new OperationCost(document, variables, Options);
        return cost.Refuse(operation) is { } refusal
            ? Refused(refusal, TooExpensive)
            : new AdmittedRequest { Document = document, Operation = operation, Variables = variables, Given = request.Variables, Cost = cost.Total, Cache = cost.Cache };
    }

    /// <summary>Admits and executes a query or mutation.</summary>
    public Task<ExecutionResult> ExecuteAsync(GraphQLRequest request, RequestScope scope, CancellationToken ct) => ExecuteAsync(Admit(request, scope), scope, ct);

    /// <summary>Executes a query or mutation (specification 6.2.1, 6.2.2).</summary>
    public async Task<ExecutionResult> ExecuteAsync(AdmittedRequest request, RequestScope scope, CancellationToken ct)
    {
        if (!request.IsAdmitted)
        {
            return ExecutionResult.Refused(request.Errors);
        }

        if (request.Kind == OperationKind.Subscription)
        {
            return ExecutionResult.Refused(new GraphQLError("A subscription has many answers; use WebSocket or server-sent events.") { Code = "QUERY_NOT_ALLOWED" });
        }

        return await Run(request, scope, ct).ExecuteAsync(scope.Root);
    }

    /// <summary>
    /// Opens a subscription (specification 6.2.3). A query or mutation gives its one answer, so that a stream can carry any
    /// operation. The refusal is set when there will be no stream.
    /// </summary>
    public async Task<(IAsyncEnumerable<ExecutionResult>? Stream, ExecutionResult? Refusal)> SubscribeAsync(AdmittedRequest request, RequestScope scope, CancellationToken ct)
    {
        if (!request.IsAdmitted)
        {
            return (null, ExecutionResult.Refused(request.Errors));
        }

        var run = Run(request, scope, ct);
        if (request.Kind != OperationKind.Subscription)
        {
            return (Single(run.ExecuteAsync(scope.Root)), null);
        }

        var events = await run.OpenAsync();
        return events is null ? (null, ExecutionResult.Refused(run.Errors)) : (Answers(request, scope, events, ct), null);
    }

    private OperationRun Run(AdmittedRequest request, RequestScope scope, CancellationToken ct) => request.Document.Schema == Schema
        ? new OperationRun(request, scope, ct)
        : throw new ArgumentException("The request was admitted by another engine.", nameof(request));

    private static async IAsyncEnumerable<ExecutionResult> Single(Task<ExecutionResult> answer)
    {
        yield return await answer;
    }

    private static async IAsyncEnumerable<ExecutionResult> Answers(
        AdmittedRequest request, RequestScope scope, IAsyncEnumerable<object?> events, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var next in events.WithCancellation(ct))
        {
            yield return await new OperationRun(request, scope, ct).ExecuteAsync(next);
        }
    }

    private static AdmittedRequest Refused(string message, string code) => new() { Errors = [new GraphQLError(message) { Code = code }] };
}
