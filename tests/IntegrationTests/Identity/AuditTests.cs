using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Contracts;
using Platform.Identity.Audit;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;
using Platform.TestSupport;
using static Platform.IntegrationTests.Identity.IdentityFixture;

namespace Platform.IntegrationTests.Identity;

[Collection(IdentityCollection.Name)]
public sealed class AuditTests(IdentityFixture identity)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_gets_its_place_in_a_chain_that_verifies()
    {
        var (tenant, _, admin) = await identity.CreateTenantAsync();
        for (var i = 0; i < 5; i++)
        {
            await identity.CreateUserAsync(by: admin);
        }

        var verified = await UntilChainedAsync(tenant, admin);
        Assert.True(verified.GetProperty("valid").GetBoolean());
        Assert.Equal(1, verified.GetProperty("from_seq").GetInt64());
        Assert.Equal(verified.GetProperty("entries").GetInt64(), verified.GetProperty("to_seq").GetInt64());
        var created = await SendAsync(admin, HttpMethod.Get, "/api/v2/audit?action=user_created&resource=user&count=true", HttpStatusCode.OK);
        Assert.Equal(5, created.GetProperty("total").GetInt64());
        Assert.All(created.GetProperty("items").EnumerateArray(), e => Assert.Equal(64, e.GetProperty("hash").GetString()!.Length));
    }

    [Theory]
    [InlineData("UPDATE audit_log SET action = 'nothing' WHERE seq = 2", "was changed", 2)]
    [InlineData("UPDATE audit_log SET details = '{\"new_username\":\"somebody else\"}' WHERE seq = 3", "personal part", 3)]
    [InlineData("DELETE FROM audit_log WHERE seq = 3", "missing", 3)]
    [InlineData("DELETE FROM audit_log WHERE seq = (SELECT max(seq) FROM audit_log WHERE tenant_id = $1)", "missing at the end", null)]
    [InlineData("UPDATE audit_log SET seq = CASE seq WHEN 2 THEN 3 ELSE 2 END WHERE seq IN (2, 3)", "was changed", 2)]
    [InlineData("UPDATE audit_heads SET seq = 3, hash = (SELECT hash FROM audit_log WHERE tenant_id = $1 AND seq = 3)", "not signed", null)]
    public async Task What_the_database_s_owner_changes_is_found(string tamper, string fault, int? at)
    {
        var (tenant, _, admin) = await identity.CreateTenantAsync();
        for (var i = 0; i < 4; i++)
        {
            await identity.CreateUserAsync(by: admin);
        }

        await UntilChainedAsync(tenant, admin);
        var where = tamper.Contains("WHERE", StringComparison.Ordinal) && !tamper.StartsWith("UPDATE audit_heads", StringComparison.Ordinal) ? " AND " : " WHERE ";
        await using var connection = await identity.Owner.OpenConnectionAsync(Ct);
#pragma warning disable CA2100 // The test's own statements.
        await using var command = new NpgsqlCommand($"{tamper}{where}tenant_id = $1", connection) { Parameters = { new() { Value = tenant } } };
        await using (var off = new NpgsqlCommand("SET session_replication_role = replica", connection))
        {
            // Even without the guarding trigger, which is the owner's to switch off.
            await off.ExecuteNonQueryAsync(Ct);
        }
#pragma warning restore CA2100

        Assert.NotEqual(0, await command.ExecuteNonQueryAsync(Ct));
        var verified = await SendAsync(admin, HttpMethod.Get, "/api/v2/audit/verify", HttpStatusCode.OK);
        Assert.False(verified.GetProperty("valid").GetBoolean());
        Assert.Contains(fault, verified.GetProperty("fault").GetString(), StringComparison.Ordinal);
        if (at is not null)
        {
            Assert.Equal(at, verified.GetProperty("fault_at").GetInt32());
        }
    }

    [Fact]
    public async Task The_guard_holds_the_owner_as_well()
    {
        var (tenant, _, admin) = await identity.CreateTenantAsync();
        await UntilChainedAsync(tenant, admin);
        foreach (var sql in new[]
        {
            "UPDATE audit_log SET action = 'x' WHERE tenant_id = $1", "DELETE FROM audit_log WHERE tenant_id = $1",
            "UPDATE audit_log SET hash = '' WHERE tenant_id = $1", "UPDATE audit_log SET details = '{}' WHERE tenant_id = $1",
        })
        {
#pragma warning disable CA2100 // The test's own statements.
            await using var command = identity.Owner.CreateCommand(sql);
#pragma warning restore CA2100
            command.Parameters.Add(new() { Value = tenant });
            var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Ct));
            Assert.Equal(PostgresErrorCodes.RaiseException, refused.SqlState);
        }
    }

    [Fact]
    public async Task Repeated_refusals_of_one_kind_are_one_row_a_minute_with_a_count()
    {
        var (_, username) = await identity.CreateUserAsync();
        var address = identity.NewAddress();
        for (var i = 0; i < 5; i++)
        {
            await identity.LogInAsync(username, "wrong wrong wrong", address: address);
        }

        var found = await SendAsync(identity.Admin, HttpMethod.Get, "/api/v2/audit?action=login_failed&limit=500", HttpStatusCode.OK);
        var rows = found.GetProperty("items").EnumerateArray().Where(e => e.TryGetProperty("address", out var a) && a.GetString() == address).ToList();
        Assert.InRange(rows.Count, 1, 2); // Two where a minute ends between.
        Assert.Equal(5, rows.Sum(r => r.GetProperty("count").GetInt32()));
        Assert.All(rows, r => Assert.False(r.TryGetProperty("seq", out _)));
    }

    [Fact]
    public async Task Other_services_records_arrive_once_and_in_their_tenant()
    {
        var (tenant, _, admin) = await identity.CreateTenantAsync();
        var resource = $"api_key/{Guid.NewGuid()}";
        await identity.PublishAsync(tenant, new AuditRecorded(
            "api_key_created", resource, "success", "somebody", "192.0.2.7", new Dictionary<string, string> { ["name"] = "a \"key\", with = signs" }, DateTimeOffset.UtcNow));
        await Eventually.TrueAsync(
            async () => await identity.CountAsync("SELECT count(*) FROM audit_log WHERE resource = $1 AND seq IS NOT NULL", resource) == 1, TimeSpan.FromSeconds(30), Ct, "The record");
        var entry = (await SendAsync(admin, HttpMethod.Get, $"/api/v2/audit?resource={resource}&actor=somebody&outcome=success", HttpStatusCode.OK)).GetProperty("items")[0];
        Assert.Equal("192.0.2.7", entry.GetProperty("address").GetString());
        Assert.Equal(0, (await SendAsync(identity.Admin, HttpMethod.Get, $"/api/v2/audit?resource={resource}", HttpStatusCode.OK)).GetProperty("items").GetArrayLength());
        Assert.True((await SendAsync(admin, HttpMethod.Get, "/api/v2/audit/verify", HttpStatusCode.OK)).GetProperty("valid").GetBoolean());

        var csv = await admin.GetStringAsync(new Uri($"/api/v2/audit/export?format=csv&resource={resource}", UriKind.Relative), Ct);
        Assert.Contains("\"{\"\"name\"\": \"\"a \\\"\"key\\\"\", with = signs\"\"}\"", csv, StringComparison.Ordinal);
        var lines = (await admin.GetStringAsync(new Uri("/api/v1/audit/export", UriKind.Relative), Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(lines, l => JsonDocument.Parse(l).RootElement.GetProperty("resource").GetString() == resource);
        Assert.Contains(lines, l => JsonDocument.Parse(l).RootElement.GetProperty("action").GetString() == "audit_exported");
    }

    [Fact]
    public async Task Repeated_refusals_of_other_services_are_counted_and_none_is_lost()
    {
        var (tenant, _, _) = await identity.CreateTenantAsync();
        var resource = $"api_key/{Guid.NewGuid()}";
        var at = DateTimeOffset.UtcNow;
        for (var i = 0; i < 4; i++)
        {
            await identity.PublishAsync(tenant, new AuditRecorded("api_key_refused", resource, "refused", "somebody", "192.0.2.7", null, at));
        }

        await Eventually.TrueAsync(
            async () => await identity.CountAsync("SELECT coalesce(sum(count), 0) FROM audit_log WHERE resource = $1", resource) == 4, TimeSpan.FromSeconds(30), Ct, "The records");
        Assert.Equal(1, await identity.CountAsync("SELECT count(*) FROM audit_log WHERE resource = $1", resource));
    }

    [Fact]
    public async Task Only_who_may_read_the_log_reads_it()
    {
        var superuser = await identity.NewUserClientAsync("superuser");
        foreach (var path in new[] { "", "/verify", "/export" })
        {
            await SendAsync(superuser, HttpMethod.Get, $"/api/v2/audit{path}", HttpStatusCode.Forbidden);
        }

        foreach (var query in new[] { "from=yesterday", "outcome=maybe", "limit=501", "actor=" + new string('a', 201), "action=%00", "format=xml" })
        {
            await SendAsync(identity.Admin, HttpMethod.Get, $"/api/v2/audit{(query.StartsWith("format", StringComparison.Ordinal) ? "/export" : "")}?{query}", HttpStatusCode.UnprocessableEntity);
        }
    }

    [Fact]
    public async Task A_person_can_be_erased_and_the_chain_still_verifies()
    {
        var (tenant, _, admin) = await identity.CreateTenantAsync();
        var (id, username) = await identity.CreateUserAsync(by: admin);
        await UntilChainedAsync(tenant, admin);
        await using (var scope = identity.Services.GetRequiredService<TenantScopes>().Enter(tenant))
        {
            Assert.NotEqual(0, await scope.Db.EraseFromAuditAsync(tenant, id, DateTimeOffset.UtcNow, Ct));
        }

        Assert.Equal(0, await identity.CountAsync("SELECT count(*) FROM audit_log WHERE tenant_id = $1 AND details::text LIKE '%' || $2 || '%'", tenant, username));
        var verified = await SendAsync(admin, HttpMethod.Get, "/api/v2/audit/verify", HttpStatusCode.OK);
        Assert.True(verified.GetProperty("valid").GetBoolean());
        Assert.NotEqual(0, verified.GetProperty("erased").GetInt64());
    }

    [Fact]
    public async Task Retention_drops_old_months_and_the_rest_verifies_from_a_signed_head()
    {
        var (tenant, _, admin) = await identity.CreateTenantAsync();
        var past = DateTimeOffset.UtcNow.AddDays(-700);
        await using (var make = identity.App.CreateCommand("SELECT ensure_audit_partition($1)"))
        {
            make.Parameters.Add(new() { Value = DateOnly.FromDateTime(past.UtcDateTime) });
            await make.ExecuteScalarAsync(Ct);
        }

        // Everything old is chained before anything new: the tenant's first rows wait for that.
        await using (var session = await TenantSession.OpenAsync(identity.App, tenant, Ct))
        {
            for (var i = 0; i < 3; i++)
            {
                await using var insert = session.Command("INSERT INTO audit_log (id, tenant_id, at, action, resource, outcome) VALUES (gen_random_uuid(), $1, $2, 'old', 'old/1', 'success')");
                insert.Parameters.Add(new() { Value = tenant });
                insert.Parameters.Add(new() { Value = past.AddMinutes(i) });
                await insert.ExecuteNonQueryAsync(Ct);
            }

            await session.CommitAsync(Ct);
        }

        await UntilChainedAsync(tenant, admin);
        await identity.CreateUserAsync(by: admin);
        await UntilChainedAsync(tenant, admin);
        await identity.Services.GetRequiredService<AuditHousekeeping>().RunAsync(Ct);
        Assert.Equal(0, await identity.CountAsync("SELECT count(*) FROM audit_log WHERE tenant_id = $1 AND action = 'old'", tenant));
        Assert.Equal(1, await identity.CountAsync("SELECT count(*) FROM audit_checkpoints WHERE tenant_id = $1", tenant));
        var verified = await SendAsync(admin, HttpMethod.Get, "/api/v2/audit/verify", HttpStatusCode.OK);
        Assert.True(verified.GetProperty("valid").GetBoolean(), verified.ToString());
        Assert.True(verified.GetProperty("from_seq").GetInt64() > 3);
    }

    private static async Task<JsonElement> UntilChainedAsync(Guid tenant, HttpClient admin)
    {
        JsonElement verified = default;
        await Eventually.TrueAsync(
            async () =>
            {
                verified = await SendAsync(admin, HttpMethod.Get, "/api/v2/audit/verify", HttpStatusCode.OK);
                return verified.GetProperty("waiting").GetInt64() == 0 && verified.GetProperty("to_seq").GetInt64() > 0;
            },
            TimeSpan.FromSeconds(30), Ct, $"The chain of {tenant}");
        return verified;
    }
}
