using System.Net.Http.Headers;
using System.Text.Json.Serialization;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Agent.Upstream;

/// <summary>
/// The caller's rights at another service: the inbound internal token, exchanged at the gateway (RFC 8693) for one of
/// that service's audience. Kept for this request until shortly before it expires; the gateway looks at the session
/// again each time, so that a long chat outlives a token but not a revoked session.
/// </summary>
internal sealed class DelegatedTokens(IHttpClientFactory clients, IHttpContextAccessor accessor, TimeProvider clock)
{
    /// <summary>Name of the client of the gateway's internal listener.</summary>
    public const string Client = "gateway-internal";

    private const string GrantType = "urn:ietf:params:oauth:grant-type:token-exchange";
    private const string AccessTokenType = "urn:ietf:params:oauth:token-type:access_token";
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, (string Token, DateTimeOffset RenewAt)> _tokens = [];

    public async Task<string> ForAsync(string audience, CancellationToken ct)
    {
        if (_tokens.TryGetValue(audience, out var known) && known.RenewAt > clock.GetUtcNow())
        {
            return known.Token;
        }

        var issued = await ExchangeAsync(audience, ct);
        var life = TimeSpan.FromSeconds(issued.ExpiresIn);
        _tokens[audience] = (issued.AccessToken, clock.GetUtcNow() + (life > 2 * Margin ? life - Margin : life / 2));
        return issued.AccessToken;
    }

    private async Task<ExchangeResponse> ExchangeAsync(string audience, CancellationToken ct)
    {
        var inbound = accessor.HttpContext?.Request.Headers.Authorization.ToString() ?? "";
        if (!AuthenticationHeaderValue.TryParse(inbound, out var header) || header.Parameter is not { Length: > 0 } subject)
        {
            throw new InvalidOperationException("There is no inbound token to exchange.");
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, "/internal/token")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = GrantType,
                ["subject_token"] = subject,
                ["subject_token_type"] = AccessTokenType,
                ["audience"] = audience,
            }),
        };
        using var response = await clients.CreateClient(Client).SendAsync(request.SafeToRepeat(), ct);
        if (!response.IsSuccessStatusCode)
        {
            // 4xx: the session has ended or the rights are gone; anything else is the gateway's trouble.
            throw new FaultException((int)response.StatusCode is >= 400 and < 500
                ? new Fault(ErrorCodes.AuthFailed, "Your session has ended; sign in again.")
                : new Fault(ErrorCodes.UpstreamUnavailable, "The platform cannot pass on your rights right now.", RetryAfter: TimeSpan.FromSeconds(5)));
        }

        return await response.Content.ReadFromJsonAsync<ExchangeResponse>(ct)
            ?? throw new FaultException(new Fault(ErrorCodes.UpstreamUnavailable, "The platform cannot pass on your rights right now."));
    }

    private sealed record ExchangeResponse(
        [property: JsonPropertyName("access_token")] string AccessToken,
        [property: JsonPropertyName("expires_in")] int ExpiresIn);
}
