using System.Net;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using static Platform.IntegrationTests.Identity.IdentityFixture;

namespace Platform.IntegrationTests.Identity.Protocol;

/// <summary>The authorization code grant, by the sections of its standards.</summary>
[Collection(ProtocolCollection.Name)]
public sealed class AuthorizationCodeTests(IdentityFixture identity)
{
    private Task<OAuthClient> ClientAsync(string method = "client_secret_basic", string redirect = "https://client.example/callback") =>
        OAuthClient.RegisterAsync(identity, method, redirect);

    private async Task<string> UserAsync(string role = "analyst") => (await identity.CreateUserAsync(role)).Username;

    [Fact]
    public async Task Rfc6749_section_4_1_a_user_signs_in_agrees_and_the_client_gets_tokens()
    {
        var client = await ClientAsync();
        var (userId, username) = await identity.CreateUserAsync("analyst");
        var browser = new OAuthBrowser(identity);
        var page = await browser.GetAsync(client.AuthorizePath());
        Assert.Equal(HttpStatusCode.OK, page.Status);
        var consent = await browser.SignInAsync(page, username);
        Assert.Contains("Test client", consent.Body, StringComparison.Ordinal);
        var answer = await browser.DecideAsync(consent, "allow");

        // RFC 6749, section 4.1.2, RFC 9207, section 2, and RFC 9700, section 4.12: state as it came, the issuer, and 303.
        Assert.Equal(HttpStatusCode.SeeOther, answer.Status);
        Assert.StartsWith("https://client.example/callback?", answer.Location, StringComparison.Ordinal);
        Assert.Equal("s t&ate", answer.Answer["state"]);
        Assert.Equal(Issuer, answer.Answer["iss"]);

        var (response, body) = await client.RedeemAsync(answer.Code);
        Assert.True(response.IsSuccessStatusCode, body.ToString());
        Assert.True(response.Headers.CacheControl!.NoStore);
        var jwt = Read(body);
        Assert.Equal("at+jwt", jwt.Typ);
        Assert.Equal(userId.ToString(), jwt.Subject);
        Assert.Equal(client.Id, jwt.GetPayloadValue<string>("client_id"));
        Assert.True(body.TryGetProperty("refresh_token", out _));

        // OpenID Connect Core, sections 2 and 3.1.3.7.
        var id = new JsonWebToken(body.GetProperty("id_token").GetString());
        Assert.Equal("RS256", id.Alg);
        Assert.Equal(Issuer, id.Issuer);
        Assert.Equal([client.Id], id.Audiences);
        Assert.Equal("n-0", id.GetPayloadValue<string>("nonce"));
        Assert.Equal(userId.ToString(), id.Subject);
        Assert.InRange(id.GetPayloadValue<long>("auth_time"), id.GetPayloadValue<long>("iat") - 60, id.GetPayloadValue<long>("iat"));
        Assert.Equal(jwt.GetPayloadValue<string>("sid"), id.GetPayloadValue<string>("sid"));
    }

    [Fact]
    public async Task Rights_of_a_client_are_role_and_scope_and_its_own_permissions_together()
    {
        var client = await OAuthClient.RegisterAsync(identity, permissions: ["read:all"]);
        var tokens = await client.TokensAsync(await UserAsync("admin"));
        Assert.Equal("read:all", Read(tokens).GetPayloadValue<string>("permissions"));
        Assert.Equal("green", Read(tokens).GetPayloadValue<string>("tlp_clearance"));
        var narrow = await client.TokensAsync(await UserAsync("admin"), "openid read:incidents");
        Assert.Equal("read:incidents", Read(narrow).GetPayloadValue<string>("permissions"));
    }

    [Theory]
    [InlineData("read:users")]
    [InlineData("no:such")]
    [InlineData("nonsense")]
    public async Task Rfc6749_section_4_1_2_1_a_scope_beyond_the_client_is_invalid_scope(string scope)
    {
        var client = await ClientAsync();
        var answer = await new OAuthBrowser(identity).GetAsync(client.AuthorizePath("openid " + scope));
        Assert.Equal("invalid_scope", answer.Answer["error"]);
        Assert.Equal("s t&ate", answer.Answer["state"]);
        Assert.Equal(Issuer, answer.Answer["iss"]);
    }

