using System.Net;
using System.Text.Json;
using static Platform.IntegrationTests.Identity.IdentityFixture;

namespace Platform.IntegrationTests.Identity.Protocol;

/// <summary>What holds for every answer of an endpoint, by the sections of its standard.</summary>
[Collection(ProtocolCollection.Name)]
public sealed class AnswerRulesTests(IdentityFixture identity)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Task<JsonElement> MetadataAsync(string path = "/.well-known/oauth-authorization-server") =>
        SendAsync(identity.Anonymous, HttpMethod.Get, path, HttpStatusCode.OK);

    private async Task<string> UserAsync() => (await identity.CreateUserAsync()).Username;

    [Fact]
    public async Task Rfc9207_section_2_every_answer_to_a_client_names_the_issuer_as_the_metadata_do()
    {
        var client = await OAuthClient.RegisterAsync(identity);
        var browser = new OAuthBrowser(identity);
        List<Shown> answers =
        [
            await browser.GetAsync(client.AuthorizePath("openid", ("prompt", "none"))),
            await browser.GetAsync(client.AuthorizePath("nonsense")),
            await browser.GetAsync(client.AuthorizePath("openid", ("response_type", "token"))),
            await browser.GetAsync(client.AuthorizePath("openid", ("code_challenge", null))),
            await browser.GetAsync(client.AuthorizePath("openid", ("dpop_jkt", "short"))),
        ];
        var consent = await browser.SignInAsync(await browser.GetAsync(client.AuthorizePath("openid")), await UserAsync());
        answers.Add(await browser.GetAsync(client.AuthorizePath("openid", ("prompt", "none"))));
        answers.Add(await browser.DecideAsync(consent, "deny"));
        answers.Add(await client.AuthorizeAsync(browser, "", "openid"));
        var issuer = (await MetadataAsync()).GetProperty("issuer").GetString();
        Assert.All(answers, a => Assert.Equal(issuer, a.Answer["iss"]));
        Assert.Equal(
            ["login_required", "invalid_scope", "unsupported_response_type", "invalid_request", "invalid_request", "consent_required", "access_denied", "code"],
            answers.Select(a => a.Answer.GetValueOrDefault("error", "code")));
    }

    [Fact]
    public async Task Rfc9207_section_3_the_metadata_say_that_answers_name_the_issuer() =>
        Assert.True((await MetadataAsync()).GetProperty("authorization_response_iss_parameter_supported").GetBoolean());

    [Fact]
    public async Task Rfc9700_section_4_12_whatever_follows_a_form_with_a_password_is_303()
    {
        var client = await OAuthClient.RegisterAsync(identity);
        var (browser, username) = (new OAuthBrowser(identity), await UserAsync());
        Assert.Equal(HttpStatusCode.SeeOther, (await client.AuthorizeAsync(browser, username)).Status);
        var again = await browser.GetAsync(client.AuthorizePath(OAuthClient.Everything, ("prompt", "login")));
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.SignInAsync(again, username)).Status);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("https://client.example/callback/../other")]
    public async Task Rfc9700_section_4_11_2_errors_are_no_open_redirector(string redirect)
    {
        var client = await OAuthClient.RegisterAsync(identity);
        foreach (var change in new (string, string?)[] { ("prompt", "none"), ("scope", "nonsense"), ("response_type", "none") })
        {
            var page = await new OAuthBrowser(identity).GetAsync(client.AuthorizePath("openid", change, ("redirect_uri", redirect)));
            Assert.Equal(HttpStatusCode.BadRequest, page.Status);
            Assert.Null(page.Location);
        }
    }

    [Fact]
    public async Task Rfc6749_section_3_1_unknown_and_empty_parameters_are_ignored()
    {
        var client = await OAuthClient.RegisterAsync(identity);
        var page = await new OAuthBrowser(identity).GetAsync(client.AuthorizePath("openid", ("unheard_of", "x"), ("prompt", ""), ("max_age", "")));
        Assert.Equal(HttpStatusCode.OK, page.Status);
        var (response, _) = await client.PostAsync(OAuthClient.Token, null, ("grant_type", "client_credentials"), ("unheard_of", "x"), ("scope", ""));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Rfc6749_section_5_1_neither_tokens_nor_errors_are_stored_on_the_way()
    {
        var client = await OAuthClient.RegisterAsync(identity);
        var code = (await client.AuthorizeAsync(new OAuthBrowser(identity), await UserAsync())).Code;
        var good = await client.RedeemAsync(code);
        foreach (var (response, body) in new[] { good, await client.RefreshAsync(good.Body.GetProperty("refresh_token").GetString()!), await client.RedeemAsync(code), await client.RefreshAsync("x") })
        {
            Assert.True(response.Headers.CacheControl!.NoStore, body.ToString());
            Assert.Equal("no-cache", response.Headers.Pragma.ToString());
            Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        }
    }

    [Theory]
    [InlineData("/connect/token")]
    [InlineData("/connect/revocation")]
    [InlineData("/connect/introspect")]
    [InlineData("/connect/par")]
    [InlineData("/connect/device")]
    public async Task Rfc6749_section_3_2_rfc7009_section_2_1_rfc7662_section_2_1_rfc9126_section_2_3_rfc8628_section_3_1_secrets_are_posted(string path)
    {
        using var response = await identity.Anonymous.GetAsync(path + "?token=x&client_id=platform-cli&grant_type=client_credentials", Ct);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Fact]
    public async Task Rfc8628_section_3_1_the_client_is_known_and_may_use_the_grant_and_3_2_the_answer_is_whole()
    {
        OAuthClient.Fails(await identity.FormAsync("/connect/device", "client_id=ic_unknown"), "invalid_client", HttpStatusCode.Unauthorized);
        OAuthClient.Fails(await identity.FormAsync("/connect/device", "client_id=platform-docs"), "unauthorized_client");
        var (response, body) = await identity.FormAsync("/connect/device", "client_id=platform-cli&scope=openid");
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.Equal(
            ["device_code", "expires_in", "interval", "user_code", "verification_uri", "verification_uri_complete"], body.EnumerateObject().Select(p => p.Name).Order());
        Assert.EndsWith(body.GetProperty("user_code").GetString()!, body.GetProperty("verification_uri_complete").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OAuth2_1_section_10_what_it_left_out_is_not_there()
    {
        var metadata = await MetadataAsync();
        Assert.Equal("code", Assert.Single(metadata.GetProperty("response_types_supported").EnumerateArray()).GetString());
        Assert.DoesNotContain(metadata.GetProperty("grant_types_supported").EnumerateArray(), g => g.GetString() is "implicit" or "password");
        var client = await OAuthClient.RegisterAsync(identity);
        var (browser, username) = (new OAuthBrowser(identity), await UserAsync());
        foreach (var (name, value) in new[] { ("response_type", "token"), ("response_type", "id_token token"), ("code_challenge_method", "plain") })
        {
            Assert.Contains("error", (await browser.GetAsync(client.AuthorizePath("openid", (name, value)))).Answer.Keys);
        }

        OAuthClient.Fails(await client.PostAsync(OAuthClient.Token, null, ("grant_type", "password"), ("username", username), ("password", Password)), "unsupported_grant_type");
        var access = (await client.TokensAsync(username, browser: browser)).GetProperty("access_token").GetString();
        using var inQuery = await identity.Anonymous.GetAsync("/connect/userinfo?access_token=" + access, Ct);
        Assert.Equal(HttpStatusCode.Unauthorized, inQuery.StatusCode);
    }

    [Fact]
    public async Task OAuth2_1_section_4_3_1_a_refresh_token_of_a_public_client_is_used_once()
    {
        var client = await OAuthClient.RegisterAsync(identity, "none");
        var first = await client.TokensAsync(await UserAsync());
        var (_, second) = await client.RefreshAsync(first.GetProperty("refresh_token").GetString()!);
        OAuthClient.Fails(await client.RefreshAsync(first.GetProperty("refresh_token").GetString()!), "invalid_grant");
        OAuthClient.Fails(await client.RefreshAsync(second.GetProperty("refresh_token").GetString()!), "invalid_grant");
    }

    [Fact]
    public async Task Rfc8414_section_2_every_endpoint_that_the_metadata_name_is_there()
    {
        var metadata = await MetadataAsync();
        var endpoints = metadata.EnumerateObject().Where(p => p.Name.EndsWith("_endpoint", StringComparison.Ordinal) || p.Name == "jwks_uri").ToList();
        Assert.Equal(9, endpoints.Count);
        foreach (var endpoint in endpoints)
        {
            Assert.StartsWith(Issuer + "/", endpoint.Value.GetString(), StringComparison.Ordinal);
            var path = endpoint.Value.GetString()![Issuer.Length..];
            using var response = await identity.Plain.GetAsync(path, Ct);
            Assert.True(response.StatusCode != HttpStatusCode.NotFound, path);
        }
    }

    [Fact]
    public async Task Rfc8414_section_3_2_and_3_3_metadata_are_json_and_name_the_issuer_they_were_asked_for()
    {
        foreach (var path in new[] { "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration" })
        {
            using var response = await identity.Anonymous.GetAsync(path, Ct);
            Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
            var metadata = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct)).RootElement;
            Assert.Equal(Issuer, metadata.GetProperty("issuer").GetString());
            Assert.DoesNotContain(metadata.EnumerateObject(), p => p.Value.ValueKind == JsonValueKind.Array && p.Value.GetArrayLength() == 0);
        }

        Assert.Equal((await MetadataAsync()).GetRawText(), (await MetadataAsync("/.well-known/openid-configuration")).GetRawText());
    }

    [Fact]
    public async Task Rfc9449_section_5_1_the_metadata_name_asymmetric_algorithms_only() =>
        Assert.All(
            (await MetadataAsync()).GetProperty("dpop_signing_alg_values_supported").EnumerateArray(),
            a => Assert.Matches("^(ES|RS|PS)(256|384|512)$|^EdDSA$|^Ed25519$", a.GetString()));

    [Fact]
    public async Task Rfc7517_sections_4_and_5_published_keys_have_a_use_an_algorithm_and_an_id_of_their_own_and_nothing_private()
    {
        var keys = (await SendAsync(identity.Anonymous, HttpMethod.Get, "/.well-known/jwks.json", HttpStatusCode.OK)).GetProperty("keys").EnumerateArray().ToList();
        Assert.Equal(keys.Count, keys.Select(k => k.GetProperty("kid").GetString()).Distinct().Count());
        foreach (var key in keys)
        {
            Assert.Equal("sig", key.GetProperty("use").GetString());
            string[] members = key.GetProperty("kty").GetString() == "EC" ? ["alg", "crv", "kid", "kty", "use", "x", "y"] : ["alg", "e", "kid", "kty", "n", "use"];
            Assert.Equal(members, key.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        }
    }
}
