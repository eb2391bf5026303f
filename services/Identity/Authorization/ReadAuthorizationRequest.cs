using System.Buffers.Text;
using System.Globalization;
using Platform.Identity.Clients;
using Platform.Identity.Protocol;
using Platform.Identity.Tokens;

namespace Platform.Identity.Authorization;

/// <summary>
/// Checks an authorization request (RFC 6749, section 4.1.1; OpenID Connect Core, section 3.1.2.1). While client and
/// redirect URI are in doubt the user is told; from then on the client is.
/// </summary>
internal sealed class ReadAuthorizationRequest(ClientDirectory directory, OwnTokens own, TimeProvider clock)
{
    private const int ChallengeLength = 43;
    private const int MaxNonceLength = 512;
    private static readonly string[] Prompts = ["none", "login", "consent", "select_account"];

    public async Task<(AuthorizationRequest Request, Client Client)> RunAsync(OAuthParameters parameters, string? dpopKey, Guid? pushedId, CancellationToken ct)
    {
        var (client, isSuspended) = await directory.FindAsync(parameters.Required("client_id"), ct);
        if (client is null || isSuspended)
        {
            throw new OAuthException(OAuthError.InvalidClient, "There is no such client.");
        }

        var redirect = RedirectOf(parameters, client);
        try
        {
            return (await ReadAsync(parameters, client, redirect, dpopKey, pushedId, ct), client);
        }
        catch (OAuthException exception)
        {
            throw new RedirectableException(redirect, parameters["state"], exception.Error.Code, exception.Error.Description);
        }
    }

    private static string RedirectOf(OAuthParameters parameters, Client client)
    {
        if (parameters["redirect_uri"] is { } asked)
        {
            return RedirectUris.Match(client.RedirectUris, asked)
                ?? throw new OAuthException(OAuthError.InvalidRequest, "The redirect_uri is not one that the client registered.");
        }

        return client.RedirectUris is [var only] && !Scopes.Has(parameters["scope"] ?? "", Scopes.OpenId)
            ? only
            : throw new OAuthException(OAuthError.InvalidRequest, "The parameter redirect_uri is missing.");
    }

    private async Task<AuthorizationRequest> ReadAsync(
        OAuthParameters parameters, Client client, string redirect, string? dpopKey, Guid? pushedId, CancellationToken ct)
    {
        RefuseUnsupported(parameters);
        if (!client.GrantTypes.Contains(GrantTypes.AuthorizationCode))
        {
            throw new OAuthException(OAuthError.UnauthorizedClient, "The client may not use the authorization code grant.");
        }

        var prompts = Scopes.Split(parameters["prompt"]);
        if (prompts.Any(p => !Prompts.Contains(p)) || (prompts.Contains("none") && prompts.Length > 1))
        {
            throw new OAuthException(OAuthError.InvalidRequest, "The prompt is not one that is supported.");
        }

        if (parameters["nonce"] is { Length: > MaxNonceLength })
        {
            throw new OAuthException(OAuthError.InvalidRequest, "The nonce is too long.");
        }

        return new AuthorizationRequest(
            client.ClientId,
            redirect,
            parameters["redirect_uri"],
            Scopes.Check(parameters["scope"], client),
            parameters["state"],
            parameters["nonce"],
            ChallengeOf(parameters),
            KeyOf(parameters, dpopKey),
            prompts.Contains("none"),
            prompts.Contains("consent"),
            SinceOf(parameters, prompts),
            await SubjectOf(parameters, client, ct),
            parameters["login_hint"],
            parameters["tenant"],
            pushedId);
    }

    private static void RefuseUnsupported(OAuthParameters parameters)
    {
        if (parameters["request"] is not null)
        {
            throw new OAuthException(OAuthError.RequestNotSupported, "Request objects are not supported; push the request instead.");
        }

        if (parameters["registration"] is not null)
        {
            throw new OAuthException(OAuthError.RegistrationNotSupported, "The parameter registration is not supported.");
        }

        if (parameters.Required("response_type") != "code")
        {
            throw new OAuthException(OAuthError.UnsupportedResponseType, "The response type is code.");
        }

        if (parameters["response_mode"] is not (null or "query"))
        {
            throw new OAuthException(OAuthError.InvalidRequest, "The response mode is query.");
        }
    }

    /// <summary>RFC 7636 and RFC 9700, section 2.1.1: always there, always S256.</summary>
    private static string ChallengeOf(OAuthParameters parameters)
    {
        var challenge = parameters.Required("code_challenge");
        return parameters["code_challenge_method"] == "S256" && challenge.Length == ChallengeLength && Base64Url.IsValid(challenge)
            ? challenge
            : throw new OAuthException(OAuthError.InvalidRequest, "The code_challenge must be of the method S256.");
    }

    private static string? KeyOf(OAuthParameters parameters, string? proven)
    {
        var named = parameters["dpop_jkt"];
        if (named is not null && (named.Length != ChallengeLength || !Base64Url.IsValid(named)))
        {
            throw new OAuthException(OAuthError.InvalidRequest, "The dpop_jkt is not a thumbprint.");
        }

        return named is null || proven is null || named == proven
            ? named ?? proven
            : throw new OAuthException(OAuthError.InvalidDpopProof, "The dpop_jkt is not that of the proof.");
    }

    private DateTimeOffset? SinceOf(OAuthParameters parameters, string[] prompts)
    {
        var now = clock.GetUtcNow();
        if (prompts.Contains("login") || prompts.Contains("select_account"))
        {
            return now;
        }

        if (parameters["max_age"] is not { } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? now - TimeSpan.FromSeconds(seconds)
            : throw new OAuthException(OAuthError.InvalidRequest, "The max_age is not a number of seconds.");
    }

    private async Task<string?> SubjectOf(OAuthParameters parameters, Client client, CancellationToken ct)
    {
        if (parameters["id_token_hint"] is not { } hint)
        {
            return null;
        }

        return await own.ReadIdTokenAsync(hint, ct) is { } token && token.Audiences.Contains(client.ClientId)
            ? token.Subject
            : throw new OAuthException(OAuthError.InvalidRequest, "The id_token_hint is not an ID token of this client.");
    }
}
