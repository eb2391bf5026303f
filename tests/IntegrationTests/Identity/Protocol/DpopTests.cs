using System.Net;
using System.Text.Json;
using Platform.TestSupport;
using static Platform.IntegrationTests.Identity.IdentityFixture;

namespace Platform.IntegrationTests.Identity.Protocol;

/// <summary>Tokens bound to a key, by the sections of RFC 9449.</summary>
[Collection(ProtocolCollection.Name)]
public sealed class DpopTests(IdentityFixture identity) : IDisposable
{
    private const string Address = Issuer + OAuthClient.Token;

    private readonly DpopKey _key = new();

    public void Dispose() => _key.Dispose();

    private string Proof() => _key.Proof("POST", Address);

    private static string Refresh(JsonElement tokens) => tokens.GetProperty("refresh_token").GetString()!;

    [Fact]
    public async Task Rfc9449_section_5_tokens_of_a_public_client_are_bound_to_its_key()
    {
        var client = await OAuthClient.RegisterAsync(identity, "none");
        var code = (await client.AuthorizeAsync(new OAuthBrowser(identity), (await identity.CreateUserAsync()).Username)).Code;
        var (_, tokens) = await client.RedeemAsync(code, dpop: Proof());
        Assert.Equal("DPoP", tokens.GetProperty("token_type").GetString());
        Assert.Equal(_key.Thumbprint, Read(tokens).GetPayloadValue<JsonElement>("cnf").GetProperty("jkt").GetString());

        // The refresh token as well: not without a proof, not with another key.
        using var other = new DpopKey();
        OAuthClient.Fails(await client.RefreshAsync(Refresh(tokens)), "invalid_grant");
        OAuthClient.Fails(await client.RefreshAsync(Refresh(tokens), dpop: other.Proof("POST", Address)), "invalid_grant");
        var (response, next) = await client.RefreshAsync(Refresh(tokens), dpop: Proof());
        Assert.True(response.IsSuccessStatusCode, next.ToString());
        Assert.Equal("DPoP", next.GetProperty("token_type").GetString());

        // Section 7.1, at userinfo.
        var access = next.GetProperty("access_token").GetString()!;
        var address = Issuer + "/connect/userinfo";
        Assert.Equal(HttpStatusCode.Unauthorized, await UserInfoAsync("Bearer " + access, null));
        Assert.Equal(HttpStatusCode.Unauthorized, await UserInfoAsync("DPoP " + access, null));
        Assert.Equal(HttpStatusCode.Unauthorized, await UserInfoAsync("DPoP " + access, _key.Proof("GET", address)));
        Assert.Equal(HttpStatusCode.Unauthorized, await UserInfoAsync("DPoP " + access, other.Proof("GET", address, access)));
        var proof = _key.Proof("GET", address, access);
        Assert.Equal(HttpStatusCode.OK, await UserInfoAsync("DPoP " + access, proof));
        Assert.Equal(HttpStatusCode.Unauthorized, await UserInfoAsync("DPoP " + access, proof));
    }

    private async Task<HttpStatusCode> UserInfoAsync(string authorization, string? proof)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/connect/userinfo");
        request.Headers.Add("X-Client-Authorization", authorization);
        if (proof is not null)
        {
            request.Headers.Add("DPoP", proof);
        }

        return (await identity.Anonymous.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode;
    }

    [Fact]
    public async Task Rfc9449_section_5_2_a_client_that_asked_for_it_gets_bound_tokens_only()
    {
        var client = await OAuthClient.RegisterAsync(identity, dpop: true);
        OAuthClient.Fails(await client.PostAsync(OAuthClient.Token, null, ("grant_type", "client_credentials")), "invalid_dpop_proof");
        var (_, tokens) = await client.PostAsync(OAuthClient.Token, Proof(), ("grant_type", "client_credentials"));
        Assert.Equal("DPoP", tokens.GetProperty("token_type").GetString());
        var (_, facts) = await client.PostAsync("/connect/introspect", null, ("token", tokens.GetProperty("access_token").GetString()!));
        Assert.Equal(_key.Thumbprint, facts.GetProperty("cnf").GetProperty("jkt").GetString());
        Assert.Equal("DPoP", facts.GetProperty("token_type").GetString());
    }

