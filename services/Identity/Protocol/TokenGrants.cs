using Platform.Contracts;
using Platform.Identity.Clients;
using Platform.Identity.Roles;
using Platform.Identity.Sessions;
using Platform.Identity.SignIn;
using Platform.Identity.Tokens;
using Platform.ServiceDefaults;

namespace Platform.Identity.Protocol;

/// <summary>A successful answer of the token endpoint (RFC 6749, section 5.1).</summary>
/// <param name="AccessToken">A JWT (RFC 9068).</param>
/// <param name="TokenType">Always <c>Bearer</c>.</param>
/// <param name="ExpiresIn">Seconds.</param>
/// <param name="RefreshToken">For users; good for one use.</param>
/// <param name="Scope">What was granted.</param>
internal sealed record TokenAnswer(string AccessToken, string TokenType, int ExpiresIn, string? RefreshToken, string? Scope)
{
    internal static TokenAnswer From(SignedIn s) => new(s.Access.Token, "Bearer", s.Access.ExpiresIn, s.RefreshToken, s.Scope);
}

/// <summary>The grants of the token endpoint.</summary>
internal sealed class TokenGrants(ClientAuthentication clients, AccessTokens access, RefreshSession refresh, LogIn logIn, SessionTokens tokens, TimeProvider clock)
{
    private static readonly string[] UserScopes = ["openid", "profile", "email", SessionTokens.DefaultScope, Rights.AdminScope];

    /// <summary>Answers a token request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="allowPassword">Whether the password grant is offered here; OAuth 2.1 has none, older clients do.</param>
    /// <param name="origin">From where.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<TokenAnswer> RunAsync(HttpRequest request, bool allowPassword, ClientOrigin origin, CancellationToken ct)
    {
        var arrivedAt = clock.GetUtcNow();
        var form = await OAuthForm.ReadAsync(request, ct);
        var grant = form["grant_type"] ?? (allowPassword ? GrantTypes.Password : form.Required("grant_type"));
        if (grant is not (GrantTypes.ClientCredentials or GrantTypes.RefreshToken) && !(allowPassword && grant == GrantTypes.Password))
        {
            throw new OAuthException(OAuthError.UnsupportedGrantType, "This grant type is not offered here.");
        }

        var client = await clients.AuthenticateAsync(request, form, allowPassword ? FirstPartyClients.CommandLine : null, ct);
        if (!client.GrantTypes.Contains(grant))
        {
            throw new OAuthException(OAuthError.UnauthorizedClient, "The client may not use this grant type.");
        }

        return grant switch
        {
            GrantTypes.ClientCredentials => ForClient(client, form["scope"]),
            GrantTypes.RefreshToken => await RefreshAsync(client, form, arrivedAt, origin, ct),
            _ => await ForPasswordAsync(client, form, origin, ct),
        };
    }

    /// <summary>RFC 6749, section 4.4: no refresh token, the client can come back.</summary>
    private TokenAnswer ForClient(Client client, string? scope)
    {
        var held = new PermissionSet(client.Permissions);
        foreach (var item in (scope ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (PermissionCatalog.Resolve(item) is not { } permission || permission != item || !held.Allows(item))
            {
                throw new OAuthException(OAuthError.InvalidScope, "The scope is unknown or exceeds what the client was given.");
            }
        }

        var granted = scope ?? string.Join(' ', client.Permissions);
        var token = access.Issue(new TokenGrant(client.TenantId, client.ClientId, client.ClientId, granted, Rights.Within(held, scope), client.Clearance));
        return new TokenAnswer(token.Token, "Bearer", token.ExpiresIn, null, granted);
    }

    private async Task<TokenAnswer> RefreshAsync(Client client, OAuthForm form, DateTimeOffset arrivedAt, ClientOrigin origin, CancellationToken ct)
    {
        try
        {
            return await refresh.RunAsync(form.Required("refresh_token"), Grantee.Of(client), form["scope"], arrivedAt, origin, ct) is { } next
                ? TokenAnswer.From(next)
                : throw new OAuthException(OAuthError.InvalidGrant, "The refresh token is invalid, expired, used or revoked.");
        }
        catch (ScopeExceededException)
        {
            throw new OAuthException(OAuthError.InvalidScope, "The scope exceeds what was granted.");
        }
    }

    private async Task<TokenAnswer> ForPasswordAsync(Client client, OAuthForm form, ClientOrigin origin, CancellationToken ct)
    {
        var scope = form["scope"];
        foreach (var item in (scope ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!UserScopes.Contains(item) && PermissionCatalog.Resolve(item) != item)
            {
                throw new OAuthException(OAuthError.InvalidScope, "The scope is unknown.");
            }
        }

        var credentials = new Credentials(form.Required("username"), form.Required("password"), form["tenant"]);
        var opening = new Opening([], origin, scope ?? SessionTokens.DefaultScope);
        var (signedIn, fault) = await logIn.RunAsync(
            credentials, origin, (db, who) => tokens.Open(db, who.User, Grantee.Of(client), opening with { Methods = who.Methods }), ct);
        return signedIn is not null ? TokenAnswer.From(signedIn) : throw new OAuthException(
            fault!.Code == ErrorCodes.RateLimitExceeded ? OAuthError.SlowDown : OAuthError.InvalidGrant, fault.Message, fault.RetryAfter);
    }
}
