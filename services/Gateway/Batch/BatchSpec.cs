using System.Text.Json;

namespace Platform.Gateway.Batch;

/// <summary>Several requests in one: <c>POST /batch</c>.</summary>
/// <param name="Operations">1 to 100.</param>
/// <param name="Atomic">Only <c>false</c>: operations of several services cannot be undone together.</param>
internal sealed record BatchSpec(List<OperationSpec>? Operations, bool? Atomic);

/// <summary>One request of a batch.</summary>
/// <param name="Id">Its name in the batch, 1 to 64 letters, digits, hyphens and underscores.</param>
/// <param name="Method">GET, POST, PUT, PATCH or DELETE.</param>
/// <param name="Path">Path and query, such as <c>/api/v2/users?limit=5</c>.</param>
/// <param name="Headers">Any of Accept, Accept-Language, Idempotency-Key, If-Match and If-None-Match.</param>
/// <param name="Body">A JSON body.</param>
/// <param name="DependsOn">Operations that must have succeeded before.</param>
internal sealed record OperationSpec(
    string? Id, string? Method, string? Path, Dictionary<string, string?>? Headers, JsonElement? Body, List<string?>? DependsOn);

/// <summary>The answers of a batch, in the order of its operations.</summary>
internal sealed record BatchAnswer(IReadOnlyList<OperationAnswer> Responses);

/// <summary>The answer to one operation, as it would have been alone.</summary>
/// <param name="Id">The operation.</param>
/// <param name="Status">Its HTTP status; 424 where it was not sent because one that it depends on failed.</param>
/// <param name="Headers">Its headers, by their names in lower case.</param>
/// <param name="Body">JSON as it is, other text as a string; absent where there is none.</param>
internal sealed record OperationAnswer(string Id, int Status, IReadOnlyDictionary<string, string> Headers, object? Body);
