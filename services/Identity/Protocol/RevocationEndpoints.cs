using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Identity.Tokens;
using Platform.ServiceDefaults;

namespace Platform.Identity.Protocol;

/// <summary>Token revocation (RFC 7009).</summary>
internal static class RevocationEndpoints
{
    public static void MapRevocation(this IEndpointRouteBuilder routes) => routes.MapPost("/connect/revocation", RevokeAsync)
        .WithGroupName("v1").WithTags("oauth").RequireAuthorization().Unwrapped().DisableAntiforgery().WithSummary("Give a token back (RFC 7009)");

    /// <summary>
    /// A form with <c>token</c>. A user's access or refresh token ends the session that both belong to, at every gateway
    /// at once; what is unknown, or another client's, is answered alike.
    /// </summary>
    private static Task<Results<Ok, JsonHttpResult<OAuthErrorBody>>> RevokeAsync(
        HttpContext http, ClientOrigin origin, ClientAuthentication clients, RevokeToken revoke, CancellationToken ct) =>
        OAuthAnswers.RunAsync(http, async () =>
        {
            var form = await OAuthParameters.ReadFormAsync(http.Request, ct);
            var client = await clients.AuthenticateAsync(http.Request, form, null, ct);
            await revoke.RunAsync(form.Required("token"), client, origin, ct);
            return TypedResults.Ok();
        });
}
