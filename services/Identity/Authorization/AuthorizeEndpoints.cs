using Platform.Identity.Browser;
using Platform.Identity.Protocol;
using Platform.ServiceDefaults;

namespace Platform.Identity.Authorization;

/// <summary>The authorization endpoint and the pages behind it.</summary>
internal static class AuthorizeEndpoints
{
    /// <summary>A posted request goes on as a query of this length at most; beyond it there are pushed requests.</summary>
    private const int LongestQuery = 6000;

    public static void MapAuthorize(this IEndpointRouteBuilder routes)
    {
        var pages = routes.MapGroup("/connect").WithGroupName("v1").WithTags("oauth").RequireAuthorization().Unwrapped().DisableAntiforgery();
        pages.MapGet("/authorize", AuthorizeAsync).WithSummary("Ask a user for an authorization code (RFC 6749, OpenID Connect)");
        pages.MapPost("/authorize", AuthorizePostedAsync).ExcludeFromDescription();
        pages.MapPost("/signin", SignInAsync).ExcludeFromDescription();
        pages.MapPost("/factor", FactorAsync).ExcludeFromDescription();
        pages.MapPost("/password", ChangePasswordAsync).ExcludeFromDescription();
        pages.MapPost("/consent", ConsentAsync).ExcludeFromDescription();
        pages.MapPost("/par", PushAsync).WithSummary("Push an authorization request (RFC 9126)");
    }

    /// <summary>Code flow with PKCE (S256); shows pages for sign-in and consent and answers to the redirect URI.</summary>
    private static Task<IResult> AuthorizeAsync(HttpContext http, ClientOrigin origin, AuthorizeFlow flow, CancellationToken ct) =>
        flow.BeginAsync(http, http.Request.Query, origin, ct);

    /// <summary>
    /// OpenID Connect Core, section 3.1.2.1, wants POST as well. Another site's form brings no cookies, so the browser is
    /// sent here once more by itself.
    /// </summary>
    private static async Task<IResult> AuthorizePostedAsync(HttpContext http, CancellationToken ct)
    {
        try
        {
            var query = QueryString.Create((await OAuthParameters.ReadFormAsync(http.Request, ct)).Values!);
            return query.Value!.Length <= LongestQuery ? AuthorizeFlow.SendTo(http, "/connect/authorize" + query) : Pages.Error("The request is too long; push it instead.");
        }
        catch (OAuthException exception)
        {
            return Pages.Error(exception.Message);
        }
    }

    private static async Task<IResult> SignInAsync(
        HttpContext http, ClientOrigin origin, SignInFlow signIn, Interactions interactions, CancellationToken ct)
    {
        var form = await http.Request.ReadFormAsync(ct);
        return interactions.Open(http, form[Pages.InteractionField]) is { } interaction
            ? await signIn.SubmitAsync(http, interaction, form, origin, ct)
            : Pages.Expired();
    }

    private static async Task<IResult> FactorAsync(
        HttpContext http, ClientOrigin origin, SignInFlow signIn, Interactions interactions, CancellationToken ct)
    {
        var form = await http.Request.ReadFormAsync(ct);
        return interactions.Open(http, form[Pages.InteractionField]) is { } interaction
            ? await signIn.SubmitFactorAsync(http, interaction, form, origin, ct)
            : Pages.Expired();
    }

    private static async Task<IResult> ChangePasswordAsync(
        HttpContext http, ClientOrigin origin, SignInFlow signIn, Interactions interactions, CancellationToken ct)
    {
        var form = await http.Request.ReadFormAsync(ct);
        return interactions.Open(http, form[Pages.InteractionField]) is { } interaction
            ? await signIn.ChangePasswordAsync(http, interaction, form, origin, ct)
            : Pages.Expired();
    }

    private static async Task<IResult> ConsentAsync(
        HttpContext http, ClientOrigin origin, AuthorizeFlow flow, Interactions interactions, CancellationToken ct)
    {
        var form = await http.Request.ReadFormAsync(ct);
        return interactions.Open(http, form[Pages.InteractionField]) is { Request: { } request }
            ? await flow.DecideAsync(http, request, form["decision"].ToString(), origin, ct)
            : Pages.Expired();
    }

    /// <summary>The request's parameters as a form, with the client's authentication; the reference is good for 90 seconds, once.</summary>
    private static async Task<IResult> PushAsync(
        HttpContext http, ClientAuthentication clients, Dpop.DpopProofs proofs, PushRequest push, CancellationToken ct) =>
        await OAuthAnswers.RunAsync(http, async () =>
        {
            var form = await OAuthParameters.ReadFormAsync(http.Request, ct);
            var client = await clients.AuthenticateAsync(http.Request, form, null, ct);
            var key = await proofs.ThumbprintAsync(http.Request, null, ct);
            var uri = await push.RunAsync(client, form, key, ct);
            return TypedResults.Json(new PushedAnswer(uri, (int)PushRequest.Lifetime.TotalSeconds), Json.Options, statusCode: StatusCodes.Status201Created);
        });
}

/// <summary>The answer to a pushed request (RFC 9126, section 2.2).</summary>
/// <param name="RequestUri">Stands for the request at the authorization endpoint.</param>
/// <param name="ExpiresIn">Seconds.</param>
internal sealed record PushedAnswer(string RequestUri, int ExpiresIn);
