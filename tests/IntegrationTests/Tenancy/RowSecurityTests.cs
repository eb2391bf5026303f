using System.Net;
using Npgsql;
using Platform.ServiceDefaults;
using Platform.Tenancy.Usage;
using static Platform.IntegrationTests.Tenancy.TenancyFixture;

namespace Platform.IntegrationTests.Tenancy;

/// <summary>The database itself keeps tenants apart: these statements have no filter of their own.</summary>
[Collection(TenancyCollection.Name)]
public sealed class RowSecurityTests(TenancyFixture tenancy)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private static async Task<T> ScalarAsync<T>(TenantSession session, string sql)
    {
#pragma warning disable CA2100 // The test's own text.
        await using var command = session.Command(sql);
#pragma warning restore CA2100
        return (T)(await command.ExecuteScalarAsync(Ct))!;
    }

    [Fact]
    public async Task Without_any_filter_a_session_sees_its_own_tenant_alone()
    {
        var (a, b) = (await tenancy.CreateTenantAsync(Ct), await tenancy.CreateTenantAsync(Ct));
        foreach (var (tenant, count) in new[] { (a, 2), (b, 3) })
        {
            for (var i = 0; i < count; i++)
            {
                await SendAsync(tenancy.ClientFor(tenant, PlatformAdmin), HttpMethod.Post, "/api/v2/admin/api-keys", HttpStatusCode.Created, Ct, new { name = "k", permissions = new[] { "read:all" } });
            }

            await SendAsync(tenancy.Admin, HttpMethod.Put, $"/api/v2/admin/tenants/{tenant}/rate-limits", HttpStatusCode.OK, Ct, new { requests_per_minute = 5, requests_per_hour = 50, requests_per_day = 500 });
        }

        foreach (var (tenant, count) in new[] { (a, 2L), (b, 3L), (Guid.NewGuid(), 0L) })
        {
            await using var session = await TenantSession.OpenAsync(tenancy.App, tenant, Ct);
            Assert.Equal(count, await ScalarAsync<long>(session, "SELECT count(*) FROM api_keys"));
            Assert.Equal(count == 0 ? 0 : 1, await ScalarAsync<long>(session, "SELECT count(*) FROM rate_limits"));
        }

        await using var nobody = tenancy.App.CreateCommand("SELECT count(*) FROM api_keys");
        Assert.Equal(0L, await nobody.ExecuteScalarAsync(Ct));
    }

    [Fact]
    public async Task A_session_cannot_write_or_move_rows_into_another_tenant()
    {
        var (a, b) = (await tenancy.CreateTenantAsync(Ct), await tenancy.CreateTenantAsync(Ct));
        await SendAsync(tenancy.ClientFor(b, PlatformAdmin), HttpMethod.Post, "/api/v2/admin/api-keys", HttpStatusCode.Created, Ct, new { name = "k", permissions = new[] { "read:all" } });
        foreach (var sql in new[]
        {
            $"INSERT INTO rate_limits (tenant_id, created_at, updated_at, version) VALUES ('{b}', now(), now(), 1)",
            $"INSERT INTO usage_logs (tenant_id, endpoint, method, status_code, latency_ms) VALUES ('{b}', '/x', 'GET', 200, 1)",
        })
        {
            await using var session = await TenantSession.OpenAsync(tenancy.App, a, Ct);
            var refused = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync<object>(session, sql));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }

        await using var other = await TenantSession.OpenAsync(tenancy.App, a, Ct);
#pragma warning disable CA2100
        await using var update = other.Command($"UPDATE api_keys SET name = 'mine' WHERE tenant_id = '{b}'");
