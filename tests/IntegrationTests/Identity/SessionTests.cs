using System.Net;
using System.Text.Json;
using Platform.Contracts.Identity;
using static Platform.IntegrationTests.Identity.IdentityFixture;

namespace Platform.IntegrationTests.Identity;

[Collection(SignInCollection.Name)]
public sealed class SessionTests(IdentityFixture identity)
{
    private Task<JsonElement> RefreshAsync(JsonElement tokens, HttpStatusCode expected = HttpStatusCode.OK) => SendAsync(
        identity.Anonymous, HttpMethod.Post, "/api/v2/auth/refresh", expected, new { refresh_token = tokens.GetProperty("refresh_token").GetString() });

    [Fact]
    public async Task Rfc9700_section_4_14_refresh_tokens_rotate_and_a_reused_one_ends_the_family()
    {
        await using var heard = await identity.HearAsync<SessionRevoked>();
        var first = await identity.SignInAsync((await identity.CreateUserAsync()).Username);
        var session = Guid.Parse(Read(first).GetPayloadValue<string>("sid"));
        var second = await RefreshAsync(first);
        Assert.Equal(session.ToString(), Read(second).GetPayloadValue<string>("sid"));
        var third = await RefreshAsync(second);
        await RefreshAsync(first, HttpStatusCode.Unauthorized);
        await RefreshAsync(third, HttpStatusCode.Unauthorized);
        await heard.UntilAsync(e => e.SessionId == session);
    }

    [Fact]
    public async Task Of_parallel_refreshes_exactly_one_wins_and_its_successor_lives()
    {
        var tokens = await identity.SignInAsync((await identity.CreateUserAsync()).Username);
        var body = new { refresh_token = tokens.GetProperty("refresh_token").GetString() };
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            using var response = await System.Net.Http.Json.HttpClientJsonExtensions.PostAsJsonAsync(
                identity.Anonymous, "/api/v2/auth/refresh", body, TestContext.Current.CancellationToken);
            return response.StatusCode;
        }));
        Assert.Single(answers, HttpStatusCode.OK);
        Assert.Equal(19, answers.Count(a => a == HttpStatusCode.Unauthorized));
    }

    [Fact]
    public async Task Logout_ends_the_session_and_tells_the_gateways()
    {
        await using var heard = await identity.HearAsync<SessionRevoked>();
        var tokens = await identity.SignInAsync((await identity.CreateUserAsync()).Username);
        var client = identity.ClientFor(tokens);
        await SendAsync(client, HttpMethod.Post, "/api/v1/auth/logout", HttpStatusCode.OK);
        await SendAsync(client, HttpMethod.Post, "/api/v1/auth/logout", HttpStatusCode.OK);
        var session = Guid.Parse(Read(tokens).GetPayloadValue<string>("sid"));
        await heard.UntilAsync(e => e.SessionId == session && e.ExpiresAt >= Read(tokens).ValidTo);
        Assert.Equal(1, heard.Count(e => e.SessionId == session));
        await RefreshAsync(tokens, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Logout_everywhere_and_ending_one_session_leave_the_others_alone()
    {
        var (_, username) = await identity.CreateUserAsync();
        var (a, b, c) = (await identity.SignInAsync(username), await identity.SignInAsync(username), await identity.SignInAsync(username));
        var stranger = await identity.SignInAsync((await identity.CreateUserAsync()).Username);
        var list = await SendAsync(identity.ClientFor(a), HttpMethod.Get, "/api/v2/auth/sessions", HttpStatusCode.OK);
        Assert.Equal(3, list.GetProperty("items").GetArrayLength());
        Assert.Single(list.GetProperty("items").EnumerateArray(), s => s.GetProperty("current").GetBoolean());

        var sessionOfB = Read(b).GetPayloadValue<string>("sid");
        await SendAsync(identity.ClientFor(stranger), HttpMethod.Delete, $"/api/v2/auth/sessions/{sessionOfB}", HttpStatusCode.NoContent);
        b = await RefreshAsync(b);
        await SendAsync(identity.ClientFor(a), HttpMethod.Delete, $"/api/v2/auth/sessions/{sessionOfB}", HttpStatusCode.NoContent);
        await RefreshAsync(b, HttpStatusCode.Unauthorized);
        await SendAsync(identity.ClientFor(a), HttpMethod.Post, "/api/v2/auth/logout-all", HttpStatusCode.OK);
        await RefreshAsync(c, HttpStatusCode.Unauthorized);
        await RefreshAsync(stranger);
    }

    [Fact]
    public async Task Refresh_gives_the_rights_of_now_and_nothing_once_the_user_is_inactive()
    {
        var (id, username) = await identity.CreateUserAsync("analyst");
        var tokens = await identity.SignInAsync(username);
        await SendAsync(identity.Admin, HttpMethod.Patch, $"/api/v2/users/{id}", HttpStatusCode.OK, new { role = "viewer" });
        tokens = await RefreshAsync(tokens);
        Assert.Equal("viewer", Read(tokens).GetPayloadValue<string>("role"));
        Assert.DoesNotContain("write:", Read(tokens).GetPayloadValue<string>("permissions"), StringComparison.Ordinal);
        await using var heard = await identity.HearAsync<SessionRevoked>();
        await SendAsync(identity.Admin, HttpMethod.Patch, $"/api/v2/users/{id}", HttpStatusCode.OK, new { active = false });
        await heard.UntilAsync(e => e.UserId == id);
        await RefreshAsync(tokens, HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.Unauthorized, (await identity.LogInAsync(username, Password)).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("rt_")]
    [InlineData("rt_AAAAAAAAAHCAAAAAAAAAAegAogFANb91qeIbKcreJY59RtnRQwySdRkgNpu6-g4alCIC5_RQnypOLBA3PT0itQ")]
    public async Task Tokens_that_are_none_are_refused(string token)
    {
        using var response = await System.Net.Http.Json.HttpClientJsonExtensions.PostAsJsonAsync(
            identity.Anonymous, "/api/v2/auth/refresh", new { refresh_token = token }, TestContext.Current.CancellationToken);
        Assert.Equal(token.Length == 0 ? HttpStatusCode.UnprocessableEntity : HttpStatusCode.Unauthorized, response.StatusCode);
    }
}
