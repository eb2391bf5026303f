using System.Net;
using Npgsql;
using Platform.Contracts;
using Platform.ServiceDefaults;
using static Platform.IntegrationTests.Identity.IdentityFixture;

namespace Platform.IntegrationTests.Identity;

[Collection(IdentityCollection.Name)]
public sealed class TenantIsolationTests(IdentityFixture identity)
{
    [Theory]
    [InlineData("users")]
    [InlineData("sessions")]
    [InlineData("refresh_tokens")]
    [InlineData("login_attempts")]
    [InlineData("clients")]
    [InlineData("audit_log")]
    public async Task Row_security_shows_a_tenant_its_own_rows_without_any_filter(string table)
    {
        var ct = TestContext.Current.CancellationToken;
        var (tenant, slug, acting) = await identity.CreateTenantAsync();
        var (_, username) = await identity.CreateUserAsync("admin", by: acting);
        await identity.SignInAsync(username, tenant: slug);
        await SendAsync(acting, HttpMethod.Post, "/api/v2/integrations/clients", HttpStatusCode.Created, new { client_name = "c", permissions = new[] { "read:all" } });
#pragma warning disable CA2100 // The table's name is the test's own.
        await using (var session = await TenantSession.OpenAsync(identity.App, tenant, ct))
        {
            await using var own = session.Command($"SELECT count(*) FROM {table}");
            await using var others = session.Command($"SELECT count(*) FROM {table} WHERE tenant_id <> '{tenant}'");
            Assert.NotEqual(0L, await own.ExecuteScalarAsync(ct));
            Assert.Equal(0L, await others.ExecuteScalarAsync(ct));
        }

        await using (var elsewhere = await TenantSession.OpenAsync(identity.App, Guid.NewGuid(), ct))
        {
            await using var rows = elsewhere.Command($"SELECT count(*) FROM {table}");
            await using var moved = elsewhere.Command($"UPDATE {table} SET tenant_id = '{Guid.NewGuid()}'");
            Assert.Equal(0L, await rows.ExecuteScalarAsync(ct));
            Assert.Equal(0, await moved.ExecuteNonQueryAsync(ct));
        }

        await using var nobody = identity.App.CreateCommand($"SELECT count(*) FROM {table}");
#pragma warning restore CA2100
        Assert.Equal(0L, await nobody.ExecuteScalarAsync(ct));
    }

    [Fact]
    public async Task Every_table_with_a_tenant_forces_row_security() => Assert.Equal(0, await identity.CountAsync("""
        SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE a.attname = 'tenant_id' AND c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
            AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
        """));

