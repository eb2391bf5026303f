using System.Net;
using Platform.Contracts.Identity;
using static Platform.IntegrationTests.Identity.IdentityFixture;

namespace Platform.IntegrationTests.Identity;

[Collection(IdentityCollection.Name)]
public sealed class RoleAndPolicyTests(IdentityFixture identity)
{
    [Fact]
    public async Task A_custom_role_allows_what_it_inherits_and_a_change_reaches_its_users()
    {
        await using var heard = await identity.HearAsync<UserUpdated>();
        var (_, slug, admin) = await identity.CreateTenantAsync();
        await SendAsync(admin, HttpMethod.Post, "/api/v2/roles", HttpStatusCode.Created, new { name = "hunter", inherits = new[] { "viewer" }, grants = new[] { "write:threat_intel" } });
        var lead = await SendAsync(admin, HttpMethod.Post, "/api/v2/roles", HttpStatusCode.Created, new { name = "lead_hunter", inherits = new[] { "hunter" }, grants = new[] { "delete:threat_intel" } });
        Assert.Equal(4, lead.GetProperty("permissions").GetArrayLength());
        var (id, username) = await identity.CreateUserAsync("lead_hunter", by: admin);
        var tokens = await identity.SignInAsync(username, tenant: slug);
        Assert.Contains("write:threat_intel", Read(tokens).GetPayloadValue<string>("permissions"), StringComparison.Ordinal);

        await SendAsync(admin, HttpMethod.Put, "/api/v2/roles/hunter", HttpStatusCode.OK, new { inherits = new[] { "viewer" }, grants = new[] { "write:notes" } });
        await heard.UntilAsync(e => e.UserId == id);
        tokens = await SendAsync(identity.Anonymous, HttpMethod.Post, "/api/v2/auth/refresh", HttpStatusCode.OK, new { refresh_token = tokens.GetProperty("refresh_token").GetString() });
        var permissions = Read(tokens).GetPayloadValue<string>("permissions").Split(' ');
        Assert.Contains("write:notes", permissions);
        Assert.DoesNotContain("write:threat_intel", permissions);
        await SendAsync(admin, HttpMethod.Delete, "/api/v2/roles/lead_hunter", HttpStatusCode.Conflict);
        await SendAsync(admin, HttpMethod.Delete, "/api/v2/roles/hunter", HttpStatusCode.Conflict);
        await SendAsync(admin, HttpMethod.Patch, $"/api/v2/users/{id}", HttpStatusCode.OK, new { role = "viewer" });
        await SendAsync(admin, HttpMethod.Delete, "/api/v2/roles/lead_hunter", HttpStatusCode.NoContent);
        await SendAsync(identity.Admin, HttpMethod.Get, "/api/v2/roles/hunter", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Nobody_makes_a_role_that_can_do_more_than_they_can()
    {
        var (_, slug, acting) = await identity.CreateTenantAsync();
        await SendAsync(acting, HttpMethod.Post, "/api/v2/roles", HttpStatusCode.Created, new { name = "user_keeper", grants = new[] { "manage:users", "read:roles" }, inherits = new[] { "viewer" } });
        await SendAsync(acting, HttpMethod.Post, "/api/v2/roles", HttpStatusCode.Created, new { name = "config_keeper", grants = new[] { "manage:config" }, inherits = new[] { "viewer" } });
        var (self, username) = await identity.CreateUserAsync("user_keeper", by: acting);
        var keeper = identity.ClientFor(await identity.SignInAsync(username, tenant: slug));

        // By grant, by inheritance, by changing a role that others have, by taking a role, by giving one, by clearance.
        await SendAsync(keeper, HttpMethod.Post, "/api/v2/roles", HttpStatusCode.Forbidden, new { name = "mine", grants = new[] { "manage:config" } });
        await SendAsync(keeper, HttpMethod.Post, "/api/v2/roles", HttpStatusCode.Forbidden, new { name = "mine", inherits = new[] { "admin" } });
        await SendAsync(keeper, HttpMethod.Post, "/api/v2/roles", HttpStatusCode.Forbidden, new { name = "mine", inherits = new[] { "config_keeper" } });
        await SendAsync(keeper, HttpMethod.Post, "/api/v2/roles", HttpStatusCode.Forbidden, new { name = "mine", grants = new[] { "manage:platform" } });
        await SendAsync(keeper, HttpMethod.Post, "/api/v2/roles", HttpStatusCode.Forbidden, new { name = "mine", tlp_clearance = "red" });
        await SendAsync(keeper, HttpMethod.Put, "/api/v2/roles/config_keeper", HttpStatusCode.Forbidden, new { grants = new[] { "read:notes" } });
        await SendAsync(keeper, HttpMethod.Put, "/api/v2/roles/user_keeper", HttpStatusCode.Forbidden, new { grants = new[] { "manage:users", "write:all" } });
        await SendAsync(keeper, HttpMethod.Put, "/api/v2/roles/admin", HttpStatusCode.Conflict, new { grants = new[] { "read:notes" } });
        await SendAsync(keeper, HttpMethod.Patch, $"/api/v2/users/{self}", HttpStatusCode.Forbidden, new { role = "admin" });
        await SendAsync(keeper, HttpMethod.Patch, $"/api/v2/users/{self}", HttpStatusCode.Forbidden, new { tlp_clearance = "red" });
        await SendAsync(keeper, HttpMethod.Post, "/api/v2/users", HttpStatusCode.Forbidden, new { username = "x@example.com", role = "config_keeper" });
        await SendAsync(keeper, HttpMethod.Post, "/api/v2/users/invitations", HttpStatusCode.Forbidden, new { username = "x@example.com", role = "superuser" });
        await SendAsync(keeper, HttpMethod.Post, "/api/v2/roles", HttpStatusCode.Created, new { name = "mine", inherits = new[] { "viewer" } });
    }

    [Fact]
    public async Task Inheritance_goes_in_no_circles_and_names_what_exists()
    {
        var (_, _, admin) = await identity.CreateTenantAsync();
        foreach (var name in new[] { "a1", "b1" })
        {
            await SendAsync(admin, HttpMethod.Post, "/api/v2/roles", HttpStatusCode.Created, new { name, grants = new[] { "read:notes" }, inherits = name == "b1" ? new[] { "a1" } : [] });
        }

        await SendAsync(admin, HttpMethod.Put, "/api/v2/roles/a1", HttpStatusCode.UnprocessableEntity, new { inherits = new[] { "b1" } });
        await SendAsync(admin, HttpMethod.Put, "/api/v2/roles/a1", HttpStatusCode.UnprocessableEntity, new { inherits = new[] { "a1" } });
        await SendAsync(admin, HttpMethod.Post, "/api/v2/roles", HttpStatusCode.UnprocessableEntity, new { name = "c1", inherits = new[] { "nothing" } });
        await SendAsync(admin, HttpMethod.Post, "/api/v2/roles", HttpStatusCode.UnprocessableEntity, new { name = "C 1", grants = new[] { "fly:high" } });
        await SendAsync(admin, HttpMethod.Post, "/api/v2/roles", HttpStatusCode.Conflict, new { name = "viewer" });
        await SendAsync(admin, HttpMethod.Post, "/api/v2/roles", HttpStatusCode.Conflict, new { name = "a1" });
    }

    [Fact]
    public async Task The_oldest_session_ends_beyond_the_policys_number()
    {
        await using var heard = await identity.HearAsync<SessionRevoked>();
        var (_, slug, admin) = await identity.CreateTenantAsync();
        await SendAsync(admin, HttpMethod.Put, "/api/v2/auth/policy", HttpStatusCode.OK, new { max_sessions = 2, session_days = 3 });
        var (_, username) = await identity.CreateUserAsync(by: admin);
        var first = await identity.SignInAsync(username, tenant: slug);
        var second = await identity.SignInAsync(username, tenant: slug);
        var third = await identity.SignInAsync(username, tenant: slug);
        var sid = Guid.Parse(Read(first).GetPayloadValue<string>("sid"));
        await heard.UntilAsync(e => e.SessionId == sid);
        await SendAsync(identity.Anonymous, HttpMethod.Post, "/api/v2/auth/refresh", HttpStatusCode.Unauthorized, new { refresh_token = first.GetProperty("refresh_token").GetString() });
        await SendAsync(identity.Anonymous, HttpMethod.Post, "/api/v2/auth/refresh", HttpStatusCode.OK, new { refresh_token = second.GetProperty("refresh_token").GetString() });
        var sessions = (await SendAsync(identity.ClientFor(third), HttpMethod.Get, "/api/v2/auth/sessions", HttpStatusCode.OK)).GetProperty("items");
        Assert.Equal(2, sessions.GetArrayLength());
        Assert.True(sessions[0].GetProperty("expires_at").GetDateTimeOffset() < DateTimeOffset.UtcNow.AddDays(3.1));
    }

    [Fact]
    public async Task The_policys_passwords_and_domains_hold()
    {
        var (_, slug, admin) = await identity.CreateTenantAsync();
        await SendAsync(admin, HttpMethod.Put, "/api/v2/auth/policy", HttpStatusCode.OK, new { password_min_length = 20, allowed_email_domains = new[] { "corp.example" } });
        await SendAsync(admin, HttpMethod.Post, "/api/v2/users", HttpStatusCode.UnprocessableEntity, new { username = "a@elsewhere.example" });
        await SendAsync(admin, HttpMethod.Post, "/api/v2/users", HttpStatusCode.UnprocessableEntity, new { username = "a@corp.example", password = "eighteen characters"[..18] });
        await SendAsync(admin, HttpMethod.Post, "/api/v2/users", HttpStatusCode.Created, new { username = "a@CORP.example", password = "twenty characters long pass", must_change_password = false });
        var tokens = await identity.SignInAsync("a@corp.example", "twenty characters long pass", slug);
        for (var i = 0; i < 4; i++)
        {
            await ChangeAsync(tokens, i == 0 ? "twenty characters long pass" : $"the number {i} of long passes", $"the number {i + 1} of long passes", HttpStatusCode.OK);
        }

        await ChangeAsync(tokens, "the number 4 of long passes", "twenty characters long pass", HttpStatusCode.UnprocessableEntity);
        await ChangeAsync(tokens, "the number 4 of long passes", "the number 5 of long passes", HttpStatusCode.OK);
        await ChangeAsync(tokens, "the number 5 of long passes", "twenty characters long pass", HttpStatusCode.OK); // The sixth from the end.
    }

    [Theory]
    [InlineData("{\"max_sessions\":0}")]
    [InlineData("{\"session_days\":10000}")]
    [InlineData("{\"password_min_length\":3}")]
    [InlineData("{\"allowed_email_domains\":[\"not a domain\"]}")]
    [InlineData("{\"mfa_required_roles\":[\"No Role\"]}")]
    public async Task A_policy_out_of_range_is_refused(string policy)
    {
        using var content = new StringContent(policy, System.Text.Encoding.UTF8, "application/json");
        using var response = await identity.Admin.PutAsync(new Uri("/api/v2/auth/policy", UriKind.Relative), content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
    }

    private async Task ChangeAsync(System.Text.Json.JsonElement tokens, string from, string to, HttpStatusCode expected)
    {
        // From a new address each time, since a sixth attempt a minute from one would have to wait; and with a token of now.
        using var client = identity.ClientFor(tokens);
        client.DefaultRequestHeaders.Add("X-Client-Address", identity.NewAddress());
        await SendAsync(client, HttpMethod.Post, "/api/v2/auth/password/change", expected, new { current_password = from, new_password = to });
    }
}
