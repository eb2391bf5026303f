using System.Net;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Contracts;
using Platform.Contracts.Tenancy;
using Platform.TestSupport;
using static Platform.IntegrationTests.Tenancy.TenancyFixture;

namespace Platform.IntegrationTests.Tenancy;

[Collection(TenancyCollection.Name)]
public sealed class TenantTests(TenancyFixture tenancy)
{
    private const string Tenants = "/api/v2/admin/tenants";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_default_tenant_exists_and_cannot_be_taken_away()
    {
        var tenant = await SendAsync(tenancy.Admin, HttpMethod.Get, $"{Tenants}/{WellKnown.DefaultTenantId}", HttpStatusCode.OK, Ct);
        Assert.Equal("default", tenant.GetProperty("slug").GetString());
        Assert.Equal("enterprise", tenant.GetProperty("plan").GetString());
        await SendAsync(tenancy.Admin, HttpMethod.Delete, $"{Tenants}/{WellKnown.DefaultTenantId}", HttpStatusCode.Conflict, Ct);
        await SendAsync(tenancy.Admin, HttpMethod.Post, $"{Tenants}/{WellKnown.DefaultTenantId}/suspend", HttpStatusCode.Conflict, Ct);
    }

    [Fact]
    public async Task A_slug_belongs_to_one_tenant()
    {
        var slug = NewSlug();
        var first = await SendAsync(tenancy.Admin, HttpMethod.Post, "/api/admin/tenants", HttpStatusCode.Created, Ct, new { name = "One", slug });
        Assert.Equal("starter", first.GetProperty("data").GetProperty("plan").GetString());
        var fault = await SendAsync(tenancy.Admin, HttpMethod.Post, Tenants, HttpStatusCode.Conflict, Ct, new { name = "Two", slug });
        Assert.Equal("RESOURCE_EXISTS", fault.GetProperty("code").GetString());

        var raced = NewSlug();
        var racers = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            using var response = await tenancy.Admin.PostAsync(Tenants, System.Net.Http.Json.JsonContent.Create(new { name = "Racer", slug = raced }), Ct);
            return response.StatusCode;
        }));
        Assert.Single(racers, HttpStatusCode.Created);
        Assert.Equal(5, racers.Count(s => s == HttpStatusCode.Conflict));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("-acme")]
    [InlineData("acme-")]
    [InlineData("Acme")]
    [InlineData("ac me")]
    [InlineData("äcme")]
    [InlineData(null)]
    public async Task A_slug_is_a_label(string? slug)
    {
        var fault = await SendAsync(tenancy.Admin, HttpMethod.Post, Tenants, HttpStatusCode.UnprocessableEntity, Ct, new { name = "", slug, plan = "gold" });
        Assert.Equal(["name", "plan", "slug"], fault.GetProperty("errors").EnumerateObject().Select(p => p.Name).Order());
    }

    [Fact]
    public async Task Every_change_of_a_tenant_is_told_in_order()
    {
        // While somebody else holds the relay's lock, the outbox keeps what it has.
        await using var holder = await tenancy.Owner.OpenConnectionAsync(Ct);
        await using (var take = new NpgsqlCommand("SELECT pg_advisory_lock(7160219)", holder))
        {
            await take.ExecuteNonQueryAsync(Ct);
        }

        var id = await tenancy.CreateTenantAsync(Ct);
        await SendAsync(tenancy.Admin, HttpMethod.Patch, $"{Tenants}/{id}", HttpStatusCode.OK, Ct, new { plan = "pro", settings = new { colour = "red" } });
        await SendAsync(tenancy.Admin, HttpMethod.Post, $"{Tenants}/{id}/suspend", HttpStatusCode.OK, Ct, new { reason = "unpaid" });
        await SendAsync(tenancy.Admin, HttpMethod.Post, $"{Tenants}/{id}/suspend", HttpStatusCode.OK, Ct);
        await SendAsync(tenancy.Admin, HttpMethod.Post, $"{Tenants}/{id}/reactivate", HttpStatusCode.OK, Ct);
        await SendAsync(tenancy.Admin, HttpMethod.Put, $"{Tenants}/{id}/rate-limits", HttpStatusCode.OK, Ct,
            new { requests_per_minute = 5, requests_per_hour = 50, requests_per_day = 500 });
        await SendAsync(tenancy.Admin, HttpMethod.Delete, $"{Tenants}/{id}", HttpStatusCode.NoContent, Ct);
        await SendAsync(tenancy.Admin, HttpMethod.Delete, $"{Tenants}/{id}", HttpStatusCode.NoContent, Ct);
        await SendAsync(tenancy.Admin, HttpMethod.Patch, $"{Tenants}/{id}", HttpStatusCode.NotFound, Ct, new { name = "Back" });
        Assert.Equal("cancelled", (await SendAsync(tenancy.Admin, HttpMethod.Get, $"{Tenants}/{id}", HttpStatusCode.OK, Ct)).GetProperty("status").GetString());

        Assert.Equal(
            "TenantCreated,TenantUpdated,TenantSuspended,TenantReactivated,RateLimitsChanged,TenantDeleted",
            await tenancy.ScalarAsync<string>("SELECT string_agg(split_part(type, '.', 4), ',' ORDER BY seq) FROM outbox WHERE tenant_id = $1", Ct, id));
        Assert.Equal(
            "tenant_created,tenant_updated,tenant_suspended,tenant_reactivated,rate_limits_updated,tenant_deleted",
            await tenancy.ScalarAsync<string>(
                "SELECT string_agg(body::jsonb->>'action', ',' ORDER BY seq) FROM outbox WHERE type LIKE '%AuditRecorded' AND body LIKE '%' || $1 || '%'", Ct, id.ToString()));
    }

    [Fact]
    public async Task Settings_are_merged_and_limited_in_size()
    {
        var id = await tenancy.CreateTenantAsync(Ct);
        var own = tenancy.ClientFor(id, "manage:config");
        await SendAsync(own, HttpMethod.Patch, "/api/v2/tenant", HttpStatusCode.OK, Ct, new { settings = new { a = new { b = 1, c = 2 } } });
        var changed = await SendAsync(own, HttpMethod.Patch, "/api/v1/tenant", HttpStatusCode.OK, Ct, new { name = "Renamed", settings = new { a = new { b = (int?)null }, d = 3 } });
        Assert.Equal("""{"a":{"c":2},"d":3}""", changed.GetProperty("data").GetProperty("settings").GetRawText().Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal("Renamed", (await SendAsync(own, HttpMethod.Get, "/api/v2/tenant", HttpStatusCode.OK, Ct)).GetProperty("name").GetString());
        await SendAsync(own, HttpMethod.Patch, "/api/v2/tenant", HttpStatusCode.UnprocessableEntity, Ct, new { settings = new { big = new string('x', 40_000) } });
        await SendAsync(own, HttpMethod.Patch, "/api/v2/tenant", HttpStatusCode.UnprocessableEntity, Ct, new { plan = "enterprise" });
        await SendAsync(own, HttpMethod.Get, $"{Tenants}/{id}", HttpStatusCode.Forbidden, Ct);
    }

    [Fact]
    public async Task Limits_start_at_the_defaults_and_change_for_the_gateway()
    {
        var id = await tenancy.CreateTenantAsync(Ct);
        var limits = await SendAsync(tenancy.Admin, HttpMethod.Get, $"{Tenants}/{id}/rate-limits", HttpStatusCode.OK, Ct);
        Assert.Equal((1000, 50_000, 1_000_000), (limits.GetProperty("requests_per_minute").GetInt32(), limits.GetProperty("requests_per_hour").GetInt32(), limits.GetProperty("requests_per_day").GetInt32()));
        for (var minute = 10; minute <= 11; minute++)
        {
            await SendAsync(tenancy.Admin, HttpMethod.Put, $"{Tenants}/{id}/rate-limits", HttpStatusCode.OK, Ct,
                new { requests_per_minute = minute, requests_per_hour = 100, requests_per_day = 1000 });
        }

        var resolved = await SendAsync(tenancy.Gateway, HttpMethod.Post, "/internal/tenants/resolve", HttpStatusCode.OK, Ct, new { tenant_id = id });
        Assert.Equal(11, resolved.GetProperty("limits").GetProperty("requests_per_minute").GetInt32());
        Assert.Equal(0, resolved.GetProperty("route_limits").GetArrayLength());
        await SendAsync(tenancy.Gateway, HttpMethod.Post, "/internal/tenants/resolve", HttpStatusCode.NotFound, Ct, new { tenant_id = Guid.NewGuid() });
        await SendAsync(tenancy.Admin, HttpMethod.Put, $"{Tenants}/{Guid.NewGuid()}/rate-limits", HttpStatusCode.NotFound, Ct,
            new { requests_per_minute = 1, requests_per_hour = 1, requests_per_day = 1 });
    }

    [Fact]
    public async Task Limits_of_operations_stay_until_others_are_sent()
    {
        var id = await tenancy.CreateTenantAsync(Ct);
        var path = $"{Tenants}/{id}/rate-limits";
        await SendAsync(tenancy.Admin, HttpMethod.Put, path, HttpStatusCode.OK, Ct,
            new { requests_per_minute = 10, requests_per_hour = 100, requests_per_day = 1000, routes = new object[] { new { route = "users.list", user_type = "admin", requests_per_hour = 500 }, new { route = "chat.poll", requests_per_hour = 7 } } });
        await SendAsync(tenancy.Admin, HttpMethod.Put, path, HttpStatusCode.OK, Ct, new { requests_per_minute = 11, requests_per_hour = 100, requests_per_day = 1000 });

        var resolved = await SendAsync(tenancy.Gateway, HttpMethod.Post, "/internal/tenants/resolve", HttpStatusCode.OK, Ct, new { tenant_id = id });
        Assert.Equal(
            """[{"route":"users.list","user_type":"admin","requests_per_hour":500},{"route":"chat.poll","requests_per_hour":7}]""",
            resolved.GetProperty("route_limits").GetRawText());
        var wrong = await SendAsync(tenancy.Admin, HttpMethod.Put, path, HttpStatusCode.UnprocessableEntity, Ct,
            new { requests_per_minute = 10, requests_per_hour = 100, requests_per_day = 1000, routes = new object[] { new { route = "users.lost", user_type = "No Body", requests_per_hour = 0 } } });
        Assert.Equal(
            ["routes[0].requests_per_hour", "routes[0].route", "routes[0].user_type"],
            wrong.GetProperty("errors").EnumerateObject().Select(e => e.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Only_the_gateway_asks_internal_questions()
    {
        foreach (var path in new[] { "/internal/keys/resolve", "/internal/tenants/resolve" })
        {
            await SendAsync(tenancy.Admin, HttpMethod.Post, path, HttpStatusCode.Forbidden, Ct, new { key = "x" });
        }
    }

    [Fact]
    public async Task A_service_that_answers_is_shown_as_ready()
    {
        var id = await tenancy.CreateTenantAsync(Ct);
        var bus = tenancy.Services.GetRequiredService<IBus>();
        foreach (var tenant in new[] { Guid.NewGuid(), id, id })
        {
            await bus.Publish(new TenantProvisioned(tenant, "threatintel"), Pipe.Execute<PublishContext>(c => c.Headers.Set("tenant", tenant.ToString())), Ct);
        }

        await Eventually.TrueAsync(
            async () =>
            {
                var tenant = await SendAsync(tenancy.Admin, HttpMethod.Get, $"{Tenants}/{id}", HttpStatusCode.OK, Ct);
                var states = tenant.GetProperty("services").EnumerateArray().ToDictionary(s => s.GetProperty("service").GetString()!, s => s.GetProperty("status").GetString());
                Assert.Equal(["agent", "identity", "knowledgegraph", "threatintel"], states.Keys.Order());
                Assert.Equal("pending", states["identity"]);
                return states["threatintel"] == "ready";
            },
            TimeSpan.FromSeconds(20), Ct, "The readiness of threatintel");
    }

    [Fact]
    public async Task A_deleted_tenant_shows_what_each_service_has_erased()
    {
        var id = await tenancy.CreateTenantAsync(Ct);
        var own = tenancy.ClientFor(id, PlatformAdmin);
        await SendAsync(own, HttpMethod.Post, "/api/v2/admin/api-keys", HttpStatusCode.Created, Ct, new { name = "k", permissions = new[] { "read:all" } });
        await SendAsync(tenancy.Admin, HttpMethod.Put, $"{Tenants}/{id}/rate-limits", HttpStatusCode.OK, Ct, new { requests_per_minute = 5, requests_per_hour = 50, requests_per_day = 500 });
        await SendAsync(own, HttpMethod.Patch, "/api/v2/tenant", HttpStatusCode.OK, Ct, new { settings = new { secret = "plans" } });
        await tenancy.ExecuteAsync("INSERT INTO usage_logs (tenant_id, endpoint, method, status_code, latency_ms) VALUES ($1, '/x', 'GET', 200, 1)", Ct, id);

        await SendAsync(tenancy.Admin, HttpMethod.Delete, $"{Tenants}/{id}", HttpStatusCode.NoContent, Ct);
        var bus = tenancy.Services.GetRequiredService<IBus>();
        await bus.Publish(new TenantErased(id, "agent", 7), Pipe.Execute<PublishContext>(c => c.Headers.Set("tenant", id.ToString())), Ct);
        await Eventually.TrueAsync(
            async () =>
            {
                var tenant = await SendAsync(tenancy.Admin, HttpMethod.Get, $"{Tenants}/{id}", HttpStatusCode.OK, Ct);
                var services = tenant.GetProperty("services").EnumerateArray().ToDictionary(s => s.GetProperty("service").GetString()!);
                Assert.Equal(["agent", "identity", "knowledgegraph", "tenancy", "threatintel"], services.Keys.Order());
                Assert.Equal("erasing", services["identity"].GetProperty("status").GetString());
                return services["agent"].GetProperty("status").GetString() == "erased" && services["agent"].GetProperty("erased").GetInt32() == 7
                    && services["tenancy"].GetProperty("status").GetString() == "erased" && services["tenancy"].GetProperty("erased").GetInt32() >= 3;
            },
            TimeSpan.FromSeconds(20), Ct, "The erasure of tenancy and agent");
        foreach (var table in new[] { "api_keys", "rate_limits", "usage_logs", "usage_deltas", "usage_rollups", "idempotency_keys" })
        {
            Assert.Equal(0L, await tenancy.ScalarAsync<long>($"SELECT count(*) FROM {table} WHERE tenant_id = $1", Ct, id));
        }

        Assert.Equal("{}", await tenancy.ScalarAsync<string>("SELECT settings::text FROM tenants WHERE id = $1", Ct, id));
    }
}
