using System.Net;
using System.Text.Json;
using static Platform.IntegrationTests.Identity.IdentityFixture;

namespace Platform.IntegrationTests.Identity.Protocol;

/// <summary>Sign-out by OpenID Connect RP-Initiated Logout 1.0.</summary>
[Collection(ProtocolCollection.Name)]
public sealed class SignOutTests(IdentityFixture identity)
{
    private const string Bye = "https://client.example/bye";

    private static string Hint(JsonElement tokens) => tokens.GetProperty("id_token").GetString()!;

    private static string Path(params (string Name, string Value)[] parameters) =>
        "/connect/endsession?" + string.Join('&', parameters.Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value)}"));

    [Fact]
    public async Task Rp_initiated_logout_section_2_with_the_users_id_token_everything_ends_and_the_browser_goes_on()
    {
        var client = await OAuthClient.RegisterAsync(identity, logout: Bye);
        var browser = new OAuthBrowser(identity);
        var username = (await identity.CreateUserAsync()).Username;
        var tokens = await client.TokensAsync(username, browser: browser);
        var pending = (await browser.GetAsync(client.AuthorizePath())).Code;
        var answer = await browser.GetAsync(Path(("id_token_hint", Hint(tokens)), ("post_logout_redirect_uri", Bye), ("state", "x y")));
        Assert.Equal(Bye + "?state=x%20y", answer.Location);
        OAuthClient.Fails(await client.RefreshAsync(tokens.GetProperty("refresh_token").GetString()!), "invalid_grant");
        OAuthClient.Fails(await client.RedeemAsync(pending), "invalid_grant");
        Assert.DoesNotContain("platform-session", browser.Cookies.Keys);
    }

    [Fact]
    public async Task Rp_initiated_logout_section_2_without_a_hint_the_user_is_asked()
    {
        var client = await OAuthClient.RegisterAsync(identity, logout: Bye);
        var browser = new OAuthBrowser(identity);
        var tokens = await client.TokensAsync((await identity.CreateUserAsync()).Username, browser: browser);
        var page = await browser.GetAsync(Path(("client_id", client.Id), ("post_logout_redirect_uri", Bye)));
        Assert.True(page.HasForm);
        Assert.Contains("platform-session", browser.Cookies.Keys);
        Assert.Equal(Bye, (await browser.PostAsync("/connect/endsession/confirm", ("interaction", page.Interaction))).Location);
        OAuthClient.Fails(await client.RefreshAsync(tokens.GetProperty("refresh_token").GetString()!), "invalid_grant");
    }

    [Fact]
    public async Task Rp_initiated_logout_section_3_only_a_registered_address_is_gone_on_to()
    {
        var (client, other) = (await OAuthClient.RegisterAsync(identity, logout: Bye), await OAuthClient.RegisterAsync(identity, logout: "https://other.example/"));
        var browser = new OAuthBrowser(identity);
        var tokens = await client.TokensAsync((await identity.CreateUserAsync()).Username, browser: browser);
        foreach (var path in new[]
                 {
                     Path(("id_token_hint", Hint(tokens)), ("post_logout_redirect_uri", "https://evil.example/")),
                     Path(("id_token_hint", Hint(tokens)), ("post_logout_redirect_uri", client.Redirect)),
                     Path(("id_token_hint", Hint(tokens)), ("client_id", other.Id), ("post_logout_redirect_uri", "https://other.example/")),
                     Path(("id_token_hint", "nonsense"), ("post_logout_redirect_uri", Bye)),
                     Path(("post_logout_redirect_uri", Bye)),
                 })
        {
            var page = await browser.GetAsync(path);
            Assert.Equal(HttpStatusCode.BadRequest, page.Status);
            Assert.Null(page.Location);
        }

        Assert.True((await client.RefreshAsync(tokens.GetProperty("refresh_token").GetString()!)).Response.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Signing_out_at_the_api_everywhere_signs_the_browsers_out_too()
    {
        var client = await OAuthClient.RegisterAsync(identity);
        var browser = new OAuthBrowser(identity);
        var username = (await identity.CreateUserAsync()).Username;
        await client.AuthorizeAsync(browser, username);
        await SendAsync(identity.ClientFor(await identity.SignInAsync(username)), HttpMethod.Post, "/api/v2/auth/logout-all", HttpStatusCode.OK);
        Assert.Contains("/connect/signin", (await browser.GetAsync(client.AuthorizePath())).Body, StringComparison.Ordinal);
    }
}
