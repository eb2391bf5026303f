using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Identity.Authorization;
using Platform.Identity.Dpop;
using Platform.Identity.Tokens;
using Platform.Identity.Users;
using Platform.ServiceDefaults;

namespace Platform.Identity.Protocol;

/// <summary>The UserInfo endpoint (OpenID Connect Core, section 5.3). It is a protected resource and looks at the token itself.</summary>
internal static class UserInfoEndpoints
{
    public static void MapUserInfo(this IEndpointRouteBuilder routes) => routes.MapMethods("/connect/userinfo", [HttpMethods.Get, HttpMethods.Post], GetAsync)
        .WithGroupName("v1").WithTags("oauth").RequireAuthorization().Unwrapped().DisableAntiforgery().WithSummary("Who a token stands for (OpenID Connect)");

    /// <summary>Claims by the token's scope; it must have <c>openid</c>.</summary>
    private static async Task<Results<Ok<UserClaims>, JsonHttpResult<OAuthErrorBody>>> GetAsync(
        HttpContext http, TokenStates states, DpopProofs proofs, CancellationToken ct)
    {
        http.Response.Headers.CacheControl = "no-store";
        var header = http.Request.Headers[ClientAuthentication.Header].ToString();
        var space = header.IndexOf(' ', StringComparison.Ordinal);
        var (scheme, token) = space > 0 ? (header[..space], header[(space + 1)..].Trim()) : (header, "");
        var isDpop = scheme.Equals(IssuedToken.Dpop, StringComparison.OrdinalIgnoreCase);
        if (!isDpop && !scheme.Equals(IssuedToken.Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return Refuse(http, isDpop, StatusCodes.Status401Unauthorized, null, "Send an access token.");
        }

        try
        {
            if (await states.FindAccessTokenAsync(token, ct) is not { User: { } user } access)
            {
                return Refuse(http, isDpop, StatusCodes.Status401Unauthorized, "invalid_token", "The access token is not valid.");
            }

            // RFC 9449, section 7.2: a bound token is no bearer token, and the other way round.
            var key = isDpop ? await proofs.ThumbprintAsync(http.Request, token, ct) : null;
            if (access.DpopKey != key || (isDpop && key is null))
            {
                return Refuse(http, isDpop, StatusCodes.Status401Unauthorized, "invalid_token", "The access token is bound to another key.");
            }

            return Scopes.Has(access.Scope, Scopes.OpenId)
                ? TypedResults.Ok(UserClaims.Of(user, access.Scope))
                : Refuse(http, isDpop, StatusCodes.Status403Forbidden, "insufficient_scope", "The access token has no scope openid.");
        }
        catch (OAuthException exception)
        {
            return Refuse(http, isDpop, StatusCodes.Status401Unauthorized, exception.Error.Code, exception.Message);
        }
    }

    /// <summary>RFC 6750, section 3, and RFC 9449, section 7.1.</summary>
    private static JsonHttpResult<OAuthErrorBody> Refuse(HttpContext http, bool isDpop, int status, string? error, string description)
    {
        var details = error is null ? "" : $", error=\"{error}\", error_description=\"{description}\"";
        var dpop = $"DPoP algs=\"{string.Join(' ', DpopProof.Algorithms)}\"";
        http.Response.Headers.WWWAuthenticate = isDpop ? dpop + details : error is null ? new[] { "Bearer realm=\"platform\"", dpop } : "Bearer realm=\"platform\"" + details;
        return TypedResults.Json(new OAuthErrorBody(error ?? "invalid_request", description), Json.Options, statusCode: status);
    }
}

/// <summary>Claims about a user by their names in OpenID Connect Core, section 5.1.</summary>
internal sealed record UserClaims(
    string Sub, string Tenant, string? PreferredUsername, string? Name, string? Role, long? UpdatedAt, string? Email, bool? EmailVerified)
{
    internal static UserClaims Of(User user, string scope)
    {
        var (profile, email) = (Scopes.Has(scope, Scopes.Profile), Scopes.Has(scope, Scopes.Email));
        return new UserClaims(
            user.Id.ToString("D"), user.TenantId.ToString("D"), profile ? user.UserName : null, profile ? user.UserName : null, profile ? user.Role : null,
            profile ? user.UpdatedAt.ToUnixTimeSeconds() : null, email ? user.Email : null, email ? user.EmailConfirmed : null);
    }
}
