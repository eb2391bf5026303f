using Microsoft.Extensions.Options;
using Platform.Identity.Audit;
using Platform.Identity.Browser;
using Platform.Identity.Clients;
using Platform.Identity.Protocol;
using Platform.Identity.Storage;
using Platform.Identity.Users;

namespace Platform.Identity.Authorization;

/// <summary>
/// Leads a user through an authorization request: sign-in if it is needed, consent if it is needed, and back to the
/// client. What comes next is decided anew at every step from the browser's session, never from what a form says.
/// </summary>
internal sealed class AuthorizeFlow(
    ReadAuthorizationRequest read, PushRequest pushed, ClientDirectory clients, BrowserSessions sessions, Interactions interactions, Consents consents,
    IssueCode issue, SignInPages signInPages, TenantScopes scopes, AuditTrail audit, IOptions<IdentitySettings> settings)
{
    /// <summary>A request as it came.</summary>
    public async Task<IResult> BeginAsync(HttpContext http, IQueryCollection query, ClientOrigin origin, CancellationToken ct)
    {
        try
        {
            var parameters = OAuthParameters.Of(query);
            Guid? pushedId = null;
            if (parameters["request_uri"] is { } uri)
            {
                (parameters, pushedId) = await pushed.OpenAsync(uri, parameters.Required("client_id"), ct);
            }

            var (request, client) = await read.RunAsync(parameters, null, pushedId, ct);
            return await ContinueAsync(http, request, client, await sessions.FindAsync(http, ct), origin, ct);
        }
        catch (OAuthException exception)
        {
            return Pages.Error(exception.Message);
        }
        catch (RedirectableException exception)
        {
            return SendError(http, exception.RedirectUri, exception.State, exception.Code, exception.Message);
        }
    }

    /// <summary>The next step for whoever is signed in now.</summary>
    public async Task<IResult> ContinueAsync(
        HttpContext http, AuthorizationRequest request, Client client, (BrowserSession Session, User User)? signedIn, ClientOrigin origin, CancellationToken ct)
    {
        if (signedIn is not var (session, user) || !IsGoodFor(request, client, session))
        {
            return request.IsSilent
                ? SendError(http, request.RedirectUri, request.State, OAuthError.LoginRequired, "The user is not signed in, or not recently enough.")
                : signInPages.Show(http, new Interaction(interactions.Expiry, request), client);
        }

        if (request.Subject is { } expected && expected != user.Id.ToString("D"))
        {
            return SendError(http, request.RedirectUri, request.State, OAuthError.LoginRequired, "Somebody else is signed in.");
        }

        if (user.MustChangePassword)
        {
            return request.IsSilent
                ? SendError(http, request.RedirectUri, request.State, OAuthError.LoginRequired, "The user must choose a new password.")
                : signInPages.ShowPasswordChange(http, new Interaction(interactions.Expiry, request), user);
        }

        if (!await consents.IsNeededAsync(request, client, session, ct))
        {
            return await AnswerAsync(http, request, client, session, origin, ct);
        }

        return request.IsSilent
            ? SendError(http, request.RedirectUri, request.State, OAuthError.ConsentRequired, "The user has not agreed to this.")
            : Pages.Consent(interactions.Seal(http, new Interaction(interactions.Expiry, request)), request, client, user);
    }

    /// <summary>What the user decided on the consent page.</summary>
    public async Task<IResult> DecideAsync(HttpContext http, AuthorizationRequest request, string decision, ClientOrigin origin, CancellationToken ct)
    {
        var (client, isSuspended) = await clients.FindAsync(request.ClientId, ct);
        if (client is null || isSuspended)
        {
            return Pages.Error("There is no such client any more.");
        }

        var signedIn = await sessions.FindAsync(http, ct);
        if (decision == "switch" || signedIn is not var (session, user) || !IsGoodFor(request, client, session) || user.MustChangePassword)
        {
            return signInPages.Show(http, new Interaction(interactions.Expiry, request), client);
        }

        if (decision == "allow")
        {
            await consents.GiveAsync(request, session, ct);
            return await AnswerAsync(http, request, client, session, origin, ct);
        }

        await using var scope = scopes.Enter(session.TenantId, session.UserId.ToString());
        audit.Record(
            scope.Db, session.TenantId, AuditActions.AuthorizationDenied, $"client/{client.ClientId}", Outcomes.Refused, session.UserId.ToString(), origin.Address);
        await scope.Db.SaveChangesAsync(ct);
        return SendError(http, request.RedirectUri, request.State, OAuthError.AccessDenied, "The user did not allow it.");
    }

    /// <summary>A redirect after a form is 303, so that no browser sends the form's password along (RFC 9700, section 4.12).</summary>
    public static IResult SendTo(HttpContext http, string uri)
    {
        Page.Protect(http.Response, null);
        http.Response.Headers.Location = uri;
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }

    /// <summary>A client of one tenant is for that tenant's users only.</summary>
    private static bool IsGoodFor(AuthorizationRequest request, Client client, BrowserSession session) =>
        (request.SignedInSince is not { } since || session.AuthenticatedAt >= since)
        && (FirstPartyClients.Is(client.ClientId) || session.TenantId == client.TenantId);

    private async Task<IResult> AnswerAsync(
        HttpContext http, AuthorizationRequest request, Client client, BrowserSession session, ClientOrigin origin, CancellationToken ct) =>
        await issue.RunAsync(request, client, session, origin, ct) is { } code
            ? SendTo(http, RedirectUris.With(request.RedirectUri, ("code", code), ("state", request.State), ("iss", settings.Value.Issuer)))
            : Pages.Error("This request was answered before. Go back to where you came from and start again.");

    private IResult SendError(HttpContext http, string redirectUri, string? state, string code, string description) => SendTo(
        http, RedirectUris.With(redirectUri, ("error", code), ("error_description", description), ("state", state), ("iss", settings.Value.Issuer)));
}
