using System.Net;
using System.Text.Json;
using static Platform.IntegrationTests.Identity.IdentityFixture;

namespace Platform.IntegrationTests.Identity;

/// <summary>The token endpoint by the sections of RFC 6749.</summary>
[Collection(ProtocolCollection.Name)]
public sealed class TokenEndpointTests(IdentityFixture identity)
{
    private const string Token = "/connect/token";
    private const string Alias = "/api/v1/users/token";

    private async Task<(string Id, string Secret)> NewClientAsync(params string[] permissions)
    {
        var client = await SendAsync(
            identity.Admin, HttpMethod.Post, "/api/v2/integrations/clients", HttpStatusCode.Created,
            new { client_name = "test", permissions = permissions.Length > 0 ? permissions : ["read:all", "use_chat"] });
        return (client.GetProperty("client_id").GetString()!, client.GetProperty("client_secret").GetString()!);
    }

    private async Task<JsonElement> FailsAsync(string path, string form, string error, HttpStatusCode status = HttpStatusCode.BadRequest, (string, string)? basic = null)
    {
        var (response, body) = await identity.FormAsync(path, form, basic);
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode} {body}");
        Assert.Equal(error, body.GetProperty("error").GetString());
        Assert.False(body.TryGetProperty("success", out _));
        Assert.True(response.Headers.CacheControl!.NoStore);
        return body;
    }

    [Fact]
    public async Task Rfc6749_section_2_3_1_clients_authenticate_by_basic_or_by_form()
    {
        var client = await NewClientAsync();
        foreach (var (form, basic) in new[] { ("grant_type=client_credentials", ((string, string)?)client), ($"grant_type=client_credentials&client_id={client.Id}&client_secret={client.Secret}", null) })
        {
            var (response, body) = await identity.FormAsync(Token, form, basic);
            Assert.True(response.IsSuccessStatusCode, body.ToString());
            Assert.True(response.Headers.CacheControl!.NoStore);
            Assert.Equal("no-cache", response.Headers.Pragma.ToString());
            Assert.Equal("Bearer", body.GetProperty("token_type").GetString());
            Assert.Equal(900, body.GetProperty("expires_in").GetInt32());
            Assert.Equal("read:all use:chat", body.GetProperty("scope").GetString());
            Assert.Equal(client.Id, Read(body).Subject);
        }
    }

    [Fact]
    public async Task Rfc6749_section_2_3_a_client_uses_one_method_only()
    {
        var client = await NewClientAsync();
        await FailsAsync(Token, $"grant_type=client_credentials&client_id={client.Id}&client_secret={client.Secret}", "invalid_request", basic: client);
        await FailsAsync(Token, "grant_type=client_credentials&client_id=somebody-else", "invalid_request", basic: client);
    }

    [Fact]
    public async Task Rfc6749_section_5_2_invalid_client_is_401_with_a_challenge()
    {
        var client = await NewClientAsync();
        foreach (var wrong in new[] { (client.Id, "cs_wrong"), ("ic_unknown", client.Secret), ("ic_" + new string('*', 38), client.Secret), ("platform-cli", "secret") })
        {
            var (response, body) = await identity.FormAsync(Token, "grant_type=client_credentials", wrong);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("invalid_client", body.GetProperty("error").GetString());
            Assert.Equal("Basic", Assert.Single(response.Headers.WwwAuthenticate).Scheme);
        }

        await FailsAsync(Token, "grant_type=client_credentials", "invalid_client", HttpStatusCode.Unauthorized);
        await FailsAsync(Token, $"grant_type=client_credentials&client_id={client.Id}", "invalid_client", HttpStatusCode.Unauthorized);
        await SendAsync(identity.Admin, HttpMethod.Delete, $"/api/v2/integrations/clients/{client.Id}", HttpStatusCode.NoContent);
        await FailsAsync(Token, "grant_type=client_credentials", "invalid_client", HttpStatusCode.Unauthorized, client);
    }

    [Fact]
    public async Task Rfc6749_section_5_2_malformed_requests_are_invalid_request()
    {
        await FailsAsync(Token, "", "invalid_request");
        await FailsAsync(Token, "grant_type=", "invalid_request");
        await FailsAsync(Token, "grant_type=refresh_token&client_id=platform-cli", "invalid_request");
        await FailsAsync(Alias, "grant_type=password&username=ana%40example.com", "invalid_request");
        using var json = await System.Net.Http.Json.HttpClientJsonExtensions.PostAsJsonAsync(identity.Anonymous, Token, new { grant_type = "x" }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, json.StatusCode);
    }

    [Fact]
    public async Task Rfc6749_section_3_2_parameters_are_not_repeated() =>
        await FailsAsync(Token, "grant_type=client_credentials&grant_type=client_credentials", "invalid_request");

    [Theory]
    [InlineData("password")]
    [InlineData("implicit")]
    [InlineData("urn:ietf:params:oauth:grant-type:jwt-bearer")]
    public async Task Rfc6749_section_5_2_unsupported_grant_type(string grant) =>
        await FailsAsync(Token, $"grant_type={Uri.EscapeDataString(grant)}&client_id=platform-cli&username=a&password=b", "unsupported_grant_type");

    [Fact]
    public async Task Rfc6749_section_4_4_client_credentials_are_for_confidential_clients_and_give_no_refresh_token()
    {
        await FailsAsync(Token, "grant_type=client_credentials&client_id=platform-cli", "unauthorized_client");
        var client = await NewClientAsync();
        var (_, body) = await identity.FormAsync(Token, "grant_type=client_credentials", client);
        Assert.False(body.TryGetProperty("refresh_token", out _));
        await FailsAsync(Token, "grant_type=refresh_token&refresh_token=x", "unauthorized_client", basic: client);
    }

    [Fact]
    public async Task Rfc6749_section_3_3_a_scope_is_narrower_than_the_clients_permissions_or_invalid()
    {
        var client = await NewClientAsync("read:all");
        var (_, body) = await identity.FormAsync(Token, "grant_type=client_credentials&scope=read:threat_intel", client);
        Assert.Equal("read:threat_intel", body.GetProperty("scope").GetString());
        Assert.Equal("read:threat_intel", Read(body).GetPayloadValue<string>("permissions"));
        foreach (var scope in new[] { "write:threat_intel", "read:users", "openid", "read:threat_intel nonsense" })
        {
            await FailsAsync(Token, $"grant_type=client_credentials&scope={Uri.EscapeDataString(scope)}", "invalid_scope", basic: client);
        }
    }

    [Fact]
    public async Task Rfc6749_section_6_refresh_tokens_are_bound_to_their_client_and_rotate()
    {
        var (_, username) = await identity.CreateUserAsync("analyst");
        var (_, first) = await identity.FormAsync(Alias, $"grant_type=password&username={Uri.EscapeDataString(username)}&password={Uri.EscapeDataString(Password)}&scope=read:threat_intel+offline_access");
        Assert.Equal("read:threat_intel", Read(first).GetPayloadValue<string>("permissions"));
        var refresh = first.GetProperty("refresh_token").GetString();
        await FailsAsync(Token, $"grant_type=refresh_token&client_id=platform-docs&refresh_token={refresh}", "invalid_grant");
        await FailsAsync(Token, $"grant_type=refresh_token&client_id=platform-cli&refresh_token={refresh}&scope=read:all", "invalid_scope");
        var (_, second) = await identity.FormAsync(Token, $"grant_type=refresh_token&client_id=platform-cli&refresh_token={refresh}");
        Assert.Equal("read:threat_intel", Read(second).GetPayloadValue<string>("permissions"));
        await FailsAsync(Token, $"grant_type=refresh_token&client_id=platform-cli&refresh_token={refresh}", "invalid_grant");
        await FailsAsync(Token, $"grant_type=refresh_token&client_id=platform-cli&refresh_token={second.GetProperty("refresh_token").GetString()}", "invalid_grant");
    }

    [Fact]
    public async Task Rfc6749_section_4_3_the_password_grant_is_at_the_alias_only_and_counts_failures()
    {
        var (_, username) = await identity.CreateUserAsync();
        var name = Uri.EscapeDataString(username);
        await FailsAsync(Alias, $"grant_type=password&username={name}&password=wrong", "invalid_grant");
        await FailsAsync(Alias, $"grant_type=password&username=nobody%40example.com&password=wrong", "invalid_grant");
        var (response, _) = await identity.FormAsync(Alias, $"username={name}&password={Uri.EscapeDataString(Password)}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Rfc8414_section_2_metadata_describes_what_is_there()
    {
        foreach (var path in new[] { "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration" })
        {
            var metadata = await SendAsync(identity.Anonymous, HttpMethod.Get, path, HttpStatusCode.OK);
            Assert.Equal(Issuer, metadata.GetProperty("issuer").GetString());
            Assert.Equal($"{Issuer}/connect/token", metadata.GetProperty("token_endpoint").GetString());
            Assert.Equal("code", Assert.Single(metadata.GetProperty("response_types_supported").EnumerateArray()).GetString());
            Assert.Equal("S256", Assert.Single(metadata.GetProperty("code_challenge_methods_supported").EnumerateArray()).GetString());
            Assert.True(metadata.GetProperty("authorization_response_iss_parameter_supported").GetBoolean());
            Assert.False(metadata.GetProperty("request_uri_parameter_supported").GetBoolean());
        }
    }

    [Fact]
    public async Task A_client_gets_no_more_than_its_creator_holds()
    {
        var admin = await identity.NewUserClientAsync("admin");
        await SendAsync(admin, HttpMethod.Post, "/api/v2/integrations/clients", HttpStatusCode.Forbidden, new { client_name = "c", permissions = new[] { "manage:platform" } });
        var viewer = await identity.NewUserClientAsync("viewer");
        await SendAsync(viewer, HttpMethod.Post, "/api/v2/integrations/clients", HttpStatusCode.Forbidden, new { client_name = "c", permissions = new[] { "read:all" } });
        await SendAsync(viewer, HttpMethod.Get, "/api/v2/integrations/clients", HttpStatusCode.Forbidden);
    }
}
