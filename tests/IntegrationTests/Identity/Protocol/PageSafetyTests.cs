using System.Net;
using static Platform.IntegrationTests.Identity.IdentityFixture;

namespace Platform.IntegrationTests.Identity.Protocol;

/// <summary>What others try with the pages that people see.</summary>
[Collection(ProtocolCollection.Name)]
public sealed class PageSafetyTests(IdentityFixture identity)
{
    private async Task<(OAuthClient Client, OAuthBrowser Browser, Shown Page, string Username)> AtSignInAsync()
    {
        var client = await OAuthClient.RegisterAsync(identity);
        var browser = new OAuthBrowser(identity);
        return (client, browser, await browser.GetAsync(client.AuthorizePath()), (await identity.CreateUserAsync()).Username);
    }

    [Fact]
    public async Task Rfc9700_section_4_16_pages_cannot_be_framed_cached_or_scripted_and_tell_no_referrer()
    {
        var (_, _, page, _) = await AtSignInAsync();
        var headers = page.Response.Headers;
        var policy = headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("form-action 'self' https://client.example", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("DENY", headers.GetValues("X-Frame-Options").Single());
        Assert.Equal("no-referrer", headers.GetValues("Referrer-Policy").Single());
        Assert.True(headers.CacheControl!.NoStore);
        Assert.DoesNotContain("<script", page.Body, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Cookies_are_unseen_by_scripts_and_stay_at_home()
    {
        var (_, browser, page, username) = await AtSignInAsync();
        var signedIn = await browser.SignInAsync(page, username);
        foreach (var cookie in page.Response.Headers.GetValues("Set-Cookie").Concat(signedIn.Response.Headers.GetValues("Set-Cookie")))
        {
            Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("domain=", cookie, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task A_form_from_elsewhere_does_nothing()
    {
        var (_, browser, page, username) = await AtSignInAsync();
        var victim = new OAuthBrowser(identity);

        // An attacker's own form in the victim's browser, with and without a form cookie there: no sign-in as the attacker.
        Assert.Equal(HttpStatusCode.BadRequest, (await victim.SignInAsync(page, username)).Status);
        await victim.GetAsync("/device");
        Assert.Equal(HttpStatusCode.BadRequest, (await victim.SignInAsync(page, username)).Status);
        Assert.DoesNotContain("platform-session", victim.Cookies.Keys);

        // Consent for a signed-in victim with the attacker's interaction, none, or a broken one.
        var consent = await browser.SignInAsync(page, username);
        await victim.SignInAsync(await victim.GetAsync("/device"), username);
        foreach (var interaction in new[] { consent.Interaction, "", "AAAA", consent.Interaction[..^4] + "AAAA", new string('A', 70_000) })
        {
            var answer = await victim.PostAsync("/connect/consent", ("interaction", interaction), ("decision", "allow"));
            Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
            Assert.Null(answer.Location);
        }

        // A browser that says the form came from another site.
        var request = new HttpRequestMessage(HttpMethod.Post, "/connect/consent")
        {
            Content = new FormUrlEncodedContent([KeyValuePair.Create("interaction", consent.Interaction), KeyValuePair.Create("decision", "allow")]),
        };
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        Assert.Null((await browser.SendAsync(request)).Location);
    }

    [Fact]
    public async Task Signing_in_makes_new_cookies_so_that_none_can_be_planted()
    {
        var (client, browser, page, username) = await AtSignInAsync();
        browser.Cookies["platform-session"] = "bs_" + new string('A', 86);
        var before = new Dictionary<string, string>(browser.Cookies);
        var consent = await browser.SignInAsync(page, username);
        Assert.NotEqual(before["platform-session"], browser.Cookies["platform-session"]);
        Assert.NotEqual(before["platform-form"], browser.Cookies["platform-form"]);

        // What was sealed before the sign-in is no use after it; what came with it is.
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.SignInAsync(page, username)).Status);
        Assert.NotEmpty((await browser.DecideAsync(consent, "allow")).Code);

        // The planted cookie is nobody's.
        var thief = new OAuthBrowser(identity) { Cookies = { ["platform-session"] = before["platform-session"] } };
        Assert.Contains("/connect/signin", (await thief.GetAsync(client.AuthorizePath())).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Somebody_else_signing_in_ends_the_session_of_the_one_before()
    {
        var (client, browser, page, username) = await AtSignInAsync();
        var tokens = (await client.RedeemAsync((await browser.DecideAsync(await browser.SignInAsync(page, username), "allow")).Code)).Body;
        var again = await browser.GetAsync(client.AuthorizePath("openid", ("prompt", "login")));
        await browser.SignInAsync(again, (await identity.CreateUserAsync()).Username);
        OAuthClient.Fails(await client.RefreshAsync(tokens.GetProperty("refresh_token").GetString()!), "invalid_grant");
    }

    [Theory]
    [InlineData("returnUrl")]
    [InlineData("ReturnUrl")]
    [InlineData("return_to")]
    [InlineData("next")]
    [InlineData("redirect")]
    public async Task No_parameter_leads_a_signed_in_user_anywhere_else(string name)
    {
        var (client, browser, _, username) = await AtSignInAsync();
        var page = await browser.GetAsync(client.AuthorizePath("openid", (name, "https://evil.example/")));
        var consent = await browser.PostAsync(
            $"/connect/signin?{name}=https%3A%2F%2Fevil.example%2F", ("interaction", page.Interaction), ("username", username), ("password", Password), (name, "https://evil.example/"));
        Assert.StartsWith(client.Redirect, (await browser.DecideAsync(consent, "allow")).Location, StringComparison.Ordinal);
        var device = await browser.GetAsync($"/device?{name}=https%3A%2F%2Fevil.example%2F");
        Assert.Null(device.Location);
        Assert.DoesNotContain("evil.example", device.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_others_write_is_shown_as_text()
    {
        const string Attack = "\"><script>alert(1)</script>";
        var client = await OAuthClient.RegisterAsync(identity);
        var browser = new OAuthBrowser(identity);
        var page = await browser.GetAsync(client.AuthorizePath("openid", ("login_hint", Attack), ("tenant", Attack)));
        var again = await browser.PostAsync("/connect/signin", ("interaction", page.Interaction), ("username", Attack), ("password", "x"), ("tenant", Attack));
        var device = await browser.GetAsync("/device?user_code=" + Uri.EscapeDataString("\"><script>a"));
        foreach (var body in new[] { page.Body, again.Body, device.Body })
        {
            Assert.DoesNotContain("<script", body, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task State_cannot_break_out_of_the_header()
    {
        var (client, browser, page, username) = await AtSignInAsync();
        const string State = "a\r\nSet-Cookie: evil=1\r\n\r\n<html>&code=forged#x";
        var consent = await browser.SignInAsync(page, username);
        Assert.True(consent.HasForm);
        var answer = await client.AuthorizeAsync(browser, username, "openid", ("state", State));
        Assert.Equal(State, answer.Answer["state"]);
        Assert.DoesNotContain("evil", browser.Cookies.Keys);
        Assert.StartsWith("ac_", answer.Answer["code"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("state", 5000)]
    [InlineData("scope", 5000)]
    [InlineData("nonce", 600)]
    [InlineData("client_id", 5000)]
    [InlineData("login_hint", 5000)]
    [InlineData("code_challenge", 4000)]
    public async Task Oversized_parameters_are_refused(string name, int length)
    {
        var client = await OAuthClient.RegisterAsync(identity);
        var answer = await new OAuthBrowser(identity).GetAsync(client.AuthorizePath("openid", (name, new string('a', length))));
        Assert.True(answer.Status == HttpStatusCode.BadRequest || answer.Answer.ContainsKey("error"), answer.Body);
    }

    [Fact]
    public async Task Wrong_passwords_are_told_alike_for_known_and_unknown_names_and_lock()
    {
        var (_, browser, page, username) = await AtSignInAsync();
        var known = await browser.SignInAsync(page, username, "wrong password");
        var unknown = await browser.SignInAsync(page, "nobody-" + username, "wrong password");
        Assert.Equal(HttpStatusCode.BadRequest, known.Status);
        Assert.Equal(known.Status, unknown.Status);
        Assert.Contains("The e-mail address or the password is wrong.", known.Body, StringComparison.Ordinal);
        Assert.Contains("The e-mail address or the password is wrong.", unknown.Body, StringComparison.Ordinal);
        Shown last = known;
        for (var i = 0; i < 6; i++)
        {
            last = await browser.SignInAsync(page, username, "wrong password");
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, last.Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await browser.SignInAsync(page, username)).Status);
    }
}
