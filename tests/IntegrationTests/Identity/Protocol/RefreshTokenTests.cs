using System.Net;
using System.Text.Json;
using static Platform.IntegrationTests.Identity.IdentityFixture;

namespace Platform.IntegrationTests.Identity.Protocol;

/// <summary>Refresh tokens: rotation, and everything that must end them.</summary>
[Collection(ProtocolCollection.Name)]
public sealed class RefreshTokenTests(IdentityFixture identity)
{
    private static string RefreshOf(JsonElement tokens) => tokens.GetProperty("refresh_token").GetString()!;

    [Fact]
    public async Task Rfc6749_section_4_1_2_every_replay_revokes_however_many_there_are_in_a_minute()
    {
        var client = await OAuthClient.RegisterAsync(identity);
        var (user, browser) = ((await identity.CreateUserAsync("analyst")).Username, new OAuthBrowser(identity));
        for (var i = 0; i < 3; i++)
        {
            var code = (await client.AuthorizeAsync(browser, user)).Code;
            var (_, tokens) = await client.RedeemAsync(code);
            for (var replay = 0; replay < 3; replay++)
            {
                OAuthClient.Fails(await client.RedeemAsync(code), "invalid_grant");
            }

            OAuthClient.Fails(await client.RefreshAsync(RefreshOf(tokens)), "invalid_grant");
        }
    }