    [Theory]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_type", "code id_token", "unsupported_response_type")]
    [InlineData("response_type", null, "invalid_request")]
    [InlineData("response_mode", "fragment", "invalid_request")]
    [InlineData("request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported")]
    [InlineData("registration", "{}", "registration_not_supported")]
    [InlineData("prompt", "none login", "invalid_request")]
    [InlineData("prompt", "dance", "invalid_request")]
    [InlineData("max_age", "-1", "invalid_request")]
    [InlineData("id_token_hint", "nonsense", "invalid_request")]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("code_challenge", "too-short", "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("code_challenge_method", null, "invalid_request")]
    [InlineData("dpop_jkt", "short", "invalid_request")]
    public async Task Rfc6749_section_4_1_2_1_rfc7636_section_4_4_1_faults_of_a_request_go_to_the_client(string name, string? value, string error)
    {
        var client = await ClientAsync();
        var answer = await new OAuthBrowser(identity).GetAsync(client.AuthorizePath("openid", (name, value)));
        Assert.Equal(error, answer.Answer["error"]);
        Assert.StartsWith(client.Redirect, answer.Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rfc6749_section_3_1_parameters_must_not_come_twice()
    {
        var client = await ClientAsync();
        var page = await new OAuthBrowser(identity).GetAsync(client.AuthorizePath() + "&state=again");
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Null(page.Location);
    }

    [Theory]
    [InlineData("https://client.example/callback/")]
    [InlineData("https://client.example/callback?x=1")]
    [InlineData("https://client.example/callback#f")]
    [InlineData("https://client.example/Callback")]
    [InlineData("HTTPS://client.example/callback")]
    [InlineData("hTTps://client.example/callback")]
    [InlineData("https://client.example:443/callback")]
    [InlineData("https://client.example@@evil.example/callback")]
    [InlineData("https://client.example@evil.example/callback")]
    [InlineData("https://evil.example\\@client.example/callback")]
    [InlineData("https://client.example/callback/..;/../evil")]
    [InlineData("https://client.example/x/../callback")]
    [InlineData("https://client.example%2f@evil.example/callback")]
    [InlineData("https://client.example/%2e%2e/callback")]
    [InlineData("https://client.example/call%62ack")]
    [InlineData("https://client.example.evil.example/callback")]
    [InlineData("http://client.example/callback")]
    [InlineData("//client.example/callback")]
    [InlineData("javascript:alert(1)//https://client.example/callback")]
    [InlineData(" https://client.example/callback")]
    [InlineData("https://client.example/callback\r\nSet-Cookie: a=b")]
    [InlineData(null)]
    public async Task Rfc9700_section_2_1_a_redirect_uri_that_is_not_the_registered_text_is_never_redirected_to(string? redirect)
    {
        var client = await ClientAsync();
        var page = await new OAuthBrowser(identity).GetAsync(client.AuthorizePath("openid", ("redirect_uri", redirect)));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Null(page.Location);
        Assert.Equal("text/html", page.Response.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("http://127.0.0.1:51234/cb", true)]
    [InlineData("http://127.0.0.1/cb", true)]
    [InlineData("http://localhost:51234/cb", false)]
    [InlineData("http://localhost.evil:51234/cb", false)]
    [InlineData("http://127.0.0.1.evil.example/cb", false)]
    [InlineData("http://127.0.0.1:1@evil.example/cb", false)]
    [InlineData("http://127.0.0.1:51234/cb/..;/x", false)]
    [InlineData("http://127.0.0.1:51234/other", false)]
    [InlineData("https://127.0.0.1:51234/cb", false)]
    [InlineData("http://[::1]:51234/cb", false)]
    public async Task Rfc8252_section_7_3_only_the_port_of_a_loopback_address_may_differ(string redirect, bool isGood)
    {
        var client = await ClientAsync("none", "http://127.0.0.1:7/cb");
        var page = await new OAuthBrowser(identity).GetAsync(client.AuthorizePath("openid", ("redirect_uri", redirect)));
        Assert.Equal(isGood ? HttpStatusCode.OK : HttpStatusCode.BadRequest, page.Status);
    }

    [Theory]
    [InlineData("ic_unknown")]
    [InlineData(null)]
    public async Task Rfc6749_section_4_1_2_1_an_unknown_client_is_told_to_the_user_only(string? id)
    {
        var client = await ClientAsync();
        var page = await new OAuthBrowser(identity).GetAsync(client.AuthorizePath("openid", ("client_id", id)));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Null(page.Location);
    }

    [Fact]
    public async Task Rfc6749_section_4_1_2_1_whoever_declines_is_access_denied()
    {
        var client = await ClientAsync();
        var browser = new OAuthBrowser(identity);
        var consent = await browser.SignInAsync(await browser.GetAsync(client.AuthorizePath()), await UserAsync());
        var answer = await browser.DecideAsync(consent, "deny");
        Assert.Equal("access_denied", answer.Answer["error"]);
        Assert.Equal(Issuer, answer.Answer["iss"]);
    }

    [Fact]
    public async Task Rfc7636_section_4_6_the_verifier_must_match_and_be_there()
    {
        var client = await ClientAsync("none");
        var username = await UserAsync();
        var browser = new OAuthBrowser(identity);
        var code = (await client.AuthorizeAsync(browser, username)).Code;
        OAuthClient.Fails(await client.RedeemAsync(code, "another-verifier-of-forty-three-characters-000000"), "invalid_grant");
        OAuthClient.Fails(await client.RedeemAsync(code, OAuthClient.Challenge), "invalid_grant");
        OAuthClient.Fails(await client.PostAsync(OAuthClient.Token, null, ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", client.Redirect)), "invalid_grant");
        Assert.True((await client.RedeemAsync(code)).Response.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Rfc9700_section_2_1_1_a_verifier_for_a_code_without_challenge_is_refused()
    {
        var client = await ClientAsync();
        var code = (await client.AuthorizeAsync(new OAuthBrowser(identity), await UserAsync())).Code;
        await identity.CountAsync("WITH changed AS (UPDATE authorization_codes SET code_challenge = '' WHERE client_id = $1 RETURNING 1) SELECT count(*) FROM changed", client.Id);
        OAuthClient.Fails(await client.RedeemAsync(code), "invalid_grant");
        OAuthClient.Fails(await client.RedeemAsync(code, ""), "invalid_grant");
    }

    [Fact]
    public async Task Rfc6749_section_4_1_3_the_redirect_uri_must_be_said_again()
    {
        var client = await ClientAsync();
        var code = (await client.AuthorizeAsync(new OAuthBrowser(identity), await UserAsync())).Code;
        OAuthClient.Fails(
            await client.PostAsync(OAuthClient.Token, null, ("grant_type", "authorization_code"), ("code", code), ("code_verifier", OAuthClient.Verifier)), "invalid_grant");
        OAuthClient.Fails(
            await client.PostAsync(
                OAuthClient.Token, null, ("grant_type", "authorization_code"), ("code", code), ("code_verifier", OAuthClient.Verifier), ("redirect_uri", "https://evil.example/")),
            "invalid_grant");
    }

    [Fact]
    public async Task Rfc6749_section_4_1_3_a_code_is_for_its_own_client_alone()
    {
        var (client, other) = (await ClientAsync(), await ClientAsync());
        var code = (await client.AuthorizeAsync(new OAuthBrowser(identity), await UserAsync())).Code;
        OAuthClient.Fails(await other.RedeemAsync(code), "invalid_grant");
        Assert.True((await client.RedeemAsync(code)).Response.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Rfc6749_section_4_1_2_a_replayed_code_revokes_what_it_issued()
    {
        var client = await ClientAsync();
        await using var heard = await identity.HearAsync<Platform.Contracts.Identity.SessionRevoked>();
        var code = (await client.AuthorizeAsync(new OAuthBrowser(identity), await UserAsync())).Code;
        var (_, tokens) = await client.RedeemAsync(code);
        OAuthClient.Fails(await client.RedeemAsync(code), "invalid_grant");
        await heard.UntilAsync(e => e.SessionId.ToString() == Read(tokens).GetPayloadValue<string>("sid"));
        OAuthClient.Fails(await client.RefreshAsync(tokens.GetProperty("refresh_token").GetString()!), "invalid_grant");
    }

    [Fact]
    public async Task Rfc6749_section_4_1_2_of_fifty_parallel_redemptions_exactly_one_wins()
    {
        var client = await ClientAsync();
        var code = (await client.AuthorizeAsync(new OAuthBrowser(identity), await UserAsync())).Code;
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => client.RedeemAsync(code)));
        Assert.Single(answers, a => a.Response.IsSuccessStatusCode);
        Assert.All(answers.Where(a => !a.Response.IsSuccessStatusCode), a => Assert.Equal("invalid_grant", a.Body.GetProperty("error").GetString()));
    }

    [Fact]
    public async Task Rfc6749_section_4_1_2_a_code_expires()
    {
        var client = await ClientAsync();
        var code = (await client.AuthorizeAsync(new OAuthBrowser(identity), await UserAsync())).Code;
        await identity.CountAsync("WITH changed AS (UPDATE authorization_codes SET expires_at = now() WHERE client_id = $1 RETURNING 1) SELECT count(*) FROM changed", client.Id);
        OAuthClient.Fails(await client.RedeemAsync(code), "invalid_grant");
    }

    [Fact]
    public async Task A_code_of_a_user_who_was_made_inactive_is_worth_nothing()
    {
        var client = await ClientAsync();
        var (id, username) = await identity.CreateUserAsync();
        var code = (await client.AuthorizeAsync(new OAuthBrowser(identity), username)).Code;
        await SendAsync(identity.Admin, HttpMethod.Patch, $"/api/v2/users/{id}", HttpStatusCode.OK, new { active = false });
        OAuthClient.Fails(await client.RedeemAsync(code), "invalid_grant");
    }

    [Fact]
    public async Task Oidc_core_section_11_a_refresh_token_needs_offline_access()
    {
        var client = await ClientAsync();
        var tokens = await client.TokensAsync(await UserAsync(), "openid");
        Assert.False(tokens.TryGetProperty("refresh_token", out _));
    }

    [Fact]
    public async Task Oidc_core_section_3_1_2_1_prompt_none_shows_no_page()
    {
        var client = await ClientAsync();
        var browser = new OAuthBrowser(identity);
        Assert.Equal("login_required", (await browser.GetAsync(client.AuthorizePath("openid", ("prompt", "none")))).Answer["error"]);
        var consent = await browser.SignInAsync(await browser.GetAsync(client.AuthorizePath("openid")), await UserAsync());
        Assert.Equal("consent_required", (await browser.GetAsync(client.AuthorizePath("openid", ("prompt", "none")))).Answer["error"]);
        await browser.DecideAsync(consent, "allow");
        Assert.True((await browser.GetAsync(client.AuthorizePath("openid", ("prompt", "none")))).Answer.ContainsKey("code"));
    }

    [Fact]
    public async Task Oidc_core_section_3_1_2_1_prompt_login_and_max_age_ask_for_the_password_again()
    {
        var client = await ClientAsync();
        var username = await UserAsync();
        var browser = new OAuthBrowser(identity);
        await client.AuthorizeAsync(browser, username, "openid");
        Assert.True((await browser.GetAsync(client.AuthorizePath("openid", ("max_age", "600")))).Answer.ContainsKey("code"));
        foreach (var change in new (string, string?)[] { ("prompt", "login"), ("max_age", "0"), ("prompt", "select_account") })
        {
            var page = await browser.GetAsync(client.AuthorizePath("openid", change));
            Assert.Contains("/connect/signin", page.Body, StringComparison.Ordinal);
            Assert.True((await browser.SignInAsync(page, username)).Answer.ContainsKey("code"));
        }

        Assert.Contains("/connect/consent", (await browser.GetAsync(client.AuthorizePath("openid", ("prompt", "consent")))).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Oidc_core_section_3_1_2_1_an_id_token_hint_of_somebody_else_is_login_required()
    {
        var client = await ClientAsync();
        var (one, other) = (await UserAsync(), await UserAsync());
        var hint = (await client.TokensAsync(one, "openid")).GetProperty("id_token").GetString();
        var browser = new OAuthBrowser(identity);
        await client.AuthorizeAsync(browser, other, "openid");
        Assert.Equal("login_required", (await browser.GetAsync(client.AuthorizePath("openid", ("id_token_hint", hint)))).Answer["error"]);
    }

    [Fact]
    public async Task Oidc_core_section_3_1_2_1_the_request_may_be_posted()
    {
        var client = await ClientAsync();
        var browser = new OAuthBrowser(identity);
        var next = await browser.PostAsync("/connect/authorize", [.. client.Parameters().Select(p => (p.Key, p.Value!))]);
        Assert.Equal(HttpStatusCode.SeeOther, next.Status);
        Assert.StartsWith("/connect/authorize?", next.Location, StringComparison.Ordinal);
        Assert.True((await browser.GetAsync(next.Location!)).HasForm);
    }

    [Fact]
    public async Task Rfc8252_section_8_6_a_native_client_is_asked_about_each_time_and_a_web_client_once()
    {
        var (native, web) = (await ClientAsync("none", "com.example.app:/cb"), await ClientAsync());
        var username = await UserAsync();
        var browser = new OAuthBrowser(identity);
        await native.AuthorizeAsync(browser, username);
        await web.AuthorizeAsync(browser, username);
        Assert.Contains("/connect/consent", (await browser.GetAsync(native.AuthorizePath())).Body, StringComparison.Ordinal);
        Assert.True((await browser.GetAsync(web.AuthorizePath())).Answer.ContainsKey("code"));
        // More than was agreed to is a new question.
        Assert.Contains("/connect/consent", (await browser.GetAsync(web.AuthorizePath("openid read:incidents"))).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_of_one_tenant_lets_in_nobody_of_another()
    {
        var (tenant, slug, admin) = await identity.CreateTenantAsync();
        var (_, stranger) = await identity.CreateUserAsync();
        var (_, native) = await identity.CreateUserAsync(by: admin);
        var client = await OAuthClient.RegisterAsync(identity, by: admin);
        var browser = new OAuthBrowser(identity);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.SignInAsync(await browser.GetAsync(client.AuthorizePath()), stranger, tenant: "default")).Status);
        var tokens = await client.TokensAsync(native);
        Assert.Equal(tenant.ToString(), Read(tokens).GetPayloadValue<string>("tenant"));

        // A browser that is signed in elsewhere has to sign in here.
        var ours = await ClientAsync();
        await ours.AuthorizeAsync(browser, stranger);
        Assert.Contains("/connect/signin", (await browser.GetAsync(client.AuthorizePath())).Body, StringComparison.Ordinal);
        Assert.NotEmpty(slug);
    }

    [Fact]
    public async Task A_password_that_must_change_is_changed_before_the_client_hears_anything()
    {
        var client = await ClientAsync();
        var (_, username) = await identity.CreateUserAsync(mustChange: true);
        var browser = new OAuthBrowser(identity);
        var page = await browser.SignInAsync(await browser.GetAsync(client.AuthorizePath("openid")), username);
        Assert.Contains("Choose a new password", page.Body, StringComparison.Ordinal);
        Assert.Equal("login_required", (await browser.GetAsync(client.AuthorizePath("openid", ("prompt", "none")))).Answer["error"]);
        var refused = await browser.PostAsync(
            "/connect/password", ("interaction", page.Interaction), ("current_password", Password), ("new_password", "short"), ("repeat_password", "short"));
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        const string Next = "another fine pass 77";
        var consent = await browser.PostAsync(
            "/connect/password", ("interaction", refused.Interaction), ("current_password", Password), ("new_password", Next), ("repeat_password", Next));
        var answer = await browser.DecideAsync(consent, "allow");
        var (_, tokens) = await client.RedeemAsync(answer.Code);
        Assert.False(Read(tokens).TryGetPayloadValue<bool>("pwd_change", out _));
    }

    private static JsonWebToken Read(JsonElement tokens) => IdentityFixture.Read(tokens);
}
