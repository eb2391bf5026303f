using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Platform.Identity.Tokens;
using Platform.ServiceDefaults;

namespace Platform.Identity.Protocol;

/// <summary>Token introspection (RFC 7662): for clients with a secret, about tokens of their own tenant.</summary>
internal static class IntrospectionEndpoints
{
    public static void MapIntrospection(this IEndpointRouteBuilder routes) => routes.MapPost("/connect/introspect", IntrospectAsync)
        .WithGroupName("v1").WithTags("oauth").RequireAuthorization().Unwrapped().DisableAntiforgery().WithSummary("Ask about a token (RFC 7662)");

    /// <summary>A form with <c>token</c>. Whatever is wrong with the token, the answer is <c>{"active":false}</c> and nothing else.</summary>
    private static Task<Results<Ok<TokenFacts>, JsonHttpResult<OAuthErrorBody>>> IntrospectAsync(
        HttpContext http, ClientAuthentication clients, TokenStates states, IOptions<IdentitySettings> settings, CancellationToken ct) =>
        OAuthAnswers.RunAsync(http, async () =>
        {
            var form = await OAuthParameters.ReadFormAsync(http.Request, ct);
            var client = await clients.AuthenticateConfidentialAsync(http.Request, form, ct);
            var token = form.Required("token");
            if (await states.FindAccessTokenAsync(token, ct) is { } access)
            {
                return TypedResults.Ok(access.TenantId == client.TenantId ? TokenFacts.Of(access) : TokenFacts.Inactive);
            }

            return TypedResults.Ok(await states.FindRefreshTokenAsync(token, ct) is { } refresh && refresh.TenantId == client.TenantId
                ? TokenFacts.Of(refresh, settings.Value.Issuer)
                : TokenFacts.Inactive);
        });
}

/// <summary>What is known of a token (RFC 7662, section 2.2).</summary>
internal sealed record TokenFacts(
    bool Active,
    string? Scope = null,
    string? ClientId = null,
    string? Username = null,
    string? TokenType = null,
    long? Exp = null,
    long? Iat = null,
    string? Sub = null,
    string? Aud = null,
    string? Iss = null,
    string? Jti = null,
    string? Tenant = null,
    KeyBinding? Cnf = null)
{
    public static readonly TokenFacts Inactive = new(false);

    public static TokenFacts Of(LiveAccessToken t) => new(
        true, t.Scope, t.ClientId, t.User?.UserName, t.DpopKey is null ? IssuedToken.Bearer : IssuedToken.Dpop, Seconds(t.Token.ValidTo), Seconds(t.Token.IssuedAt),
        t.Token.Subject, AccessTokens.Audience, t.Token.Issuer, t.Token.Id, t.TenantId.ToString("D"), t.DpopKey is { } key ? new KeyBinding(key) : null);

    public static TokenFacts Of(RefreshToken t, string issuer) => new(
        true, t.Scope, t.ClientId, Exp: t.ExpiresAt.ToUnixTimeSeconds(), Iat: t.CreatedAt.ToUnixTimeSeconds(), Sub: t.UserId.ToString("D"), Iss: issuer,
        Tenant: t.TenantId.ToString("D"), Cnf: t.DpopKey is { } key ? new KeyBinding(key) : null);

    private static long Seconds(DateTime time) => new DateTimeOffset(time, TimeSpan.Zero).ToUnixTimeSeconds();
}

/// <summary>The key that a token is bound to (RFC 9449, section 6.2).</summary>
internal sealed record KeyBinding([property: JsonPropertyName("jkt")] string Thumbprint);
