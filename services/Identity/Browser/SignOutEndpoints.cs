using Microsoft.IdentityModel.JsonWebTokens;
using Platform.Identity.Authorization;
using Platform.Identity.Clients;
using Platform.Identity.Protocol;
using Platform.Identity.Sessions;
using Platform.Identity.Storage;
using Platform.Identity.Tokens;
using Platform.ServiceDefaults;

namespace Platform.Identity.Browser;

/// <summary>Sign-out that a client asks for (OpenID Connect RP-Initiated Logout 1.0).</summary>
internal static class SignOutEndpoints
{
    private const string Address = "/connect/endsession";

    public static void MapSignOut(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").WithGroupName("v1").WithTags("oauth").RequireAuthorization().Unwrapped().DisableAntiforgery();
        group.MapGet(Address, SignOutAsync).WithSummary("End the session of a browser (OpenID Connect RP-Initiated Logout)");
        group.MapPost(Address, SignOutPostedAsync).ExcludeFromDescription();
        group.MapPost(Address + "/confirm", ConfirmAsync).ExcludeFromDescription();
    }

    /// <summary>With an ID token of whoever is signed in at once, else after a question; goes on to a registered address only.</summary>
    private static async Task<IResult> SignOutAsync(
        HttpContext http, ClientOrigin origin, OwnTokens own, ClientDirectory clients, BrowserSessions sessions, Interactions interactions,
        TenantScopes scopes, EndSession endSession, CancellationToken ct)
    {
        try
        {
            var parameters = OAuthParameters.Of(http.Request.Query);
            var hint = parameters["id_token_hint"] is { } text
                ? await own.ReadIdTokenAsync(text, ct) ?? throw new OAuthException(OAuthError.InvalidRequest, "The id_token_hint is not an ID token of this server.")
                : null;
            var request = await ReadAsync(parameters, hint, clients, ct);
            var signedIn = await sessions.FindAsync(http, ct);
            if (hint is null || (signedIn is var (_, user) && user.Id.ToString("D") != hint.Subject))
            {
                var interaction = new Interaction(interactions.Expiry, SignOut: request);
                return Pages.SignOut(interactions.Seal(http, interaction), interaction, signedIn?.User);
            }

            if (signedIn is var (session, _))
            {
                await sessions.EndAsync(http, session, origin, ct);
            }

            await EndHintedAsync(hint, scopes, endSession, ct);
            return GoOn(http, request);
        }
        catch (OAuthException exception)
        {
            return Pages.Error(exception.Message);
        }
    }

    /// <summary>Another site's form brings no cookies, so the browser is sent here once more by itself.</summary>
    private static async Task<IResult> SignOutPostedAsync(HttpContext http, CancellationToken ct)
    {
        try
        {
            return AuthorizeFlow.SendTo(http, Address + QueryString.Create((await OAuthParameters.ReadFormAsync(http.Request, ct)).Values!));
        }
        catch (OAuthException exception)
        {
            return Pages.Error(exception.Message);
        }
    }

    private static async Task<IResult> ConfirmAsync(
        HttpContext http, ClientOrigin origin, BrowserSessions sessions, Interactions interactions, CancellationToken ct)
    {
        var form = await http.Request.ReadFormAsync(ct);
        if (interactions.Open(http, form[Pages.InteractionField]) is not { SignOut: { } request })
        {
            return Pages.Expired();
        }

        if (await sessions.FindAsync(http, ct) is var (session, _))
        {
            await sessions.EndAsync(http, session, origin, ct);
        }

        return GoOn(http, request);
    }

    private static async Task<SignOutRequest> ReadAsync(OAuthParameters parameters, JsonWebToken? hint, ClientDirectory clients, CancellationToken ct)
    {
        var hinted = hint?.Audiences.SingleOrDefault();
        var id = parameters["client_id"] ?? hinted;
        if (hinted is not null && id != hinted)
        {
            throw new OAuthException(OAuthError.InvalidRequest, "The id_token_hint is another client's.");
        }

        if (parameters["post_logout_redirect_uri"] is not { } asked)
        {
            return new SignOutRequest(null, null);
        }

        var client = id is null ? null : (await clients.FindAsync(id, ct)).Client;
        return client is not null && RedirectUris.Match(client.PostLogoutRedirectUris, asked) is { } uri
            ? new SignOutRequest(uri, parameters["state"])
            : throw new OAuthException(OAuthError.InvalidRequest, "The post_logout_redirect_uri is not one that the client registered.");
    }

    /// <summary>The session that the ID token was issued for ends also where its browser's cookie is gone.</summary>
    private static async Task EndHintedAsync(JsonWebToken hint, TenantScopes scopes, EndSession endSession, CancellationToken ct)
    {
        if (Guid.TryParse(hint.Subject, out var user) && hint.TryGetPayloadValue<string>("sid", out var sid) && Guid.TryParse(sid, out var session)
            && hint.TryGetPayloadValue<string>("tenant", out var tenant) && Guid.TryParse(tenant, out var tenantId))
        {
            await using var scope = scopes.Enter(tenantId, hint.Subject);
            await scope.Db.InTransactionAsync(async () =>
            {
                var ended = await endSession.OneAsync(scope.Db, user, session, "logout", ct);
                await scope.Db.SaveChangesAsync(ct);
                return ended;
            }, ct);
        }
    }

    private static IResult GoOn(HttpContext http, SignOutRequest request) => request.RedirectUri is { } uri
        ? AuthorizeFlow.SendTo(http, RedirectUris.With(uri, ("state", request.State)))
        : Pages.Message("Signed out", "You are signed out.");
}