    [Fact]
    public async Task The_audit_log_takes_new_rows_and_gives_none_up()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var session = await TenantSession.OpenAsync(identity.App, WellKnown.DefaultTenantId, ct);
        await using var count = session.Command("SELECT count(*) FROM audit_log");
        await using var delete = session.Command("DELETE FROM audit_log");
        await using var update = session.Command("UPDATE audit_log SET action = 'nothing'");
        Assert.NotEqual(0L, await count.ExecuteScalarAsync(ct));
        Assert.Equal(0, await delete.ExecuteNonQueryAsync(ct));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => update.ExecuteNonQueryAsync(ct));
        Assert.Equal(PostgresErrorCodes.RaiseException, refused.SqlState);
    }

    [Fact]
    public async Task Another_tenants_users_and_clients_do_not_exist()
    {
        var (_, _, a) = await identity.CreateTenantAsync();
        var (_, slugB, b) = await identity.CreateTenantAsync();
        var (id, name) = await identity.CreateUserAsync(by: a);
        var client = await SendAsync(a, HttpMethod.Post, "/api/v2/integrations/clients", HttpStatusCode.Created, new { client_name = "c", permissions = new[] { "read:all" } });
        var clientId = client.GetProperty("client_id").GetString();
        await SendAsync(b, HttpMethod.Get, $"/api/v2/users/{id}", HttpStatusCode.NotFound);
        await SendAsync(b, HttpMethod.Patch, $"/api/v2/users/{id}", HttpStatusCode.NotFound, new { active = false });
        await SendAsync(b, HttpMethod.Delete, $"/api/v2/users/{id}", HttpStatusCode.NoContent);
        await SendAsync(b, HttpMethod.Get, $"/api/v2/integrations/clients/{clientId}", HttpStatusCode.NotFound);
        await SendAsync(b, HttpMethod.Delete, $"/api/v2/integrations/clients/{clientId}", HttpStatusCode.NoContent);
        Assert.Equal(0, (await SendAsync(b, HttpMethod.Get, "/api/v2/integrations/clients", HttpStatusCode.OK)).GetProperty("items").GetArrayLength());
        Assert.Equal(0, (await SendAsync(b, HttpMethod.Get, "/api/v2/users", HttpStatusCode.OK)).GetProperty("items").GetArrayLength());
        Assert.Equal(HttpStatusCode.Unauthorized, (await identity.LogInAsync(name, Password, slugB)).Status);

        // Still there, and the same address is another user in another tenant.
        await SendAsync(a, HttpMethod.Get, $"/api/v2/users/{id}", HttpStatusCode.OK);
        await SendAsync(a, HttpMethod.Get, $"/api/v2/integrations/clients/{clientId}", HttpStatusCode.OK);
        await SendAsync(b, HttpMethod.Post, "/api/v2/users", HttpStatusCode.Created, new { username = name });
    }

    [Fact]
    public async Task Only_platform_administrators_act_in_other_tenants_for_others_none_exists()
    {
        var (tenant, _, acting) = await identity.CreateTenantAsync();
        foreach (var client in new[] { await identity.NewUserClientAsync("admin"), await identity.NewUserClientAsync("viewer"), acting })
        {
            foreach (var id in new[] { tenant, Guid.NewGuid() })
            {
                await SendAsync(client, HttpMethod.Post, "/api/v2/auth/act-as", HttpStatusCode.Forbidden, new { tenant_id = id, reason = "curious" });
            }
        }

        await SendAsync(identity.Admin, HttpMethod.Post, "/api/v2/auth/act-as", HttpStatusCode.NotFound, new { tenant_id = Guid.NewGuid(), reason = "test" });
        await SendAsync(identity.Admin, HttpMethod.Post, "/api/v2/auth/act-as", HttpStatusCode.UnprocessableEntity, new { tenant_id = tenant });
    }

    [Fact]
    public async Task Acting_reads_unless_writing_was_asked_for_cannot_be_renewed_and_is_audited_in_both_tenants()
    {
        var (tenant, _, _) = await identity.CreateTenantAsync();
        var tokens = await SendAsync(identity.Admin, HttpMethod.Post, "/api/v2/auth/act-as", HttpStatusCode.OK, new { tenant_id = tenant, reason = "a support case" });
        Assert.False(tokens.TryGetProperty("refresh_token", out _));
        Assert.Equal(900, tokens.GetProperty("expires_in").GetInt32());
        var token = Read(tokens);
        Assert.Equal(tenant.ToString(), token.GetPayloadValue<string>("tenant"));
        Assert.Equal(Read(identity.AdminTokens).Subject, token.Subject);
        var client = identity.ClientFor(tokens);
        await SendAsync(client, HttpMethod.Get, "/api/v2/users", HttpStatusCode.OK);
        await SendAsync(client, HttpMethod.Post, "/api/v2/users", HttpStatusCode.Forbidden, new { username = "x@example.com" });
        foreach (var t in new[] { tenant, WellKnown.DefaultTenantId })
        {
            Assert.Equal(1, await identity.CountAsync(
                "SELECT count(*) FROM audit_log WHERE tenant_id = $1 AND action = 'act_as' AND resource = $2 AND details ->> 'reason' = 'a support case'", t, $"tenant/{tenant}"));
        }
    }

    [Fact]
    public async Task Every_policy_has_its_setting_in_a_sub_select()
    {
        await identity.CountAsync("SELECT count(*) FROM ensure_audit_partition('2031-05-01')");
        Assert.True(await identity.CountAsync("SELECT count(*) FROM pg_policies WHERE tablename = 'audit_log_2031_05' AND policyname IN ('tenant_read', 'tenant_append', 'tenant_chain')") == 3);
        Assert.Equal(0, await identity.CountAsync("""
            SELECT count(*) FROM pg_policies WHERE concat(qual, with_check) LIKE '%current_setting%'
                AND (regexp_count(concat(qual, with_check), 'current_setting') <> regexp_count(concat(qual, with_check), 'SELECT'))
            """));
    }

    [Fact]
    public async Task A_row_cannot_be_written_into_another_tenant()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var session = await TenantSession.OpenAsync(identity.App, Guid.NewGuid(), ct);
        await using var insert = session.Command(
            "INSERT INTO audit_log (id, tenant_id, at, action, resource, outcome) VALUES (gen_random_uuid(), $1, now(), 'x', 'x', 'x')");
        insert.Parameters.Add(new() { Value = WellKnown.DefaultTenantId });
        var refused = await Assert.ThrowsAsync<PostgresException>(() => insert.ExecuteNonQueryAsync(ct));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }
}
