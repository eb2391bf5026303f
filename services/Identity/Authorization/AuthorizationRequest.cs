namespace Platform.Identity.Authorization;

/// <summary>An authorization request that passed every check that needs no user.</summary>
/// <param name="ClientId">Who asks.</param>
/// <param name="RedirectUri">Where the answer goes.</param>
/// <param name="SentRedirectUri">The same if the request said it; the token request then must too (RFC 6749, section 4.1.3).</param>
/// <param name="Scope">What is asked for.</param>
/// <param name="State">The client's own, given back as it came.</param>
/// <param name="Nonce">Goes into the ID token.</param>
/// <param name="CodeChallenge">S256 (RFC 7636).</param>
/// <param name="DpopKey">The key that the code is bound to (RFC 9449, section 10).</param>
/// <param name="IsSilent"><c>prompt=none</c>: no page may be shown.</param>
/// <param name="AsksConsent"><c>prompt=consent</c>.</param>
/// <param name="SignedInSince">The sign-in must be as recent as this (<c>prompt=login</c>, <c>max_age</c>).</param>
/// <param name="Subject">Whom the client believes to be signed in (<c>id_token_hint</c>).</param>
/// <param name="LoginHint">The name to begin the sign-in page with.</param>
/// <param name="Tenant">The tenant to begin it with.</param>
/// <param name="PushedId">The pushed request that this is (RFC 9126).</param>
internal sealed record AuthorizationRequest(
    string ClientId,
    string RedirectUri,
    string? SentRedirectUri,
    string Scope,
    string? State,
    string? Nonce,
    string CodeChallenge,
    string? DpopKey,
    bool IsSilent,
    bool AsksConsent,
    DateTimeOffset? SignedInSince,
    string? Subject,
    string? LoginHint,
    string? Tenant,
    Guid? PushedId);

/// <summary>An error that the client may be told by way of the browser: its redirect URI is known to be its own.</summary>
internal sealed class RedirectableException(string redirectUri, string? state, string code, string description) : Exception(description)
{
    public string RedirectUri => redirectUri;

    public string? State => state;

    public string Code => code;
}
