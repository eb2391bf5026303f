using Platform.Identity.Authorization;
using Platform.Identity.Clients;
using Platform.Identity.DeviceFlow;
using Platform.Identity.Dpop;
using Platform.Identity.Roles;
using Platform.Identity.Sessions;
using Platform.Identity.Tokens;

namespace Platform.Identity.Protocol;

/// <summary>A request of the token endpoint whose client is known.</summary>
/// <param name="Client">Who asks.</param>
/// <param name="Form">With what.</param>
/// <param name="DpopKey">Thumbprint of the key that was proven, if any.</param>
/// <param name="Origin">From where.</param>
internal sealed record TokenRequest(Client Client, OAuthParameters Form, string? DpopKey, ClientOrigin Origin);

/// <summary>The grants of the token endpoint.</summary>
internal sealed class TokenGrants(
    ClientAuthentication clients, DpopProofs proofs, AccessTokens access, IdTokens idTokens, RedeemCode redeemCode, RedeemDeviceCode redeemDevice,
    RefreshSession refresh)
{
    private static readonly string[] Offered = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken, GrantTypes.ClientCredentials, GrantTypes.DeviceCode];

    /// <summary>Answers a token request.</summary>
    /// <param name="http">The request.</param>
    /// <param name="password">The password grant where it is offered; OAuth 2.1 has none, older clients do.</param>
    /// <param name="origin">From where.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<TokenAnswer> RunAsync(HttpRequest http, PasswordGrant? password, ClientOrigin origin, CancellationToken ct)
    {
        var form = await OAuthParameters.ReadFormAsync(http, ct);
        var grant = form["grant_type"] ?? (password is null ? form.Required("grant_type") : GrantTypes.Password);
        if (!Offered.Contains(grant) && !(password is not null && grant == GrantTypes.Password))
        {
            throw new OAuthException(OAuthError.UnsupportedGrantType, "This grant type is not offered here.");
        }

        var client = await clients.AuthenticateAsync(http, form, password is null ? null : FirstPartyClients.CommandLine, ct, copyServes: grant == GrantTypes.ClientCredentials);
        if (!client.GrantTypes.Contains(grant))
        {
            throw new OAuthException(OAuthError.UnauthorizedClient, "The client may not use this grant type.");
        }

        var key = await proofs.ThumbprintAsync(http, null, ct);
        if (client.DpopBound && key is null)
        {
            throw new OAuthException(OAuthError.InvalidDpopProof, "This client's tokens are bound to a key; send a DPoP proof.");
        }

        var request = new TokenRequest(client, form, key, origin);
        return grant switch
        {
            GrantTypes.ClientCredentials => ForClient(request),
            GrantTypes.AuthorizationCode => await ForCodeAsync(request, ct),
            GrantTypes.DeviceCode => await ForDeviceAsync(request, ct),
            GrantTypes.RefreshToken => await RefreshAsync(request, ct),
            _ => await password!.RunAsync(request, ct),
        };
    }

    /// <summary>RFC 6749, section 4.4: no refresh token, the client can come back.</summary>
    private TokenAnswer ForClient(TokenRequest request)
    {
        var client = request.Client;
        var scope = request.Form["scope"];
        var held = client.Held;
        foreach (var item in Scopes.Split(scope))
        {
            if (PermissionCatalog.Resolve(item) is not { } permission || permission != item || !held.Allows(item))
            {
                throw new OAuthException(OAuthError.InvalidScope, "The scope is unknown or exceeds what the client was given.");
            }
        }

        var granted = scope ?? client.WholeScope;
        var token = access.Issue(new TokenGrant(
            client.TenantId, client.ClientId, client.ClientId, granted, Rights.Within(held, scope), client.Clearance, DpopKey: request.DpopKey, AsOf: client.ReadAt));
        return new TokenAnswer(token.Token, token.Type, token.ExpiresIn, null, granted);
    }

    /// <summary>RFC 6749, section 4.1.3, with PKCE (RFC 7636, section 4.5).</summary>
    private async Task<TokenAnswer> ForCodeAsync(TokenRequest request, CancellationToken ct)
    {
        var redemption = new CodeRedemption(request.Form.Required("code"), request.Form["redirect_uri"], request.Form["code_verifier"], request.DpopKey);
        return await redeemCode.RunAsync(redemption, request.Client, request.Origin, ct) is var (signedIn, code)
            ? TokenAnswer.From(signedIn, idTokens.Issue(signedIn, request.Client.ClientId, code.Nonce, code.AuthenticatedAt))
            : throw new OAuthException(OAuthError.InvalidGrant, "The code is invalid, expired, used, another client's, or its redirect_uri or code_verifier is wrong.");
    }

    /// <summary>RFC 8628, section 3.4.</summary>
    private async Task<TokenAnswer> ForDeviceAsync(TokenRequest request, CancellationToken ct)
    {
        var (signedIn, device) = await redeemDevice.RunAsync(request.Form.Required("device_code"), request.Client, request.DpopKey, request.Origin, ct);
        return TokenAnswer.From(signedIn, idTokens.Issue(signedIn, request.Client.ClientId, null, device.AuthenticatedAt!.Value));
    }

    private async Task<TokenAnswer> RefreshAsync(TokenRequest request, CancellationToken ct)
    {
        try
        {
            var to = Grantee.Of(request.Client, request.DpopKey);
            return await refresh.RunAsync(request.Form.Required("refresh_token"), to, request.Form["scope"], request.Origin, ct) is { } next
                ? TokenAnswer.From(next)
                : throw new OAuthException(OAuthError.InvalidGrant, "The refresh token is invalid, expired, used or revoked.");
        }
        catch (ScopeExceededException)
        {
            throw new OAuthException(OAuthError.InvalidScope, "The scope exceeds what was granted.");
        }
    }
}
