using System.Net;
using System.Text.Json;
using static Platform.IntegrationTests.Identity.IdentityFixture;

namespace Platform.IntegrationTests.Identity.Protocol;

/// <summary>The device flow by the sections of RFC 8628.</summary>
[Collection(ProtocolCollection.Name)]
public sealed class DeviceFlowTests(IdentityFixture identity)
{
    private const string Grant = "urn:ietf:params:oauth:grant-type:device_code";

    private static async Task<JsonElement> StartAsync(OAuthClient client, string scope = OAuthClient.Everything)
    {
        var (response, body) = await client.PostAsync("/connect/device", null, ("scope", scope));
        Assert.True(response.IsSuccessStatusCode, body.ToString());
        return body;
    }

    private static Task<(HttpResponseMessage Response, JsonElement Body)> PollAsync(OAuthClient client, JsonElement device) =>
        client.PostAsync(OAuthClient.Token, null, ("grant_type", Grant), ("device_code", device.GetProperty("device_code").GetString()!));

    /// <summary>As if the device had waited.</summary>
    private Task<long> WaitedAsync(OAuthClient client) =>
        identity.CountAsync("WITH changed AS (UPDATE device_authorizations SET polled_at = NULL WHERE client_id = $1 RETURNING 1) SELECT count(*) FROM changed", client.Id);

    private static async Task<Shown> AnswerAsync(OAuthBrowser browser, JsonElement device, string username, string decision)
    {
        var page = await browser.GetAsync(new Uri(device.GetProperty("verification_uri_complete").GetString()!).PathAndQuery);
        page = page.Body.Contains("/connect/signin", StringComparison.Ordinal) ? await browser.SignInAsync(page, username) : page;
        Assert.Contains(device.GetProperty("user_code").GetString()!, page.Body, StringComparison.Ordinal);
        return await browser.PostAsync("/device/confirm", ("interaction", page.Interaction), ("decision", decision));
    }

    [Fact]
    public async Task Rfc8628_section_3_a_device_gets_tokens_once_its_user_agreed_and_only_once()
    {
        var client = await OAuthClient.RegisterAsync(identity, "none");
        var (id, username) = await identity.CreateUserAsync();
        var device = await StartAsync(client);
        Assert.Equal(Issuer + "/device", device.GetProperty("verification_uri").GetString());
        Assert.Equal(600, device.GetProperty("expires_in").GetInt32());
        OAuthClient.Fails(await PollAsync(client, device), "authorization_pending");
        Assert.Contains("Connected", (await AnswerAsync(new OAuthBrowser(identity), device, username, "allow")).Body, StringComparison.Ordinal);
        await WaitedAsync(client);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PollAsync(client, device)));
        var (_, tokens) = Assert.Single(answers, a => a.Response.IsSuccessStatusCode);
        Assert.Equal(id.ToString(), Read(tokens).Subject);
        Assert.True(tokens.TryGetProperty("id_token", out _));
        OAuthClient.Fails(await PollAsync(client, device), "invalid_grant");
        Assert.True((await client.RefreshAsync(tokens.GetProperty("refresh_token").GetString()!)).Response.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Rfc8628_section_3_5_polling_too_quickly_is_slow_down_and_declining_is_access_denied()
    {
        var client = await OAuthClient.RegisterAsync(identity, "none");
        var device = await StartAsync(client);
        OAuthClient.Fails(await PollAsync(client, device), "authorization_pending");
        OAuthClient.Fails(await PollAsync(client, device), "slow_down");
        await AnswerAsync(new OAuthBrowser(identity), device, (await identity.CreateUserAsync()).Username, "deny");
        OAuthClient.Fails(await PollAsync(client, device), "access_denied");
    }

    [Fact]
    public async Task Rfc8628_section_3_5_an_expired_code_says_so_and_cannot_be_approved()
    {
        var client = await OAuthClient.RegisterAsync(identity, "none");
        var device = await StartAsync(client);
        await identity.CountAsync("WITH changed AS (UPDATE device_authorizations SET expires_at = now() WHERE client_id = $1 RETURNING 1) SELECT count(*) FROM changed", client.Id);
        OAuthClient.Fails(await PollAsync(client, device), "expired_token");
        var browser = new OAuthBrowser(identity);
        var page = await browser.SignInAsync(
            await browser.GetAsync("/device?user_code=" + device.GetProperty("user_code").GetString()), (await identity.CreateUserAsync()).Username);
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
    }

    [Fact]
    public async Task Rfc8628_section_3_4_a_device_code_is_for_its_client_alone()
    {
        var (client, other) = (await OAuthClient.RegisterAsync(identity, "none"), await OAuthClient.RegisterAsync(identity));
        var device = await StartAsync(client);
        await AnswerAsync(new OAuthBrowser(identity), device, (await identity.CreateUserAsync()).Username, "allow");
        OAuthClient.Fails(await PollAsync(other, device), "invalid_grant");
        OAuthClient.Fails(await identity.FormAsync(OAuthClient.Token, $"grant_type={Uri.EscapeDataString(Grant)}&device_code=x&client_id=platform-docs"), "unauthorized_client");
    }

    [Fact]
    public async Task Rfc8628_section_5_1_guessing_codes_ends_the_session()
    {
        var browser = new OAuthBrowser(identity);
        var page = await browser.SignInAsync(await browser.GetAsync("/device"), (await identity.CreateUserAsync()).Username);
        for (var i = 0; i < 5; i++)
        {
            page = await browser.PostAsync("/device", ("interaction", page.Interaction), ("user_code", "BCDF-GHJK"));
            Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        }

        Assert.Contains("/connect/signin", (await browser.GetAsync("/device")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rfc8628_section_6_1_codes_are_read_without_case_and_hyphens()
    {
        var client = await OAuthClient.RegisterAsync(identity, "none");
        var device = await StartAsync(client, "openid");
        var browser = new OAuthBrowser(identity);
        var page = await browser.SignInAsync(await browser.GetAsync("/device"), (await identity.CreateUserAsync()).Username);
        var typed = " " + device.GetProperty("user_code").GetString()!.Replace("-", " ", StringComparison.Ordinal).ToLowerInvariant();
        Assert.Contains("Connect Test client?", (await browser.PostAsync("/device", ("interaction", page.Interaction), ("user_code", typed))).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Codes_of_a_tenants_clients_are_unknown_in_another_and_the_platforms_own_are_known_everywhere()
    {
        var (_, slug, admin) = await identity.CreateTenantAsync();
        var (_, username) = await identity.CreateUserAsync(by: admin);
        var client = await OAuthClient.RegisterAsync(identity, "none");
        var browser = new OAuthBrowser(identity);
        var page = await browser.SignInAsync(
            await browser.GetAsync("/device?user_code=" + (await StartAsync(client)).GetProperty("user_code").GetString()), username, tenant: slug);
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);

        var (_, cli) = await identity.FormAsync("/connect/device", "client_id=platform-cli&scope=openid+offline_access");
        await AnswerAsync(browser, cli, username, "allow");
        var (response, tokens) = await identity.FormAsync(
            OAuthClient.Token, $"grant_type={Uri.EscapeDataString(Grant)}&client_id=platform-cli&device_code={cli.GetProperty("device_code").GetString()}");
        Assert.True(response.IsSuccessStatusCode, tokens.ToString());
    }
}
