using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Contracts;
using Platform.Gateway.Authentication;
using Platform.Gateway.Caching;
using Platform.Gateway.Limits;
using Platform.Gateway.Pipeline;
using Platform.GraphQL;
using Platform.ServiceDefaults;

namespace Platform.Gateway.GraphQL;

/// <summary>
/// The services' REST API (v2) with the rights of one caller: what they may not read or change is refused by the service
/// itself. Refusals become GraphQL errors with the service's code.
/// </summary>
internal sealed class CallerApi(
    IHttpClientFactory clients, InternalTokenIssuer tokens, CachePurges purges, RateLimiter limiter, Credential credential, HttpContext outer)
{
    private const string Root = "/api/v2";

    private readonly string _requestId = outer.TraceIdentifier;
    private readonly string _address = HeaderHygiene.AddressOf(outer.Connection.RemoteIpAddress).ToString();
    private int _calls;

    /// <summary>Calls that were made for the request.</summary>
    public int Calls => _calls;

    /// <summary>Name of the client for a service's REST API, beside the one for the gateway's own questions.</summary>
    public static string ClientOf(string service) => "graphql-" + service;

    /// <summary>Reads; null where there is nothing.</summary>
    public async Task<JsonElement?> GetAsync(string service, string path, CancellationToken ct)
    {
        using var response = await SendAsync(HttpMethod.Get, service, path, null, null, ct);
        return response.StatusCode == HttpStatusCode.NotFound ? null : await ReadAsync(response, ct);
    }

    /// <summary>A POST that only reads; null where there is nothing.</summary>
    public async Task<JsonElement?> AskAsync(string service, string path, JsonNode body, CancellationToken ct)
    {
        using var response = await SendAsync(HttpMethod.Post, service, path, body, request => request.SafeToRepeat(), ct);
        return response.StatusCode == HttpStatusCode.NotFound ? null : await ReadAsync(response, ct);
    }

    /// <summary>Changes something.</summary>
    public async Task<JsonElement> ChangeAsync(HttpMethod method, string service, string path, JsonNode? body, string? idempotencyKey, CancellationToken ct)
    {
        try
        {
            using var response = await SendAsync(method, service, path, body, request =>
            {
                if (idempotencyKey is not null)
                {
                    request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
                }
            }, ct);
            return await ReadAsync(response, ct);
        }
        finally
        {
            // The caller sees what they changed, whatever the change was and however it ended.
            foreach (var tag in CacheTags.ChangedBy(method.Method, Root + path.Split('?')[0], Upstreams.IndexOf(service)))
            {
                purges.Purge(credential.Caller.TenantId, tag);
            }
        }
    }

    /// <summary>A stream of server-sent events; the caller disposes of the answer.</summary>
    public async Task<HttpResponseMessage> StreamAsync(string service, string path, CancellationToken ct)
    {
        var response = await SendAsync(HttpMethod.Get, service, path, null, request => request.Headers.Accept.ParseAdd("text/event-stream"), ct);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await RefusalAsync(response, ct);
        }
    }

    /// <summary>A client's text as one segment of a path.</summary>
    public static string Segment(string text) => text is "" or "." or ".."
        ? throw new GraphQLException("This is no identifier.", ErrorCodes.ValidationError)
        : Uri.EscapeDataString(text);

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string service, string path, JsonNode? body, Action<HttpRequestMessage>? also, CancellationToken ct)
    {
        if (LimitedCalls.Of(method, Root + path.Split('?')[0]) is { } limit)
        {
            await ChargeAsync(limit);
        }

        Interlocked.Increment(ref _calls);
        using var request = new HttpRequestMessage(method, Root + path);
        request.Headers.Authorization = AuthenticationHeaderValue.Parse(tokens.HeaderFor(credential, Upstreams.IndexOf(service)));
        request.Headers.TryAddWithoutValidation(RequestId.Header, _requestId);
        request.Headers.TryAddWithoutValidation(HeaderHygiene.ClientAddress, _address);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(method == HttpMethod.Patch ? "application/merge-patch+json" : "application/json");
        }

        also?.Invoke(request);
        try
        {
            return await clients.CreateClient(ClientOf(service)).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        }
        catch (UpstreamException away)
        {
            throw away.Failure == UpstreamFailure.Timeout
                ? new GraphQLException("The service behind this field did not answer in time.", ErrorCodes.UpstreamTimeout)
                : new GraphQLException("The service behind this field cannot be reached.", ErrorCodes.UpstreamUnavailable);
        }
    }

    /// <summary>Who may list users a hundred times an hour may not do so more often by asking here.</summary>
    private async Task ChargeAsync(string limit)
    {
        if (GatewayRequest.Of(outer).Tenant is { } state && await limiter.ChargeAsync(LimitPlans.Of(credential, state, limit)) is { Allowed: false } decision)
        {
            var fault = RateLimiting.Refused(decision);
            throw new GraphQLException(fault.Message, fault.Code, new Dictionary<string, object?> { ["retry_after"] = Math.Max(1, (int)Math.Ceiling(decision.Wait.TotalSeconds)) });
        }
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw await RefusalAsync(response, ct);
        }

        var text = await response.Content.ReadAsByteArrayAsync(ct);
        return text.Length == 0 ? default : Parse(text);
    }

    /// <summary>Objects may be nested deeper than JSON usually is.</summary>
    private static JsonElement Parse(byte[] text)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = 512 });
        return JsonElement.ParseValue(ref reader);
    }

    /// <summary>The problem document (RFC 9457) as an error.</summary>
    private static async Task<GraphQLException> RefusalAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var status = (int)response.StatusCode;
        if (status == StatusCodes.Status401Unauthorized)
        {
            return new GraphQLException("The credential is no longer valid.", GraphQLCodes.Authentication);
        }

        try
        {
            var problem = Parse(await response.Content.ReadAsByteArrayAsync(ct));
            var extensions = new Dictionary<string, object?> { ["status"] = status };
            if (problem.TryGetProperty("errors", out var errors))
            {
                extensions["errors"] = errors;
            }

            return new GraphQLException(
                problem.GetProperty("detail").GetString()!, problem.GetProperty("code").GetString(), extensions);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new GraphQLException("The service behind this field failed.", ErrorCodes.UpstreamUnavailable);
        }
    }
}

/// <summary>Codes that only GraphQL has.</summary>
internal static class GraphQLCodes
{
    /// <summary>No credential, or none that is valid.</summary>
    public const string Authentication = "AUTHENTICATION_ERROR";
}
