using System.Net;
using Platform.Contracts;
using Platform.Contracts.Identity;
using Platform.ServiceDefaults;
using static Platform.IntegrationTests.Identity.IdentityFixture;

namespace Platform.IntegrationTests.Identity;

[Collection(IdentityCollection.Name)]
public sealed class UserTests(IdentityFixture identity)
{
    [Fact]
    public async Task All_faults_of_a_new_user_come_at_once()
    {
        var fault = await SendAsync(
            identity.Admin, HttpMethod.Post, "/api/v1/users", HttpStatusCode.UnprocessableEntity, new { username = "ana", password = "password1234", role = "king" });
        Assert.Equal(["password", "role", "username"], fault.GetProperty("error").GetProperty("details").EnumerateObject().Select(p => p.Name).Order());
    }

    [Fact]
    public async Task A_user_is_created_listed_changed_and_deleted_with_an_event_each()
    {
        await using var created = await identity.HearAsync<UserCreated>();
        await using var updated = await identity.HearAsync<UserUpdated>();
        await using var deleted = await identity.HearAsync<UserDeleted>();
        var (id, username) = await identity.CreateUserAsync("operator");
        var list = await SendAsync(identity.Admin, HttpMethod.Get, $"/api/v1/users?page=1&per_page=5&role=operator&active=true&search={username[..20]}", HttpStatusCode.OK);
        Assert.Equal(id, Assert.Single(list.GetProperty("data").GetProperty("items").EnumerateArray().ToArray()).GetProperty("user_id").GetGuid());
        Assert.Equal(5, list.GetProperty("data").GetProperty("per_page").GetInt32());
        var changed = await SendAsync(identity.Admin, HttpMethod.Put, $"/api/v2/users/{id}", HttpStatusCode.OK, new { role = "analyst", tlp_clearance = "amber+strict" });
        Assert.Equal(("analyst", "amber+strict"), (changed.GetProperty("role").GetString(), changed.GetProperty("tlp_clearance").GetString()));
        await SendAsync(identity.Admin, HttpMethod.Delete, $"/api/v2/users/{id}", HttpStatusCode.NoContent);
        await SendAsync(identity.Admin, HttpMethod.Delete, $"/api/v2/users/{id}", HttpStatusCode.NoContent);
        await SendAsync(identity.Admin, HttpMethod.Get, $"/api/v2/users/{id}", HttpStatusCode.NotFound);
        await created.UntilAsync(e => e.UserId == id && e.Role == "operator");
        await updated.UntilAsync(e => e.UserId == id && e.Role == "analyst");
        await deleted.UntilAsync(e => e.UserId == id);

        // The address is free again.
        await SendAsync(identity.Admin, HttpMethod.Post, "/api/v2/users", HttpStatusCode.Created, new { username });
        await SendAsync(identity.Admin, HttpMethod.Post, "/api/v2/users", HttpStatusCode.Conflict, new { username = username.ToUpperInvariant() });
    }