#pragma warning restore CA2100
        Assert.Equal(0, await update.ExecuteNonQueryAsync(Ct));
    }

    [Fact]
    public async Task Every_table_with_a_tenant_forces_row_security_and_the_role_cannot_bypass_it()
    {
        Assert.Equal(0L, await tenancy.ScalarAsync<long>("""
            SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE a.attname = 'tenant_id' AND c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
                AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
            """, Ct));
        Assert.True(await tenancy.ScalarAsync<long>("SELECT count(*) FROM pg_class WHERE relname LIKE 'usage_logs_20%' AND relkind = 'r' AND relforcerowsecurity", Ct) >= 3);
        await using var role = tenancy.App.CreateCommand("SELECT NOT rolbypassrls AND NOT rolsuper FROM pg_roles WHERE rolname = current_user");
        Assert.Equal(true, await role.ExecuteScalarAsync(Ct));
    }

    [Fact]
    public async Task Every_policy_has_its_setting_in_a_sub_select()
    {
        await tenancy.ExecuteAsync("SELECT ensure_usage_partition('2031-05-01')", Ct);
        Assert.Equal(1L, await tenancy.ScalarAsync<long>("SELECT count(*) FROM pg_policies WHERE tablename = 'usage_logs_2031_05'", Ct));
        Assert.Equal(0L, await tenancy.ScalarAsync<long>("""
            SELECT count(*) FROM pg_policies WHERE concat(qual, with_check) LIKE '%current_setting%'
                AND (regexp_count(concat(qual, with_check), 'current_setting') <> regexp_count(concat(qual, with_check), 'SELECT'))
            """, Ct));
    }

    [Fact]
    public async Task The_look_up_of_a_prefix_gives_ids_and_nothing_else_and_uses_its_index()
    {
        await using var columns = tenancy.App.CreateCommand("SELECT * FROM find_api_key('nothing')");
        await using (var reader = await columns.ExecuteReaderAsync(Ct))
        {
            Assert.Equal(["id", "tenant_id"], Enumerable.Range(0, reader.FieldCount).Select(reader.GetName));
        }

        Assert.True(await tenancy.ScalarAsync<bool>("""
            SELECT p.prosecdef AND p.proconfig @> ARRAY['search_path=pg_catalog, pg_temp'] AND NOT r.rolcanlogin AND r.rolbypassrls
            FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner WHERE p.proname = 'find_api_key'
            """, Ct));
    }

    [Fact]
    public async Task Reads_of_usage_use_the_index_of_tenant_and_time_as_the_services_role()
    {
        var tenant = await tenancy.CreateTenantAsync(Ct);
        await tenancy.ExecuteAsync("""
            INSERT INTO usage_logs (tenant_id, endpoint, method, status_code, latency_ms, timestamp)
            SELECT gen_random_uuid(), '/x', 'GET', 200, 1, now() - i * interval '1 millisecond' FROM generate_series(1, 20000) AS i
            """, Ct);
        await tenancy.ExecuteAsync("ANALYZE usage_logs", Ct);
        await using var session = await TenantSession.OpenAsync(tenancy.App, tenant, Ct);
        await using var explain = session.Command("EXPLAIN (FORMAT TEXT) SELECT count(*) FROM usage_logs WHERE timestamp > now() - interval '1 day' AND timestamp <= now()");
        await using var reader = await explain.ExecuteReaderAsync(Ct);
        var plan = "";
        while (await reader.ReadAsync(Ct))
        {
            plan += reader.GetString(0) + "\n";
        }

        Assert.Contains("tenant_id_timestamp_idx", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on " + UsagePartitions.NameOf(UsagePartitions.MonthOf(TimeProvider.System.GetUtcNow())), plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_tenants_key_is_absent_by_every_route()
    {
        var (a, b) = (await tenancy.CreateTenantAsync(Ct), await tenancy.CreateTenantAsync(Ct));
        var issued = await SendAsync(tenancy.ClientFor(a, PlatformAdmin), HttpMethod.Post, "/api/v2/admin/api-keys", HttpStatusCode.Created, Ct, new { name = "k", permissions = new[] { "read:all" } });
        var id = issued.GetProperty("id").GetGuid();
        var other = tenancy.ClientFor(b, PlatformAdmin);
        await SendAsync(other, HttpMethod.Get, $"/api/v2/admin/api-keys/{id}", HttpStatusCode.NotFound, Ct);
        await SendAsync(other, HttpMethod.Patch, $"/api/v2/admin/api-keys/{id}", HttpStatusCode.NotFound, Ct, new { name = "mine" });
        await SendAsync(other, HttpMethod.Post, $"/api/v2/admin/api-keys/{id}/rotate", HttpStatusCode.NotFound, Ct);
        await SendAsync(other, HttpMethod.Delete, $"/api/v2/admin/api-keys/{id}", HttpStatusCode.NoContent, Ct);
        Assert.NotNull(await tenancy.ResolveAsync(issued.GetProperty("key").GetString()!, Ct));
    }
}
