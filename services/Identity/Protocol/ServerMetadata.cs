using Microsoft.IdentityModel.Tokens;
using Platform.Identity.Authorization;
using Platform.Identity.Clients;
using Platform.Identity.Roles;
using Platform.ServiceDefaults;

namespace Platform.Identity.Protocol;

/// <summary>
/// What this server does, by the names of RFC 8414, section 2, OpenID Connect Discovery, section 3, and the standards of
/// each extension. Nothing is listed that is not implemented, and where a default would claim more, it is denied.
/// </summary>
internal sealed record ServerMetadata(
    string Issuer,
    string AuthorizationEndpoint,
    string TokenEndpoint,
    string UserinfoEndpoint,
    string JwksUri,
    string EndSessionEndpoint,
    string RevocationEndpoint,
    string IntrospectionEndpoint,
    string DeviceAuthorizationEndpoint,
    string PushedAuthorizationRequestEndpoint,
    IReadOnlyList<string> ScopesSupported,
    IReadOnlyList<string> GrantTypesSupported,
    string ServiceDocumentation)
{
    public IReadOnlyList<string> ResponseTypesSupported { get; } = ["code"];

    public IReadOnlyList<string> ResponseModesSupported { get; } = ["query"];

    public IReadOnlyList<string> SubjectTypesSupported { get; } = ["public"];

    public IReadOnlyList<string> CodeChallengeMethodsSupported { get; } = ["S256"];

    public IReadOnlyList<string> IdTokenSigningAlgValuesSupported { get; } = [SecurityAlgorithms.RsaSha256];

    public IReadOnlyList<string> TokenEndpointAuthMethodsSupported { get; } = [ClientAuthMethods.SecretBasic, ClientAuthMethods.SecretPost, ClientAuthMethods.None];

    public IReadOnlyList<string> RevocationEndpointAuthMethodsSupported { get; } = [ClientAuthMethods.SecretBasic, ClientAuthMethods.SecretPost, ClientAuthMethods.None];

    public IReadOnlyList<string> IntrospectionEndpointAuthMethodsSupported { get; } = [ClientAuthMethods.SecretBasic, ClientAuthMethods.SecretPost];

    public IReadOnlyList<string> DpopSigningAlgValuesSupported { get; } = DpopProof.Algorithms;

    public IReadOnlyList<string> PromptValuesSupported { get; } = ["none", "login", "consent", "select_account"];

    public IReadOnlyList<string> ClaimsSupported { get; } =
        ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "amr", "sid", "tenant", "preferred_username", "name", "role", "updated_at", "email", "email_verified"];

    /// <summary>RFC 9207, section 3.</summary>
    public bool AuthorizationResponseIssParameterSupported { get; } = true;

    /// <summary>RFC 9126, section 5.</summary>
    public bool RequirePushedAuthorizationRequests { get; }

    public bool ClaimsParameterSupported { get; }

    public bool RequestParameterSupported { get; }

    public bool RequestUriParameterSupported { get; }

    internal static ServerMetadata Of(string issuer) => new(
        issuer,
        issuer + "/connect/authorize",
        issuer + "/connect/token",
        issuer + "/connect/userinfo",
        issuer + "/.well-known/jwks.json",
        issuer + "/connect/endsession",
        issuer + "/connect/revocation",
        issuer + "/connect/introspect",
        issuer + "/connect/device",
        issuer + "/connect/par",
        [.. Scopes.Protocol, .. PermissionCatalog.All.Select(p => p.Name)],
        [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken, GrantTypes.ClientCredentials, GrantTypes.DeviceCode],
        issuer + "/api/docs");
}
