using Platform.Contracts;
using Platform.Identity.Authorization;
using Platform.Identity.Sessions;
using Platform.Identity.SignIn;

namespace Platform.Identity.Protocol;

/// <summary>The password grant (RFC 6749, section 4.3) of older clients.</summary>
internal sealed class PasswordGrant(LogIn logIn, SessionTokens tokens)
{
    public async Task<TokenAnswer> RunAsync(TokenRequest request, CancellationToken ct)
    {
        var (client, form) = (request.Client, request.Form);
        var scope = Scopes.Check(form["scope"], client);
        var credentials = new Credentials(form.Required("username"), form.Required("password"), form["tenant"]);
        var opening = new Opening([], request.Origin, scope.Length == 0 ? SessionTokens.DefaultScope : scope);
        var (signedIn, fault) = await logIn.RunAsync(
            credentials, request.Origin, (db, who) => tokens.Open(db, who.User, Grantee.Of(client, request.DpopKey), opening with { Methods = who.Methods }), ct);
        return signedIn is not null ? TokenAnswer.From(signedIn) : throw new OAuthException(
            fault!.Code == ErrorCodes.RateLimitExceeded ? OAuthError.SlowDown : OAuthError.InvalidGrant, fault.Message, fault.RetryAfter);
    }
}
