using System.Net;
using System.Text.Json;

namespace Platform.IntegrationTests.Identity.Protocol;

/// <summary>Pushed authorization requests by the sections of RFC 9126.</summary>
[Collection(ProtocolCollection.Name)]
public sealed class PushedRequestTests(IdentityFixture identity)
{
    private static Task<(HttpResponseMessage Response, JsonElement Body)> PushAsync(OAuthClient client, params (string, string?)[] changes) =>
        client.PostAsync("/connect/par", null, [.. client.Parameters(OAuthClient.Everything, changes).Where(p => p.Key != "client_id").Select(p => (p.Key, p.Value!))]);

    private static string Path(string clientId, JsonElement pushed, string more = "") =>
        $"/connect/authorize?client_id={clientId}&request_uri={Uri.EscapeDataString(pushed.GetProperty("request_uri").GetString()!)}{more}";

    [Fact]
    public async Task Rfc9126_section_2_2_a_pushed_request_stands_for_its_parameters()
    {
        var client = await OAuthClient.RegisterAsync(identity);
        var (response, pushed) = await PushAsync(client);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.Equal(90, pushed.GetProperty("expires_in").GetInt32());

        // What stands beside the reference is not looked at.
        var browser = new OAuthBrowser(identity);
        var page = await browser.GetAsync(Path(client.Id, pushed, "&redirect_uri=https%3A%2F%2Fevil.example&scope=admin&state=other"));
        var answer = await browser.DecideAsync(await browser.SignInAsync(page, (await identity.CreateUserAsync()).Username), "allow");
        Assert.Equal("s t&ate", answer.Answer["state"]);
        Assert.StartsWith(client.Redirect, answer.Location, StringComparison.Ordinal);
        Assert.True((await client.RedeemAsync(answer.Code)).Response.IsSuccessStatusCode);

        // Section 4: once.
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.GetAsync(Path(client.Id, pushed))).Status);
    }

    [Fact]
    public async Task Rfc9126_section_4_a_reference_is_for_its_client_alone_and_expires()
    {
        var (client, other) = (await OAuthClient.RegisterAsync(identity), await OAuthClient.RegisterAsync(identity));
        var (_, pushed) = await PushAsync(client);
        Assert.Equal(HttpStatusCode.BadRequest, (await new OAuthBrowser(identity).GetAsync(Path(other.Id, pushed))).Status);
        await identity.CountAsync("WITH changed AS (UPDATE pushed_requests SET expires_at = now() WHERE client_id = $1 RETURNING 1) SELECT count(*) FROM changed", client.Id);
        Assert.Equal(HttpStatusCode.BadRequest, (await new OAuthBrowser(identity).GetAsync(Path(client.Id, pushed))).Status);
    }

    [Fact]
    public async Task Rfc9126_section_2_1_the_client_authenticates_and_may_not_push_a_reference()
    {
        var client = await OAuthClient.RegisterAsync(identity);
        OAuthClient.Fails(await identity.FormAsync("/connect/par", "client_id=" + client.Id), "invalid_client", HttpStatusCode.Unauthorized);
        OAuthClient.Fails(await PushAsync(client, ("request_uri", "urn:ietf:params:oauth:request_uri:x")), "invalid_request");
    }

    [Theory]
    [InlineData("redirect_uri", "https://evil.example/", "invalid_request")]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("scope", "nonsense", "invalid_scope")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    public async Task Rfc9126_section_2_3_faults_are_told_when_it_is_pushed(string name, string? value, string error) =>
        OAuthClient.Fails(await PushAsync(await OAuthClient.RegisterAsync(identity), (name, value)), error);

    [Theory]
    [InlineData("https://evil.example/request.jwt")]
    [InlineData("urn:ietf:params:oauth:request_uri:pr_nonsense")]
    public async Task Rfc9101_section_10_4_nothing_is_fetched_from_a_request_uri(string uri)
    {
        var client = await OAuthClient.RegisterAsync(identity);
        var page = await new OAuthBrowser(identity).GetAsync(client.AuthorizePath("openid", ("request_uri", uri)));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Null(page.Location);
    }
}