    [Fact]
    public async Task Rfc9449_section_10_a_code_can_be_bound_before_it_is_issued()
    {
        using var other = new DpopKey();
        var client = await OAuthClient.RegisterAsync(identity, "none");
        var username = (await identity.CreateUserAsync()).Username;
        var browser = new OAuthBrowser(identity);
        var code = (await client.AuthorizeAsync(browser, username, "openid", ("dpop_jkt", _key.Thumbprint))).Code;
        OAuthClient.Fails(await client.RedeemAsync(code), "invalid_grant");
        OAuthClient.Fails(await client.RedeemAsync(code, dpop: other.Proof("POST", Address)), "invalid_grant");
        Assert.True((await client.RedeemAsync(code, dpop: Proof())).Response.IsSuccessStatusCode);

        // Section 10.1: by a proof with the pushed request.
        (string, string)[] fields = [.. client.Parameters("openid").Where(p => p.Key != "client_id").Select(p => (p.Key, p.Value!))];
        var par = Issuer + "/connect/par";
        OAuthClient.Fails(await client.PostAsync("/connect/par", other.Proof("POST", par), [.. fields, ("dpop_jkt", _key.Thumbprint)]), "invalid_dpop_proof");
        var (_, pushed) = await client.PostAsync("/connect/par", _key.Proof("POST", par), fields);
        var page = await browser.GetAsync($"/connect/authorize?client_id={client.Id}&request_uri={pushed.GetProperty("request_uri").GetString()}");
        var bound = (page.HasForm ? await browser.DecideAsync(page, "allow") : page).Code;
        OAuthClient.Fails(await client.RedeemAsync(bound), "invalid_grant");
        Assert.True((await client.RedeemAsync(bound, dpop: Proof())).Response.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Rfc9449_section_4_3_every_check_of_a_proof()
    {
        using var other = new DpopKey();
        using var rsa = System.Security.Cryptography.RSA.Create(1024);
        var client = await OAuthClient.RegisterAsync(identity);
        var good = Proof();
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var wrong = new Dictionary<string, string>
        {
            ["1: two in one header"] = Proof() + ", " + Proof(),
            ["2: not a JWT"] = "nonsense",
            ["3: no jti"] = _key.Proof("POST", Address, claims: c => c.Remove("jti")),
            ["3: no iat"] = _key.Proof("POST", Address, claims: c => c.Remove("iat")),
            ["3: iat as text"] = _key.Proof("POST", Address, claims: c => c["iat"] = "now"),
            ["4: type"] = _key.Proof("POST", Address, header: h => h["typ"] = "JWT"),
            ["5: no algorithm"] = _key.Proof("POST", Address, header: h => h["alg"] = "none"),
            ["5: a symmetric algorithm"] = _key.Proof("POST", Address, header: h => h["alg"] = "HS256"),
            ["6: another key's signature"] = _key.Proof("POST", Address, header: h => h["jwk"] = other.Jwk),
            ["6: no key"] = _key.Proof("POST", Address, header: h => h.Remove("jwk")),
            ["6: a weak key"] = _key.Proof("POST", Address, header: h => { h["alg"] = "RS256"; h["jwk"] = Weak(rsa); }),
            ["7: a private key"] = _key.Proof("POST", Address, header: h => ((Dictionary<string, object>)h["jwk"])["d"] = "AA"),
            ["8: method"] = _key.Proof("GET", Address),
            ["8: method in lower case"] = _key.Proof("post", Address),
            ["9: address"] = _key.Proof("POST", Issuer + "/connect/par"),
            ["9: host"] = _key.Proof("POST", "http://evil.test:7777/connect/token"),
            ["9: host with a trick"] = _key.Proof("POST", "http://identity.test:7777@evil.test/connect/token"),
            ["11: old"] = _key.Proof("POST", Address, claims: c => c["iat"] = now - 90),
            ["11: from the future"] = _key.Proof("POST", Address, claims: c => c["iat"] = now + 90),
            ["crit"] = _key.Proof("POST", Address, header: h => h["crit"] = new[] { "b64" }),
            ["too long"] = _key.Proof("POST", Address, claims: c => c["x"] = new string('x', 5000)),
        };
        foreach (var (why, proof) in wrong)
        {
            var (response, body) = await client.PostAsync(OAuthClient.Token, proof, ("grant_type", "client_credentials"));
            Assert.True(response.StatusCode == HttpStatusCode.BadRequest && body.GetProperty("error").GetString() == "invalid_dpop_proof", $"{why}: {body}");
        }

        // Once, in however many requests it comes at the same time (section 11.1).
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.PostAsync(OAuthClient.Token, good, ("grant_type", "client_credentials"))));
        Assert.Single(answers, a => a.Response.IsSuccessStatusCode);
        Assert.True((await client.PostAsync(OAuthClient.Token, _key.Proof("POST", "HTTP://Identity.Test:7777/connect/token?x#y"), ("grant_type", "client_credentials"))).Response.IsSuccessStatusCode);
    }

    private static Dictionary<string, object> Weak(System.Security.Cryptography.RSA rsa)
    {
        var key = rsa.ExportParameters(false);
        return new() { ["kty"] = "RSA", ["n"] = System.Buffers.Text.Base64Url.EncodeToString(key.Modulus), ["e"] = System.Buffers.Text.Base64Url.EncodeToString(key.Exponent) };
    }
}
