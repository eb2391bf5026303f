using System.Net;
using Platform.Contracts;
using Platform.Contracts.Identity;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using static Platform.IntegrationTests.Identity.IdentityFixture;

namespace Platform.IntegrationTests.Identity;

[Collection(IdentityCollection.Name)]
public sealed class PersonTests(IdentityFixture identity)
{
    private static readonly string[] PersonalTables =
        ["sessions", "refresh_tokens", "devices", "mfa_methods", "recovery_codes", "former_passwords", "account_tokens"];

    [Fact]
    public async Task A_user_reads_all_that_is_kept_and_an_erased_one_leaves_an_id()
    {
        var (tenant, slug, admin) = await identity.CreateTenantAsync();
        var (id, username) = await identity.CreateUserAsync(by: admin);
        var tokens = await identity.SignInAsync(username, tenant: slug);
        await identity.EnrollTotpAsync(tokens);
        var export = await SendAsync(identity.ClientFor(tokens), HttpMethod.Get, $"/api/v2/users/{id}/export", HttpStatusCode.OK);
        Assert.Equal(username, export.GetProperty("user").GetProperty("username").GetString());
        Assert.All(new[] { "sessions", "devices", "mfa_methods", "audit" }, part => Assert.NotEqual(0, export.GetProperty(part).GetArrayLength()));
        var (other, _) = await identity.CreateUserAsync(by: admin);
        await SendAsync(identity.ClientFor(tokens), HttpMethod.Get, $"/api/v2/users/{other}/export", HttpStatusCode.Forbidden);
        await SendAsync(identity.ClientFor(tokens), HttpMethod.Post, $"/api/v2/users/{other}/erase", HttpStatusCode.Forbidden);

        await using var heard = await identity.HearAsync<UserDeleted>();
        await SendAsync(admin, HttpMethod.Post, $"/api/v2/users/{id}/erase", HttpStatusCode.NoContent);
        await SendAsync(admin, HttpMethod.Post, $"/api/v2/users/{id}/erase", HttpStatusCode.NoContent);
        await heard.UntilAsync(e => e.UserId == id);
        foreach (var table in PersonalTables.Except(["sessions"]))
        {
            Assert.Equal(0, await identity.CountAsync($"SELECT count(*) FROM {table} WHERE user_id = $1", id));
        }

        Assert.Equal(0, await identity.CountAsync(
            "SELECT (SELECT count(*) FROM users WHERE user_name = $1) + (SELECT count(*) FROM audit_log WHERE details::text LIKE '%' || $1 || '%')", username));
        Assert.True((await SendAsync(admin, HttpMethod.Get, "/api/v2/audit/verify", HttpStatusCode.OK)).GetProperty("valid").GetBoolean());
        Assert.NotEqual(tenant, Guid.Empty);
    }

    [Fact]
    public async Task A_deleted_tenant_leaves_nothing_but_its_chain()
    {
        await using var heard = await identity.HearAsync<TenantErased>();
        var (tenant, slug, admin) = await identity.CreateTenantAsync();
        var (_, username) = await identity.CreateUserAsync(by: admin);
        await identity.SignInAsync(username, tenant: slug);
        await identity.PublishAsync(tenant, new TenantDeleted(tenant));
        await heard.UntilAsync(e => e.TenantId == tenant && e.Service == "identity");
        foreach (var table in PersonalTables.Concat(["users", "login_attempts", "clients", "roles", "policies", "mfa_challenges"]))
        {
            Assert.Equal(0, await identity.CountAsync($"SELECT count(*) FROM {table} WHERE tenant_id = $1", tenant));
        }

        Assert.Equal(0, await identity.CountAsync("SELECT count(*) FROM audit_log WHERE tenant_id = $1 AND (actor_id IS NOT NULL OR details IS NOT NULL)", tenant));
        Assert.Equal(HttpStatusCode.Unauthorized, (await identity.LogInAsync(username, Password, slug)).Status);
    }

