using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Platform.ServiceDefaults;

namespace Platform.Identity.Protocol;

/// <summary>The token endpoint; answers have the shapes of RFC 6749 in every version of the API.</summary>
internal static class TokenEndpoints
{
    private static readonly string[] FormParameters =
        ["grant_type", "client_id", "client_secret", "scope", "code", "redirect_uri", "code_verifier", "refresh_token", "device_code", "username", "password", "tenant"];

    public static void MapTokens(this IEndpointRouteBuilder routes)
    {
        var protocol = routes.MapGroup("").WithGroupName("v1").WithTags("oauth").RequireAuthorization().Unwrapped().DisableAntiforgery();
        protocol.MapPost("/connect/token", IssueAsync).WithSummary("Get tokens (RFC 6749)").AddOpenApiOperationTransformer(DescribeForm);
        protocol.MapPost("/api/v1/users/token", IssueForPasswordAsync).WithSummary("Get tokens, also by password").AddOpenApiOperationTransformer(DescribeForm);
    }

    /// <summary>
    /// Grants: <c>authorization_code</c> (PKCE), <c>refresh_token</c>, <c>client_credentials</c> and
    /// <c>urn:ietf:params:oauth:grant-type:device_code</c>; with a <c>DPoP</c> proof the tokens are bound to its key (RFC 9449).
    /// </summary>
    private static Task<Results<Ok<TokenAnswer>, JsonHttpResult<OAuthErrorBody>>> IssueAsync(
        HttpContext http, ClientOrigin origin, TokenGrants grants, CancellationToken ct) => AnswerAsync(http, null, origin, grants, ct);

    /// <summary>For older clients: as <c>/connect/token</c>, and the password grant, by default as the client <c>platform-cli</c>.</summary>
    private static Task<Results<Ok<TokenAnswer>, JsonHttpResult<OAuthErrorBody>>> IssueForPasswordAsync(
        HttpContext http, ClientOrigin origin, TokenGrants grants, PasswordGrant password, CancellationToken ct) => AnswerAsync(http, password, origin, grants, ct);

    private static Task<Results<Ok<TokenAnswer>, JsonHttpResult<OAuthErrorBody>>> AnswerAsync(
        HttpContext http, PasswordGrant? password, ClientOrigin origin, TokenGrants grants, CancellationToken ct) =>
        OAuthAnswers.RunAsync(http, async () => TypedResults.Ok(await grants.RunAsync(http.Request, password, origin, ct)));

    /// <summary>Described and not declared: a declared content type is enforced by routing, with an answer that is not RFC 6749's.</summary>
    private static Task DescribeForm(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var schema = new OpenApiSchema { Type = JsonSchemaType.Object, Required = new HashSet<string> { "grant_type" }, Properties = new Dictionary<string, IOpenApiSchema>() };
        foreach (var name in FormParameters)
        {
            schema.Properties[name] = new OpenApiSchema { Type = JsonSchemaType.String };
        }

        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType> { ["application/x-www-form-urlencoded"] = new() { Schema = schema } },
        };
        return Task.CompletedTask;
    }
}