    [Theory]
    [InlineData("viewer")]
    [InlineData("analyst")]
    [InlineData("operator")]
    [InlineData("developer")]
    public async Task Without_rights_over_users_one_sees_and_renames_oneself_only(string role)
    {
        var tokens = await identity.SignInAsync((await identity.CreateUserAsync(role)).Username);
        var client = identity.ClientFor(tokens);
        var self = Read(tokens).Subject;
        var (other, _) = await identity.CreateUserAsync();
        await SendAsync(client, HttpMethod.Get, $"/api/v2/users/{self}", HttpStatusCode.OK);
        await SendAsync(client, HttpMethod.Get, "/api/v2/users", HttpStatusCode.Forbidden);
        await SendAsync(client, HttpMethod.Get, $"/api/v2/users/{other}", HttpStatusCode.Forbidden);
        await SendAsync(client, HttpMethod.Get, $"/api/v2/users/{Guid.NewGuid()}", HttpStatusCode.Forbidden);
        await SendAsync(client, HttpMethod.Patch, $"/api/v2/users/{other}", HttpStatusCode.Forbidden, new { active = false });
        await SendAsync(client, HttpMethod.Patch, $"/api/v2/users/{self}", HttpStatusCode.Forbidden, new { role = "admin" });
        await SendAsync(client, HttpMethod.Patch, $"/api/v2/users/{self}", HttpStatusCode.Forbidden, new { tlp_clearance = "red" });
        await SendAsync(client, HttpMethod.Patch, $"/api/v2/users/{self}", HttpStatusCode.OK, new { username = $"n{Guid.NewGuid():N}@example.com" });
        await SendAsync(client, HttpMethod.Post, "/api/v2/users", HttpStatusCode.Forbidden, new { username = "x@example.com" });
        await SendAsync(client, HttpMethod.Delete, $"/api/v2/users/{other}", HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_superuser_sees_and_changes_viewers_only()
    {
        var client = await identity.NewUserClientAsync("superuser");
        var (viewer, viewerName) = await identity.CreateUserAsync();
        var (analyst, analystName) = await identity.CreateUserAsync("analyst");
        await SendAsync(client, HttpMethod.Get, $"/api/v2/users/{viewer}", HttpStatusCode.OK);
        await SendAsync(client, HttpMethod.Get, $"/api/v2/users/{analyst}", HttpStatusCode.NotFound);
        Assert.Equal(1, (await SendAsync(client, HttpMethod.Get, $"/api/v2/users?search={viewerName}", HttpStatusCode.OK)).GetProperty("items").GetArrayLength());
        Assert.Equal(0, (await SendAsync(client, HttpMethod.Get, $"/api/v2/users?search={analystName}", HttpStatusCode.OK)).GetProperty("items").GetArrayLength());
        await SendAsync(client, HttpMethod.Patch, $"/api/v2/users/{viewer}", HttpStatusCode.OK, new { active = false });
        await SendAsync(client, HttpMethod.Patch, $"/api/v2/users/{viewer}", HttpStatusCode.Forbidden, new { role = "analyst" });
        await SendAsync(client, HttpMethod.Patch, $"/api/v2/users/{analyst}", HttpStatusCode.NotFound, new { active = false });
    }

    [Fact]
    public async Task Nobody_gives_more_than_they_have()
    {
        var admin = await identity.NewUserClientAsync("admin");
        await SendAsync(admin, HttpMethod.Post, "/api/v2/users", HttpStatusCode.Forbidden, new { username = "boss@example.com", role = "platform_admin" });
        var (id, _) = await identity.CreateUserAsync(by: admin);
        await SendAsync(admin, HttpMethod.Patch, $"/api/v2/users/{id}", HttpStatusCode.Forbidden, new { role = "platform_admin" });
        await SendAsync(admin, HttpMethod.Patch, $"/api/v2/users/{Read(identity.AdminTokens).Subject}", HttpStatusCode.Forbidden, new { active = false });
        await SendAsync(admin, HttpMethod.Delete, $"/api/v2/users/{Read(identity.AdminTokens).Subject}", HttpStatusCode.Forbidden);
        await SendAsync(admin, HttpMethod.Patch, $"/api/v2/users/{id}", HttpStatusCode.OK, new { role = "admin" });
    }

    [Fact]
    public async Task The_last_administrator_stays_and_nobody_deletes_themselves()
    {
        var (tenant, slug, acting) = await identity.CreateTenantAsync();
        var (first, name) = await identity.CreateUserAsync("admin", by: acting);
        var client = identity.ClientFor(await identity.SignInAsync(name, tenant: slug));
        await SendAsync(client, HttpMethod.Delete, $"/api/v2/users/{first}", HttpStatusCode.BadRequest);
        await SendAsync(acting, HttpMethod.Delete, $"/api/v2/users/{first}", HttpStatusCode.Conflict);
        await SendAsync(acting, HttpMethod.Patch, $"/api/v2/users/{first}", HttpStatusCode.Conflict, new { active = false });
        await SendAsync(acting, HttpMethod.Patch, $"/api/v2/users/{first}", HttpStatusCode.Conflict, new { role = "viewer" });
        var (second, _) = await identity.CreateUserAsync("admin", by: acting);
        var both = await Task.WhenAll(
            StatusOfDeleteAsync(acting, first),
            StatusOfDeleteAsync(acting, second));
        Assert.Equal([HttpStatusCode.NoContent, HttpStatusCode.Conflict], both.Order());
        Assert.Equal(1, await identity.CountAsync("SELECT count(*) FROM users WHERE tenant_id = $1 AND role = 'admin' AND deleted_at IS NULL", tenant));
    }

    [Fact]
    public async Task Rfc7396_null_removes_a_clearance_of_ones_own_and_nothing_that_must_be_there()
    {
        var (id, _) = await identity.CreateUserAsync("analyst");
        var path = $"/api/v2/users/{id}";
        var byRole = (await SendAsync(identity.Admin, HttpMethod.Get, path, HttpStatusCode.OK)).GetProperty("tlp_clearance").GetString();
        Assert.Equal("clear", (await SendAsync(identity.Admin, HttpMethod.Patch, path, HttpStatusCode.OK, new { tlp_clearance = "clear" })).GetProperty("tlp_clearance").GetString());
        Assert.NotEqual("clear", byRole);
        Assert.Equal("clear", (await SendAsync(identity.Admin, HttpMethod.Patch, path, HttpStatusCode.OK, new { active = true })).GetProperty("tlp_clearance").GetString());
        Assert.Equal(byRole, (await SendAsync(identity.Admin, HttpMethod.Patch, path, HttpStatusCode.OK, new { tlp_clearance = (string?)null })).GetProperty("tlp_clearance").GetString());
        foreach (var member in new[] { "username", "role", "active", "must_change_password" })
        {
            var fault = await SendAsync(identity.Admin, HttpMethod.Patch, path, HttpStatusCode.UnprocessableEntity, new Dictionary<string, object?> { [member] = null });
            Assert.True(fault.GetProperty("errors").TryGetProperty(member, out _), fault.ToString());
        }

        await SendAsync(identity.Admin, HttpMethod.Patch, path, HttpStatusCode.UnprocessableEntity, new { no_such_member = 1 });
        var user = await SendAsync(identity.Admin, HttpMethod.Get, path, HttpStatusCode.OK);
        Assert.Equal(("analyst", true), (user.GetProperty("role").GetString(), user.GetProperty("active").GetBoolean()));
    }

    [Fact]
    public async Task Nobody_gets_a_roles_clearance_back_from_somebody_who_has_less()
    {
        var (id, _) = await identity.CreateUserAsync("analyst");
        var path = $"/api/v2/users/{id}";
        await SendAsync(identity.Admin, HttpMethod.Patch, path, HttpStatusCode.OK, new { tlp_clearance = "clear" });
        var low = identity.ClientFor(new Caller(
            WellKnown.DefaultTenantId, Guid.NewGuid().ToString(), CallerKind.User, PermissionSet.Parse("read:all read:users manage:users read:audit write:all use:chat"), TlpLevel.Clear, Guid.NewGuid()));
        await SendAsync(low, HttpMethod.Patch, path, HttpStatusCode.Forbidden, new { tlp_clearance = (string?)null });
    }

    [Fact]
    public async Task If_match_guards_a_change()
    {
        var (id, _) = await identity.CreateUserAsync();
        using var read = await identity.Admin.GetAsync(new Uri($"/api/v2/users/{id}", UriKind.Relative), TestContext.Current.CancellationToken);
        var tag = read.Headers.ETag!.ToString();
        var stale = identity.Admin;
        stale.DefaultRequestHeaders.Add("If-Match", tag);
        await SendAsync(stale, HttpMethod.Patch, $"/api/v2/users/{id}", HttpStatusCode.OK, new { role = "analyst" });
        await SendAsync(stale, HttpMethod.Patch, $"/api/v2/users/{id}", HttpStatusCode.PreconditionFailed, new { role = "viewer" });
    }

    [Fact]
    public async Task An_anonymous_caller_gets_nowhere()
    {
        await SendAsync(identity.Anonymous, HttpMethod.Get, "/api/v2/users/me", HttpStatusCode.Unauthorized);
        await SendAsync(identity.Anonymous, HttpMethod.Get, "/api/v2/users", HttpStatusCode.Forbidden);
        await SendAsync(identity.Anonymous, HttpMethod.Post, "/api/v2/auth/logout", HttpStatusCode.Unauthorized);
        await SendAsync(identity.Anonymous, HttpMethod.Get, "/api/v2/roles", HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Roles_and_permissions_are_listed()
    {
        var client = await identity.NewUserClientAsync("viewer");
        Assert.Equal(7, (await SendAsync(client, HttpMethod.Get, "/api/v2/roles", HttpStatusCode.OK)).GetProperty("items").GetArrayLength());
        Assert.NotEqual(0, (await SendAsync(client, HttpMethod.Get, "/api/v2/permissions", HttpStatusCode.OK)).GetProperty("items").GetArrayLength());
    }

    private static async Task<HttpStatusCode> StatusOfDeleteAsync(HttpClient client, Guid id)
    {
        using var response = await client.DeleteAsync(new Uri($"/api/v2/users/{id}", UriKind.Relative), TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
