using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Contracts.Gateway;
using Platform.Gateway.Authentication;
using Platform.Gateway.Pipeline;
using Platform.Gateway.Proxy;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Health;

/// <summary><c>GET /health/detailed</c>: the health, figures of the traffic, and the newest lines of the caller's audit log.</summary>
internal static class DetailedHealth
{
    private const int LogLines = 50;
    private static readonly TimeSpan LogSpan = TimeSpan.FromHours(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static RouteRules Rules { get; } = OwnApi.Authenticated with { Limit = LimitedRoutes.HealthDetailed };

    public static async Task<JsonHttpResult<DetailedAnswer>> GetAsync(
        HttpContext context, HealthAnswers health, TrafficFigures traffic, InternalTokenIssuer tokens, IHttpClientFactory clients, TimeProvider clock, CancellationToken ct)
    {
        context.Response.Headers.CacheControl = "no-store";
        var answer = await health.GetAsync(ct);
        var logs = await LogsAsync(GatewayRequest.Of(context).Credential!, tokens, clients, clock, ct);
        return TypedResults.Json(new DetailedAnswer(answer, traffic.Now(), logs), Json.Options);
    }

    /// <summary>As the caller, who sees only what is theirs to see; nothing while Identity is away.</summary>
    private static async Task<IReadOnlyList<JsonElement>> LogsAsync(
        Credential caller, InternalTokenIssuer tokens, IHttpClientFactory clients, TimeProvider clock, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        var since = Uri.EscapeDataString((clock.GetUtcNow() - LogSpan).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v2/audit?from={since}&limit={LogLines}");
        request.Headers.Authorization = AuthenticationHeaderValue.Parse(tokens.HeaderFor(caller, Upstreams.IndexOf(Upstreams.Identity)));
        try
        {
            using var response = await clients.CreateClient(Upstreams.Identity).SendAsync(request, patience.Token);
            if (!response.IsSuccessStatusCode)
            {
                return [];
            }

            var page = JsonElement.Parse(await response.Content.ReadAsStringAsync(patience.Token));
            return page.TryGetProperty("items", out var items) ? [.. items.EnumerateArray()] : [];
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException || (exception is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return [];
        }
    }
}

/// <summary>Answer of <c>/health/detailed</c>.</summary>
internal sealed record DetailedAnswer(HealthAnswer Health, TrafficAnswer Metrics, IReadOnlyList<JsonElement> Logs);
