using System.Net;
using System.Text.RegularExpressions;
using Platform.Identity.Mfa;
using static Platform.IntegrationTests.Identity.IdentityFixture;

namespace Platform.IntegrationTests.Identity.Protocol;

/// <summary>The pages for a second factor and for forgotten passwords, as a browser without scripts meets them.</summary>
[Collection(ProtocolCollection.Name)]
public sealed partial class AccountPageTests(IdentityFixture identity)
{
    private const string Docs = "/connect/authorize?client_id=platform-docs&response_type=code&redirect_uri=http%3A%2F%2Fidentity.test%3A7777%2Fapi%2Fdocs%2Foauth2-redirect.html"
        + "&scope=openid&state=x&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

    [Fact]
    public async Task A_browser_is_asked_for_the_second_factor_and_goes_on_to_the_client()
    {
        var (_, username) = await identity.CreateUserAsync();
        var (secret, recovery) = await identity.EnrollTotpAsync(await identity.SignInAsync(username));
        var browser = new OAuthBrowser(identity);
        var page = await browser.SignInAsync(await browser.GetAsync(Docs), username);

        Assert.Equal(HttpStatusCode.OK, page.Status);
        AssertAccessible(page);
        Assert.Contains("autocomplete=\"one-time-code\"", page.Body, StringComparison.Ordinal);
        Assert.Contains("value=\"totp\"", page.Body, StringComparison.Ordinal);
        Assert.Contains("value=\"recovery_code\"", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(browser.Cookies.Keys, c => c.Contains("session", StringComparison.OrdinalIgnoreCase));

        var wrong = await FactorAsync(browser, page, "totp", "000000");
        Assert.Equal(HttpStatusCode.BadRequest, wrong.Status);
        Assert.Contains("role=\"alert\"", wrong.Body, StringComparison.Ordinal);
        AssertAccessible(wrong);
        // In another browser the form is worth nothing.
        var elsewhere = await FactorAsync(new OAuthBrowser(identity), wrong, "totp", Totp.CodeAt(secret, DateTimeOffset.UtcNow));
        Assert.Null(elsewhere.Location);

        var right = await FactorAsync(browser, wrong, "totp", Totp.CodeAt(secret, DateTimeOffset.UtcNow));
        Assert.NotEmpty(right.Code);
        Assert.Equal("x", right.Answer["state"]);

        var another = new OAuthBrowser(identity);
        var byRecovery = await FactorAsync(another, await another.SignInAsync(await another.GetAsync(Docs), username), "recovery_code", recovery[0]);
        Assert.NotEmpty(byRecovery.Code);
        var again = new OAuthBrowser(identity);
        Assert.Equal(HttpStatusCode.BadRequest, (await FactorAsync(again, await again.SignInAsync(await again.GetAsync(Docs), username), "recovery_code", recovery[0])).Status);
    }

    [Fact]
    public async Task A_forgotten_password_is_asked_for_on_a_page_and_set_on_another()
    {
        await identity.EnsureMailAsync();
        var (_, username) = await identity.CreateUserAsync();
        var browser = new OAuthBrowser(identity);
        var signIn = await browser.GetAsync(Docs);
        Assert.Contains("href=\"/connect/forgot\"", signIn.Body, StringComparison.Ordinal);
        var forgot = await browser.GetAsync("/connect/forgot");
        AssertAccessible(forgot);
        var unknown = await browser.PostAsync("/connect/forgot", ("interaction", forgot.Interaction), ("username", $"n{Guid.NewGuid():N}@example.com"), ("tenant", ""));
        var known = await browser.PostAsync("/connect/forgot", ("interaction", forgot.Interaction), ("username", username), ("tenant", ""));
        Assert.Equal((unknown.Status, unknown.Body), (known.Status, known.Body));
        Assert.Equal(HttpStatusCode.OK, known.Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await new OAuthBrowser(identity).PostAsync("/connect/forgot", ("interaction", forgot.Interaction), ("username", username))).Status);

        var token = TokenPattern().Match(await identity.Mail.WaitForAsync(username, "/connect/reset?token=", TestContext.Current.CancellationToken)).Groups[1].Value;
        var page = await browser.GetAsync("/connect/reset?token=" + token);
        AssertAccessible(page);
        Assert.Contains("autocomplete=\"new-password\"", page.Body, StringComparison.Ordinal);
        // A scanner that opens the link leaves it good.
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/connect/reset?token=" + token)).Status);
        foreach (var (password, repeated) in new[] { ("quite another pass 7", "quite another pass 8"), ("short", "short"), ("password1234", "password1234"), (Password, Password) })
        {
            var refused = await ResetAsync(browser, token, password, repeated);
            Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
            Assert.Contains("role=\"alert\"", refused.Body, StringComparison.Ordinal);
            Assert.DoesNotContain($"value=\"{password}\"", refused.Body, StringComparison.Ordinal);
        }

        Assert.Contains("The password is set", (await ResetAsync(browser, token, "quite another pass 7", "quite another pass 7")).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await ResetAsync(browser, token, "a third fine pass 6", "a third fine pass 6")).Status);
        await identity.SignInAsync(username, "quite another pass 7");
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E")]
    public async Task A_link_that_is_none_sets_nothing_and_shows_no_markup_of_others(string token)
    {
        var page = await new OAuthBrowser(identity).GetAsync("/connect/reset?token=" + token);
        Assert.DoesNotContain("<script", page.Body, StringComparison.OrdinalIgnoreCase);
        var set = await ResetAsync(new OAuthBrowser(identity), token.Length == 0 ? "" : "nonsense", "quite another pass 7", "quite another pass 7");
        Assert.Equal(HttpStatusCode.BadRequest, set.Status);
    }

    private static Task<Shown> FactorAsync(OAuthBrowser browser, Shown page, string method, string code) =>
        browser.PostAsync("/connect/factor", ("interaction", page.Interaction), ("method", method), ("code", code));

    private static Task<Shown> ResetAsync(OAuthBrowser browser, string token, string password, string repeated) =>
        browser.PostAsync("/connect/reset", ("token", token), ("new_password", password), ("repeat_password", repeated));

    /// <summary>Every field has a label, the page a language and a title; nothing needs a script, nothing may frame it.</summary>
    private static void AssertAccessible(Shown page)
    {
        Assert.Matches("<html[^>]* lang=", page.Body);
        Assert.Matches("<title>[^<]+</title>", page.Body);
        Assert.Contains("name=\"viewport\"", page.Body, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(page.Body, "<h1>"));
        Assert.DoesNotContain("<script", page.Body, StringComparison.OrdinalIgnoreCase);
        foreach (Match field in Regex.Matches(page.Body, "<input (?![^>]*type=\"(?:hidden|radio)\")[^>]*id=\"([^\"]+)\""))
        {
            Assert.Contains($"<label for=\"{field.Groups[1].Value}\"", page.Body, StringComparison.Ordinal);
        }

        Assert.Contains("frame-ancestors 'none'", string.Join(' ', page.Response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    [GeneratedRegex("token=([A-Za-z0-9_-]+)")]
    private static partial Regex TokenPattern();
}
