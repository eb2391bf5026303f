using Platform.Identity.Sessions;

namespace Platform.Identity.Protocol;

/// <summary>A successful answer of the token endpoint (RFC 6749, section 5.1).</summary>
/// <param name="AccessToken">A JWT (RFC 9068).</param>
/// <param name="TokenType"><c>Bearer</c>, or <c>DPoP</c> where the token is bound to a key (RFC 9449, section 5).</param>
/// <param name="ExpiresIn">Seconds.</param>
/// <param name="RefreshToken">For users who allowed it; good for one use.</param>
/// <param name="Scope">What was granted.</param>
/// <param name="IdToken">Who signed in, where the scope has <c>openid</c>.</param>
internal sealed record TokenAnswer(string AccessToken, string TokenType, int ExpiresIn, string? RefreshToken, string? Scope, string? IdToken = null)
{
    internal static TokenAnswer From(SignedIn s, string? idToken = null) =>
        new(s.Access.Token, s.Access.Type, s.Access.ExpiresIn, s.RefreshToken, s.Scope, idToken);
}
