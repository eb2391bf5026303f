using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Platform.IntegrationTests.Identity.Protocol;

/// <summary>A registered client, and what such a program does.</summary>
internal sealed class OAuthClient(IdentityFixture identity, string id, string? secret, string redirect)
{
    public const string Token = "/connect/token";
    public const string Everything = "openid profile email offline_access";
    public const string Verifier = "a-verifier-of-forty-three-characters-at-least-123";

    public static readonly string Challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    public string Id => id;

    public string? Secret => secret;

    public string Redirect => redirect;

    public (string, string)? Basic => secret is null ? null : (id, secret);

    /// <summary>Registers a client of user grants in the tenant of an administrator.</summary>
    public static async Task<OAuthClient> RegisterAsync(
        IdentityFixture identity, string method = "client_secret_basic", string redirect = "https://client.example/callback", string[]? permissions = null, bool dpop = false,
        string? logout = null, HttpClient? by = null)
    {
        string[] grants = ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"];
        var client = await IdentityFixture.SendAsync(by ?? identity.Admin, HttpMethod.Post, "/api/v2/integrations/clients", HttpStatusCode.Created, new
        {
            client_name = "Test client",
            permissions = permissions ?? ["read:all", "write:threat_intel", "use:chat"],
            grant_types = method == "none" ? grants : [.. grants, "client_credentials"],
            redirect_uris = new[] { redirect },
            post_logout_redirect_uris = logout is null ? Array.Empty<string>() : [logout],
            token_endpoint_auth_method = method,
            dpop_bound_access_tokens = dpop,
        });
        return new OAuthClient(
            identity, client.GetProperty("client_id").GetString()!, client.TryGetProperty("client_secret", out var secret) ? secret.GetString() : null, redirect);
    }

    /// <summary>An authorization request; a null value leaves a parameter out.</summary>
    public string AuthorizePath(string scope = Everything, params (string Name, string? Value)[] changes)
    {
        var query = Parameters(scope, changes);
        return "/connect/authorize?" + string.Join('&', query.Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value!)}"));
    }

    public Dictionary<string, string?> Parameters(string scope = Everything, params (string Name, string? Value)[] changes)
    {
        var query = new Dictionary<string, string?>
        {
            ["client_id"] = id,
            ["response_type"] = "code",
            ["redirect_uri"] = redirect,
            ["scope"] = scope,
            ["state"] = "s t&ate",
            ["nonce"] = "n-0",
            ["code_challenge"] = Challenge,
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in changes)
        {
            query[name] = value;
        }

        return query.Where(p => p.Value is not null).ToDictionary();
    }

    /// <summary>Through sign-in and consent to the answer at the redirect URI.</summary>
    public async Task<Shown> AuthorizeAsync(OAuthBrowser browser, string username, string scope = Everything, params (string Name, string? Value)[] changes)
    {
        var page = await browser.GetAsync(AuthorizePath(scope, changes));
        if (page.HasForm && page.Body.Contains("/connect/signin", StringComparison.Ordinal))
        {
            page = await browser.SignInAsync(page, username);
        }

        return page.HasForm && page.Body.Contains("/connect/consent", StringComparison.Ordinal) ? await browser.DecideAsync(page, "allow") : page;
    }

    public Task<(HttpResponseMessage Response, JsonElement Body)> PostAsync(string path, string? dpop = null, params (string Name, string Value)[] fields) =>
        PostAsync(path, dpop, null, fields);

    private Task<(HttpResponseMessage Response, JsonElement Body)> PostAsync(string path, string? dpop, DateTimeOffset? receivedAt, (string Name, string Value)[] fields)
    {
        var all = secret is null ? [("client_id", id), .. fields] : fields;
        return identity.FormAsync(path, string.Join('&', all.Select(f => $"{f.Item1}={Uri.EscapeDataString(f.Item2)}")), Basic, dpop, receivedAt);
    }

    public Task<(HttpResponseMessage Response, JsonElement Body)> RedeemAsync(string code, string verifier = Verifier, string? dpop = null) => PostAsync(
        Token, dpop, ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect), ("code_verifier", verifier));

    public Task<(HttpResponseMessage Response, JsonElement Body)> RefreshAsync(string token, string? scope = null, string? dpop = null, DateTimeOffset? receivedAt = null) => PostAsync(
        Token, dpop, receivedAt, scope is null ? [("grant_type", "refresh_token"), ("refresh_token", token)] : [("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)]);

    /// <summary>A user's tokens, by code.</summary>
    public async Task<JsonElement> TokensAsync(string username, string scope = Everything, OAuthBrowser? browser = null)
    {
        var shown = await AuthorizeAsync(browser ?? new OAuthBrowser(identity), username, scope);
        var (response, body) = await RedeemAsync(shown.Code);
        Assert.True(response.IsSuccessStatusCode, body.ToString());
        return body;
    }

    /// <summary>Expects an error of the token endpoint.</summary>
    public static void Fails((HttpResponseMessage Response, JsonElement Body) answer, string error, HttpStatusCode status = HttpStatusCode.BadRequest)
    {
        Assert.True(status == answer.Response.StatusCode, $"{(int)answer.Response.StatusCode} {answer.Body}");
        Assert.Equal(error, answer.Body.GetProperty("error").GetString());
    }
}
