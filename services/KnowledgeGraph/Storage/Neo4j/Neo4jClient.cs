using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Platform.KnowledgeGraph.Storage.Neo4j;

/// <summary>What a statement answered, its values still typed JSON.</summary>
internal sealed record Neo4jAnswer(JsonElement Body)
{
    public IReadOnlyList<string> Fields => Body.TryGetProperty("data", out var data) && data.TryGetProperty("fields", out var fields)
        ? [.. fields.EnumerateArray().Select(f => f.GetString()!)]
        : [];

    public IEnumerable<JsonElement> Values => Body.TryGetProperty("data", out var data) && data.TryGetProperty("values", out var values) ? values.EnumerateArray() : [];
}

/// <summary>The server refused a statement.</summary>
internal sealed class Neo4jException(string code, string message) : Exception(message)
{
    /// <summary>Such as <c>Neo.ClientError.Statement.SyntaxError</c>.</summary>
    public string Code { get; } = code;
}

/// <summary>
/// Neo4j's HTTP Query API v2 (neo4j.com/docs/query-api): one statement a request, each a transaction of its own. The server answers 202
/// before it knows how a statement ends, so that errors are looked for in every body.
/// </summary>
internal sealed class Neo4jClient(HttpClient http, Neo4jOptions options)
{
    private const string TypedJson = "application/vnd.neo4j.query";
    private const int MaxAttempts = 4;

    /// <summary>Nothing was done: the statement lost to another transaction, or its database is not up yet, as for a moment after it is made.</summary>
    private static readonly string[] Transient = ["Neo.TransientError.Transaction.", "Neo.TransientError.Database."];

    private readonly AuthenticationHeaderValue _credentials =
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.User}:{options.Password}")));

    /// <summary>Runs a statement; one of which nothing was done (a deadlock) is run again.</summary>
    public async Task<Neo4jAnswer> RunAsync(
        string database, string statement, IReadOnlyDictionary<string, object?>? parameters, bool isRead, ReadLimits limits, CancellationToken ct)
    {
        var content = Neo4jJson.Request(statement, parameters, isRead, limits.Timeout);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await SendAsync(database, content, limits, ct);
            }
            catch (Neo4jException exception) when (attempt < MaxAttempts && Array.Exists(Transient, t => exception.Code.StartsWith(t, StringComparison.Ordinal)))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20 << attempt), ct);
            }
        }
    }

    private async Task<Neo4jAnswer> SendAsync(string database, byte[] content, ReadLimits limits, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(limits.Timeout);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(options.Address, $"/db/{Uri.EscapeDataString(database)}/query/v2"))
        {
            Content = new ByteArrayContent(content) { Headers = { ContentType = new MediaTypeHeaderValue(TypedJson) } },
        };
        request.Headers.Authorization = _credentials;
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(TypedJson));
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            return Read(await BodyAsync(response, limits.MaxBytes, deadline.Token), (int)response.StatusCode);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new GraphStoreException(GraphFailure.TooExpensive, "The query ran longer than its time limit.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new GraphStoreException(GraphFailure.Unavailable, "The graph store cannot be reached.", exception);
        }
    }

    private static Neo4jAnswer Read(ReadOnlyMemory<byte> body, int status)
    {
        JsonElement answer;
        try
        {
            answer = JsonElement.Parse(body.Span, new JsonDocumentOptions { MaxDepth = 256 });
        }
        catch (JsonException exception)
        {
            throw new GraphStoreException(GraphFailure.Unavailable, $"The graph store answered {status} and no JSON.", exception);
        }

        if (answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array && errors.GetArrayLength() > 0)
        {
            throw new Neo4jException(Text(errors[0], "code"), Text(errors[0], "message"));
        }

        return status is >= 200 and < 300 && answer.ValueKind == JsonValueKind.Object
            ? new Neo4jAnswer(answer)
            : throw new GraphStoreException(GraphFailure.Unavailable, $"The graph store answered {status}.");
    }

    private static async Task<ReadOnlyMemory<byte>> BodyAsync(HttpResponseMessage response, long most, CancellationToken ct)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        using var body = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await stream.ReadAsync(buffer, ct) is > 0 and var read)
        {
            if (body.Length + read > most)
            {
                throw new GraphStoreException(GraphFailure.TooExpensive, "The result is larger than allowed.");
            }

            body.Write(buffer, 0, read);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private static string Text(JsonElement error, string name) => error.TryGetProperty(name, out var text) ? text.GetString() ?? "" : "";
}