    [Fact]
    public async Task Rfc9700_section_4_14_2_of_fifty_parallel_refreshes_exactly_one_wins_and_reuse_revokes_the_family()
    {
        var client = await OAuthClient.RegisterAsync(identity);
        var first = await client.TokensAsync((await identity.CreateUserAsync()).Username);

        // All fifty are at the gateway before one is used, however late the last of them is read.
        var received = TimeProvider.System.GetUtcNow();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => client.RefreshAsync(RefreshOf(first), receivedAt: received)));
        var (_, second) = Assert.Single(answers, a => a.Response.IsSuccessStatusCode);
        Assert.All(answers.Where(a => !a.Response.IsSuccessStatusCode), a => Assert.Equal("invalid_grant", a.Body.GetProperty("error").GetString()));

        var (response, third) = await client.RefreshAsync(RefreshOf(second));
        Assert.True(response.IsSuccessStatusCode, third.ToString());
        OAuthClient.Fails(await client.RefreshAsync(RefreshOf(first)), "invalid_grant");
        OAuthClient.Fails(await client.RefreshAsync(RefreshOf(third)), "invalid_grant");
        Assert.False((await client.PostAsync("/connect/introspect", null, ("token", third.GetProperty("access_token").GetString()!))).Body.GetProperty("active").GetBoolean());
    }

    [Fact]
    public async Task Rfc6749_section_6_a_narrower_access_token_leaves_the_refresh_tokens_scope_as_it_was()
    {
        var client = await OAuthClient.RegisterAsync(identity);
        var first = await client.TokensAsync((await identity.CreateUserAsync("analyst")).Username, "openid offline_access read:incidents write:threat_intel");
        var (_, second) = await client.RefreshAsync(RefreshOf(first), "read:incidents");
        Assert.Equal("read:incidents", second.GetProperty("scope").GetString());
        Assert.Equal("read:incidents", Read(second).GetPayloadValue<string>("permissions"));
        var (_, third) = await client.RefreshAsync(RefreshOf(second), "openid");
        Assert.Equal("", Read(third).GetPayloadValue<string>("permissions"));
        var (_, fourth) = await client.RefreshAsync(RefreshOf(third));
        Assert.Equal("openid offline_access read:incidents write:threat_intel", fourth.GetProperty("scope").GetString());
        OAuthClient.Fails(await client.RefreshAsync(RefreshOf(fourth), "openid read:all"), "invalid_scope");
    }

    [Fact]
    public async Task Rfc6749_section_10_4_a_refresh_token_is_bound_to_its_client()
    {
        var (client, other) = (await OAuthClient.RegisterAsync(identity), await OAuthClient.RegisterAsync(identity));
        var tokens = await client.TokensAsync((await identity.CreateUserAsync()).Username);
        OAuthClient.Fails(await other.RefreshAsync(RefreshOf(tokens)), "invalid_grant");
        Assert.True((await client.RefreshAsync(RefreshOf(tokens))).Response.IsSuccessStatusCode);
    }

    [Fact]
    public async Task After_a_change_of_role_a_refresh_gives_the_rights_of_now()
    {
        var client = await OAuthClient.RegisterAsync(identity);
        var (id, username) = await identity.CreateUserAsync("analyst");
        var tokens = await client.TokensAsync(username, "openid offline_access write:threat_intel");
        Assert.Equal("write:threat_intel", Read(tokens).GetPayloadValue<string>("permissions"));
        await SendAsync(identity.Admin, HttpMethod.Patch, $"/api/v2/users/{id}", HttpStatusCode.OK, new { role = "viewer" });

        // The access token of before is void, here as at the gateway; the refresh token lives with less.
        Assert.False((await client.PostAsync("/connect/introspect", null, ("token", tokens.GetProperty("access_token").GetString()!))).Body.GetProperty("active").GetBoolean());
        var (_, next) = await client.RefreshAsync(RefreshOf(tokens));
        Assert.Equal("", Read(next).GetPayloadValue<string>("permissions"));
    }

    [Fact]
    public async Task After_the_clients_permissions_were_cut_a_refresh_gives_no_more_than_is_left()
    {
        var client = await OAuthClient.RegisterAsync(identity);
        var tokens = await client.TokensAsync((await identity.CreateUserAsync("analyst")).Username, "openid offline_access read:incidents write:threat_intel");
        await SendAsync(identity.Admin, HttpMethod.Patch, $"/api/v2/integrations/clients/{client.Id}", HttpStatusCode.OK, new { permissions = new[] { "read:incidents" } });
        var (_, next) = await client.RefreshAsync(RefreshOf(tokens));
        Assert.Equal("read:incidents", Read(next).GetPayloadValue<string>("permissions"));
    }

    [Fact]
    public async Task After_the_user_is_disabled_or_the_client_deleted_nothing_refreshes()
    {
        var client = await OAuthClient.RegisterAsync(identity);
        var (id, username) = await identity.CreateUserAsync();
        var tokens = await client.TokensAsync(username);
        await SendAsync(identity.Admin, HttpMethod.Patch, $"/api/v2/users/{id}", HttpStatusCode.OK, new { active = false });
        OAuthClient.Fails(await client.RefreshAsync(RefreshOf(tokens)), "invalid_grant");
        await SendAsync(identity.Admin, HttpMethod.Patch, $"/api/v2/users/{id}", HttpStatusCode.OK, new { active = true });
        OAuthClient.Fails(await client.RefreshAsync(RefreshOf(tokens)), "invalid_grant");

        var other = await client.TokensAsync((await identity.CreateUserAsync()).Username);
        await SendAsync(identity.Admin, HttpMethod.Delete, $"/api/v2/integrations/clients/{client.Id}", HttpStatusCode.NoContent);
        OAuthClient.Fails(await client.RefreshAsync(RefreshOf(other)), "invalid_client", HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_crash_between_commit_and_answer_leaves_a_used_token_used()
    {
        var client = await OAuthClient.RegisterAsync(identity);
        var browser = new OAuthBrowser(identity);
        var username = (await identity.CreateUserAsync()).Username;
        var code = (await client.AuthorizeAsync(browser, username)).Code;

        // Whoever redeemed never heard the answer: what is on disk must be "used", not "unused".
        var (_, tokens) = await client.RedeemAsync(code);
        Assert.Equal(1, await identity.CountAsync("SELECT count(*) FROM authorization_codes WHERE client_id = $1 AND used_at IS NOT NULL AND session_id IS NOT NULL", client.Id));
        await client.RefreshAsync(RefreshOf(tokens));
        Assert.Equal(1, await identity.CountAsync("SELECT count(*) FROM refresh_tokens WHERE client_id = $1 AND used_at IS NULL", client.Id));
        Assert.Equal(1, await identity.CountAsync("SELECT count(*) FROM refresh_tokens WHERE client_id = $1 AND used_at IS NOT NULL", client.Id));
        OAuthClient.Fails(await client.RedeemAsync(code), "invalid_grant");
        OAuthClient.Fails(await client.RefreshAsync(RefreshOf(tokens)), "invalid_grant");
    }
}