    [Fact]
    public async Task Acting_elsewhere_ends_with_the_session_at_home()
    {
        await using var heard = await identity.HearAsync<SessionRevoked>();
        var (tenant, _, _) = await identity.CreateTenantAsync();
        var (_, username) = await identity.CreateUserAsync("platform_admin");
        var home = await identity.SignInAsync(username);
        var acting = await SendAsync(identity.ClientFor(home), HttpMethod.Post, "/api/v2/auth/act-as", HttpStatusCode.OK, new { tenant_id = tenant, reason = "test" });
        var session = Guid.Parse(Read(acting).GetPayloadValue<string>("sid"));
        var gateway = identity.ClientFor(new Caller(WellKnown.DefaultTenantId, "gateway", CallerKind.Service, PermissionSet.Parse("use:internal"), TlpLevel.Clear));
        var question = new { tenant_id = tenant, session_id = session };
        Assert.True((await SendAsync(gateway, HttpMethod.Post, "/internal/sessions/resolve", HttpStatusCode.OK, question)).GetProperty("active").GetBoolean());
        await SendAsync(identity.ClientFor(home), HttpMethod.Post, "/api/v2/auth/logout", HttpStatusCode.OK);
        await heard.UntilAsync(e => e.SessionId == session && e.TenantId == tenant);
        Assert.False((await SendAsync(gateway, HttpMethod.Post, "/internal/sessions/resolve", HttpStatusCode.OK, question)).GetProperty("active").GetBoolean());
    }

    [Fact]
    public async Task A_second_device_raises_a_signal_and_the_first_does_not()
    {
        await using var heard = await identity.HearAsync<SecuritySignalRaised>();
        var (id, username) = await identity.CreateUserAsync();
        foreach (var installation in new[] { "one", "one", "ONE ", "two" })
        {
            var (status, _, _) = await identity.AnonymouslyAsync(
                "/api/v2/auth/login", new { username, password = Password, device = new { name = "phone", signals = new Dictionary<string, string> { ["Installation"] = installation } } });
            Assert.Equal(HttpStatusCode.OK, status);
        }

        await heard.UntilAsync(e => e.Kind == "new_device" && e.Subject == id.ToString());
        Assert.Equal(1, heard.Count(e => e.Subject == id.ToString()));
        Assert.Equal(2, await identity.CountAsync("SELECT count(*) FROM devices WHERE user_id = $1", id));
    }

    [Fact]
    public async Task Oversized_parameters_are_refused_before_they_cost_anything()
    {
        var huge = new string('x', 100_000);
        foreach (var (path, body) in new (string, object)[]
        {
            ("/api/v2/auth/login", new { username = huge, password = "x" }),
            ("/api/v2/auth/login", new { username = "a@b.example", password = huge }),
            ("/api/v2/auth/login", new { username = "a@b.example", password = "x", tenant = huge }),
            ("/api/v2/auth/login", new { username = "a@b.example", password = "x", device = huge }),
            ("/api/v2/auth/login", new { username = "a@b.example", password = "x", device = new { signals = Enumerable.Range(0, 1000).ToDictionary(i => $"s{i}", i => "v") } }),
            ("/api/v2/auth/refresh", new { refresh_token = huge }),
            ("/api/v2/auth/mfa/verify", new { challenge_id = huge, method = "totp", code = "1" }),
            ("/api/v2/auth/mfa/verify", new { challenge_id = "x", method = "totp", code = huge }),
            ("/api/v2/auth/password/forgot", new { username = huge }),
            ("/api/v2/auth/password/reset", new { token = huge, new_password = "x" }),
            ("/api/v2/auth/password/reset", new { token = "x", new_password = huge }),
            ("/api/v2/users/invitations/accept", new { token = "x", password = huge }),
        })
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await identity.AnonymouslyAsync(path, body)).Status);
        }
    }
}
