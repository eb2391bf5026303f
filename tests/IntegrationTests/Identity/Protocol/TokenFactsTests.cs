using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Platform.Identity.Keys;
using static Platform.IntegrationTests.Identity.IdentityFixture;

namespace Platform.IntegrationTests.Identity.Protocol;

/// <summary>Introspection, revocation and userinfo, and what passes for a token there.</summary>
[Collection(ProtocolCollection.Name)]
public sealed class TokenFactsTests(IdentityFixture identity)
{
    private const string Introspect = "/connect/introspect";
    private const string Revoke = "/connect/revocation";

    private static string Access(JsonElement tokens) => tokens.GetProperty("access_token").GetString()!;

    private static string Refresh(JsonElement tokens) => tokens.GetProperty("refresh_token").GetString()!;

    private static async Task<JsonElement> FactsAsync(OAuthClient client, string token)
    {
        var (response, body) = await client.PostAsync(Introspect, null, ("token", token));
        Assert.True(response.IsSuccessStatusCode, body.ToString());
        Assert.True(response.Headers.CacheControl!.NoStore);
        return body;
    }

    private static async Task InactiveAsync(OAuthClient client, string token) => Assert.Equal("{\"active\":false}", (await FactsAsync(client, token)).GetRawText());

    private async Task<HttpResponseMessage> UserInfoAsync(string? authorization, HttpMethod? method = null)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Get, "/connect/userinfo");
        if (authorization is not null)
        {
            request.Headers.Add("X-Client-Authorization", authorization);
        }

        return await identity.Anonymous.SendAsync(request, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Rfc7662_section_2_2_facts_of_access_refresh_and_client_tokens()
    {
        var client = await OAuthClient.RegisterAsync(identity);
        var (id, username) = await identity.CreateUserAsync();
        var tokens = await client.TokensAsync(username);
        var access = await FactsAsync(client, Access(tokens));
        Assert.True(access.GetProperty("active").GetBoolean());
        Assert.Equal(id.ToString(), access.GetProperty("sub").GetString());
        Assert.Equal(username, access.GetProperty("username").GetString());
        Assert.Equal(client.Id, access.GetProperty("client_id").GetString());
        Assert.Equal("Bearer", access.GetProperty("token_type").GetString());
        Assert.Equal("platform", access.GetProperty("aud").GetString());
        // Issued as of the request's arrival, and good for a quarter of an hour from the answer (docs/adr/0017).
        Assert.InRange(access.GetProperty("exp").GetInt64() - access.GetProperty("iat").GetInt64(), 900, 905);
        Assert.True((await FactsAsync(client, Refresh(tokens))).GetProperty("active").GetBoolean());
        var (_, own) = await client.PostAsync(OAuthClient.Token, null, ("grant_type", "client_credentials"));
        Assert.Equal(client.Id, (await FactsAsync(client, Access(own))).GetProperty("sub").GetString());
    }

    [Fact]
    public async Task Rfc7662_section_2_1_only_clients_that_authenticate_may_ask()
    {
        var client = await OAuthClient.RegisterAsync(identity, "none");
        var tokens = await client.TokensAsync((await identity.CreateUserAsync()).Username);
        OAuthClient.Fails(await client.PostAsync(Introspect, null, ("token", Access(tokens))), "invalid_client", HttpStatusCode.Unauthorized);
        OAuthClient.Fails(await identity.FormAsync(Introspect, "token=x"), "invalid_client", HttpStatusCode.Unauthorized);
        OAuthClient.Fails(await identity.FormAsync(Introspect, "", ((string, string)?)(await OAuthClient.RegisterAsync(identity)).Basic), "invalid_request");
    }

    [Fact]
    public async Task Introspection_is_silent_about_tokens_of_another_tenant()
    {
        var (_, _, admin) = await identity.CreateTenantAsync();
        var (ours, theirs) = (await OAuthClient.RegisterAsync(identity), await OAuthClient.RegisterAsync(identity, by: admin));
        var tokens = await ours.TokensAsync((await identity.CreateUserAsync()).Username);
        await InactiveAsync(theirs, Access(tokens));
        await InactiveAsync(theirs, Refresh(tokens));
    }

    private static IEnumerable<(string Name, Func<string, ECDsa, string> Make)> Forgeries(string publicKey) =>
    [
        ("alg none", (t, _) => Resign(t, h => { h["alg"] = "none"; return ""; })),
        ("alg nOnE", (t, _) => Resign(t, h => { h["alg"] = "nOnE"; return ""; })),
        ("no signature", (t, _) => t[..(t.LastIndexOf('.') + 1)]),
        ("HS256 with the public key", (t, _) => Resign(t, h => { h["alg"] = "HS256"; return "hmac"; }, secret: publicKey)),
        ("own jwk", (t, k) => Resign(t, h => { h["jwk"] = Jwk(k); return "own"; }, k)),
        ("own jku", (t, k) => Resign(t, h => { h["jku"] = "https://evil.example/jwks.json"; return "own"; }, k)),
        ("own x5u", (t, k) => Resign(t, h => { h["x5u"] = "https://evil.example/cert.pem"; return "own"; }, k)),
        ("kid of a file", (t, k) => Resign(t, h => { h["kid"] = "../../../../dev/null"; return "own"; }, k)),
        ("kid of SQL", (t, k) => Resign(t, h => { h["kid"] = "x' UNION SELECT 'key' --"; return "own"; }, k)),
        ("another key", (t, k) => Resign(t, _ => "own", k)),
        ("JWE", (t, _) => "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwiemlwIjoiREVGIn0.." + new string('A', 16) + "." + new string('A', 3000) + "." + new string('A', 22)),
        ("JWE with a million rounds", (_, _) => Base64UrlEncoder.Encode("{\"alg\":\"PBES2-HS256+A128KW\",\"enc\":\"A128GCM\",\"p2c\":2147483647,\"p2s\":\"AAAAAAAAAAA\"}") + ".AAAA.AAAA.AAAA.AAAA"),
        ("endless", (_, _) => new string('A', 3000) + ".e30.e30"),
        ("rubbish", (_, _) => "x.y.z"),
    ];

    private static Dictionary<string, object> Jwk(ECDsa key)
    {
        var point = key.ExportParameters(false).Q;
        return new() { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Base64UrlEncoder.Encode(point.X), ["y"] = Base64UrlEncoder.Encode(point.Y) };
    }

    /// <summary>The token's payload under another header, signed by the attacker as the change says.</summary>
    private static string Resign(string token, Func<Dictionary<string, object>, string> change, ECDsa? key = null, string secret = "")
    {
        var parts = token.Split('.');
        var header = JsonSerializer.Deserialize<Dictionary<string, object>>(Base64UrlEncoder.Decode(parts[0]))!;
        var how = change(header);
        var signed = Base64UrlEncoder.Encode(JsonSerializer.Serialize(header)) + "." + parts[1];
        var bytes = Encoding.ASCII.GetBytes(signed);
        return signed + "." + how switch
        {
            "own" => Base64UrlEncoder.Encode(key!.SignData(bytes, HashAlgorithmName.SHA256)),
            "hmac" => Base64UrlEncoder.Encode(HMACSHA256.HashData(Encoding.ASCII.GetBytes(secret), bytes)),
            _ => "",
        };
    }

    [Fact]
    public async Task Rfc8725_section_2_forged_tokens_are_nothing_at_introspection_and_userinfo()
    {
        var client = await OAuthClient.RegisterAsync(identity);
        var tokens = await client.TokensAsync((await identity.CreateUserAsync()).Username);
        var jwks = await SendAsync(identity.Anonymous, HttpMethod.Get, "/.well-known/jwks.json", HttpStatusCode.OK);
        var publicKey = jwks.GetProperty("keys").EnumerateArray().First(k => k.GetProperty("kty").GetString() == "EC").GetRawText();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        foreach (var (name, make) in Forgeries(publicKey))
        {
            var token = make(Access(tokens), key);
            await InactiveAsync(client, token);
            var response = await UserInfoAsync("Bearer " + token);
            Assert.True(response.StatusCode == HttpStatusCode.Unauthorized, name);
        }
    }

    [Fact]
    public async Task Rfc9068_section_4_and_rfc7662_section_4_not_even_the_servers_own_signature_saves_a_token_with_something_wrong()
    {
        var client = await OAuthClient.RegisterAsync(identity);
        var claims = Read(await client.TokensAsync((await identity.CreateUserAsync()).Username)).Claims
            .Where(c => c.Type is not ("iss" or "aud" or "exp" or "iat" or "nbf" or "amr")).ToDictionary(c => c.Type, c => (object)c.Value);
        var now = DateTime.UtcNow;
        Assert.True((await FactsAsync(client, Sign(d => { }))).GetProperty("active").GetBoolean());
        await InactiveAsync(client, Sign(d => d.Issuer = "https://evil.example"));
        await InactiveAsync(client, Sign(d => d.Issuer = Issuer + "/"));
        await InactiveAsync(client, Sign(d => d.Audience = "somebody-else"));
        await InactiveAsync(client, Sign(d => d.Audience = client.Id));
        await InactiveAsync(client, Sign(d => d.Expires = now.AddSeconds(-1)));
        await InactiveAsync(client, Sign(d => d.TokenType = "JWT"));
        await InactiveAsync(client, Sign(d => d.TokenType = "logout+jwt"));
        await InactiveAsync(client, Sign(d => d.Claims["tenant"] = Guid.NewGuid().ToString()));
        await InactiveAsync(client, Sign(d => d.Claims["sub"] = Guid.NewGuid().ToString()));
        await InactiveAsync(client, Sign(d => d.Claims["client_id"] = "ic_unknown"));
        await InactiveAsync(client, Sign(d => d.Claims["role"] = "platform_admin"));

        string Sign(Action<SecurityTokenDescriptor> change)
        {
            var descriptor = new SecurityTokenDescriptor
            {
                Issuer = Issuer,
                Audience = "platform",
                IssuedAt = now,
                Expires = now.AddMinutes(5),
                TokenType = "at+jwt",
                Claims = new Dictionary<string, object>(claims),
                SigningCredentials = identity.Services.GetRequiredService<KeyRing>().Signing,
            };
            change(descriptor);
            return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(descriptor);
        }
    }

    [Fact]
    public async Task Oidc_core_section_16_3_an_id_token_is_no_access_token_and_the_other_way_round()
    {
        var client = await OAuthClient.RegisterAsync(identity);
        var tokens = await client.TokensAsync((await identity.CreateUserAsync()).Username);
        var id = tokens.GetProperty("id_token").GetString()!;
        await InactiveAsync(client, id);
        Assert.Equal(HttpStatusCode.Unauthorized, (await UserInfoAsync("Bearer " + id)).StatusCode);
        var answer = await new OAuthBrowser(identity).GetAsync(client.AuthorizePath("openid", ("id_token_hint", Access(tokens))));
        Assert.Equal("invalid_request", answer.Answer["error"]);
    }

    [Fact]
    public async Task Rfc7009_section_2_1_revoking_either_token_ends_both_at_once()
    {
        var client = await OAuthClient.RegisterAsync(identity);
        await using var heard = await identity.HearAsync<Platform.Contracts.Identity.SessionRevoked>();
        var username = (await identity.CreateUserAsync()).Username;
        foreach (var which in new Func<JsonElement, string>[] { Access, Refresh })
        {
            var tokens = await client.TokensAsync(username);
            Assert.Equal(HttpStatusCode.OK, (await client.PostAsync(Revoke, null, ("token", which(tokens)), ("token_type_hint", "nonsense"))).Response.StatusCode);
            await InactiveAsync(client, Access(tokens));
            await InactiveAsync(client, Refresh(tokens));
            OAuthClient.Fails(await client.RefreshAsync(Refresh(tokens)), "invalid_grant");
            await heard.UntilAsync(e => e.SessionId.ToString() == Read(tokens).GetPayloadValue<string>("sid"));
        }
    }

    [Fact]
    public async Task Rfc7009_section_2_2_unknown_and_foreign_tokens_are_answered_alike_and_live_on()
    {
        var (client, other) = (await OAuthClient.RegisterAsync(identity), await OAuthClient.RegisterAsync(identity));
        var tokens = await client.TokensAsync((await identity.CreateUserAsync()).Username);
        foreach (var token in new[] { "nonsense", Refresh(tokens), Access(tokens) })
        {
            Assert.Equal(HttpStatusCode.OK, (await other.PostAsync(Revoke, null, ("token", token))).Response.StatusCode);
        }

        Assert.True((await FactsAsync(client, Access(tokens))).GetProperty("active").GetBoolean());
        OAuthClient.Fails(await client.PostAsync(Revoke), "invalid_request");
        OAuthClient.Fails(await identity.FormAsync(Revoke, "token=x"), "invalid_client", HttpStatusCode.Unauthorized);
        var (_, own) = await client.PostAsync(OAuthClient.Token, null, ("grant_type", "client_credentials"));
        OAuthClient.Fails(await client.PostAsync(Revoke, null, ("token", Access(own))), "unsupported_token_type");
    }

    [Fact]
    public async Task Oidc_core_section_5_3_userinfo_tells_what_the_scope_allows()
    {
        var client = await OAuthClient.RegisterAsync(identity);
        var (id, username) = await identity.CreateUserAsync();
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
        {
            var full = JsonDocument.Parse(await (await UserInfoAsync("Bearer " + Access(await client.TokensAsync(username)), method)).Content.ReadAsStringAsync()).RootElement;
            Assert.Equal(id.ToString(), full.GetProperty("sub").GetString());
            Assert.Equal(username, full.GetProperty("email").GetString());
            Assert.Equal(JsonValueKind.Number, full.GetProperty("updated_at").ValueKind);
        }

        var little = JsonDocument.Parse(await (await UserInfoAsync("bearer " + Access(await client.TokensAsync(username, "openid")))).Content.ReadAsStringAsync()).RootElement;
        Assert.False(little.TryGetProperty("email", out _));
        Assert.False(little.TryGetProperty("name", out _));
    }

    [Fact]
    public async Task Rfc6750_section_3_1_userinfo_says_what_is_wrong_with_a_token()
    {
        var client = await OAuthClient.RegisterAsync(identity);
        var username = (await identity.CreateUserAsync()).Username;
        var none = await UserInfoAsync(null);
        Assert.Equal(HttpStatusCode.Unauthorized, none.StatusCode);
        Assert.DoesNotContain("error", none.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        var plain = await UserInfoAsync("Bearer " + Access(await client.TokensAsync(username, "read:incidents")));
        Assert.Equal(HttpStatusCode.Forbidden, plain.StatusCode);
        Assert.Contains("insufficient_scope", plain.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        var wrong = await UserInfoAsync("Bearer x");
        Assert.Contains("invalid_token", wrong.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }
}
