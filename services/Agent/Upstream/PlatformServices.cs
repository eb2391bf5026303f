using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Agent.Upstream;

/// <summary>What another service answered.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The JSON body, if there was one.</param>
internal sealed record ServiceAnswer(int Status, JsonNode? Body)
{
    public bool Ok => Status is >= 200 and < 300;
}

/// <summary>Calls the platform's other services on their ordinary v2 endpoints, with the caller's rights and no others.</summary>
internal sealed class PlatformServices(IHttpClientFactory clients, DelegatedTokens tokens)
{
    public const string KnowledgeGraph = "knowledgegraph";
    public const string ThreatIntel = "threatintel";
    public const string Tenancy = "tenancy";

    /// <summary>The most that is read of an answer.</summary>
    private const int MaxAnswerBytes = 16 * 1024 * 1024;

    /// <summary>A read; POSTs here only read too, so that a failed attempt may be repeated.</summary>
    public Task<ServiceAnswer> ReadAsync(string service, HttpMethod method, string path, JsonNode? body, CancellationToken ct) =>
        SendAsync(service, method, path, body, key: null, ct);

    /// <summary>A change; its key makes sure that a repeated attempt changes nothing twice.</summary>
    public Task<ServiceAnswer> WriteAsync(string service, string path, JsonNode body, string key, CancellationToken ct) =>
        SendAsync(service, HttpMethod.Post, path, body, key, ct);

    private async Task<ServiceAnswer> SendAsync(string service, HttpMethod method, string path, JsonNode? body, string? key, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await tokens.ForAsync(service, ct));
        if (body is not null)
        {
            request.Content = JsonContent.Create(body);
        }

        if (key is not null)
        {
            request.Headers.Add(Idempotency.Header, key);
        }

        using var response = await clients.CreateClient(service).SendAsync(request.SafeToRepeat(), HttpCompletionOption.ResponseHeadersRead, ct);
        return new ServiceAnswer((int)response.StatusCode, await ParseAsync(response, ct));
    }

    private static async Task<JsonNode?> ParseAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if (response.Content.Headers.ContentLength is > MaxAnswerBytes)
        {
            throw new FaultException(new Fault(ErrorCodes.QueryTooExpensive, "The answer of the data is too large to be read."));
        }

        await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, ct);
        var bytes = await response.Content.ReadAsByteArrayAsync(ct);
        if (bytes.Length == 0)
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(bytes);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
