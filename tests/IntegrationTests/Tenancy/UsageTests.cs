using System.Net;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;
using Platform.Contracts.Gateway;
using Platform.Tenancy.Usage;
using Platform.TestSupport;
using static Platform.IntegrationTests.Tenancy.TenancyFixture;

namespace Platform.IntegrationTests.Tenancy;

[Collection(TenancyCollection.Name)]
public sealed class UsageTests(TenancyFixture tenancy)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private StoreUsage Store => tenancy.Services.GetRequiredService<StoreUsage>();

    private static UsageEntry Entry(Guid tenant, int status = 200, double latency = 5, string endpoint = "/api/v1/things", DateTimeOffset? at = null, Guid? key = null) =>
        new(tenant, key, "somebody", endpoint, "GET", status, latency, 100, 1000, at ?? Now);

    private static UsageRecorded Batch(string instance, long segment, long offset, params IReadOnlyList<UsageEntry> entries) => new(instance, segment, offset, entries);

    private Task<long> CountAsync(Guid tenant) => tenancy.ScalarAsync<long>("SELECT count(*) FROM usage_logs WHERE tenant_id = $1", Ct, tenant);

    [Fact]
    public async Task A_batch_that_arrives_twice_counts_once()
    {
        var (a, b) = (await tenancy.CreateTenantAsync(Ct), await tenancy.CreateTenantAsync(Ct));
        var instance = Guid.NewGuid().ToString();
        var batch = Batch(instance, 1, 0, Entry(a), Entry(b), Entry(a, 429));
        Assert.Equal(3, await Store.RunAsync([batch], Ct));
        Assert.Equal(0, await Store.RunAsync([batch], Ct));
        Assert.Equal(1, await Store.RunAsync([batch, Batch(instance, 1, 3, Entry(b)), batch], Ct));
        Assert.Equal((2L, 2L), (await CountAsync(a), await CountAsync(b)));
    }

    [Fact]
    public async Task Deliveries_of_the_same_places_at_once_count_once()
    {
        var tenant = await tenancy.CreateTenantAsync(Ct);
        var instance = Guid.NewGuid().ToString();
        var batches = Enumerable.Range(0, 20).Select(i => Batch(instance, 1, i, Enumerable.Range(0, 50).Select(_ => Entry(tenant)).ToList())).ToList();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Store.RunAsync(i % 2 == 0 ? batches : batches.AsEnumerable().Reverse().ToList(), Ct)));
        Assert.Equal(1000, await CountAsync(tenant));
    }

    [Fact]
    public async Task The_journal_arrives_by_the_broker_and_a_repeat_under_a_new_message_id_is_dropped()
    {
        var tenant = await tenancy.CreateTenantAsync(Ct);
        var bus = tenancy.Services.GetRequiredService<IBus>();
        var instance = Guid.NewGuid().ToString();
        for (var i = 0; i < 5; i++)
        {
            await bus.Publish(Batch(instance, 7, i % 2, Entry(tenant), Entry(tenant)), Pipe.Execute<PublishContext>(c => c.Headers.Set("tenant", WellKnown.DefaultTenantId.ToString())), Ct);
        }

        var last = await tenancy.CreateTenantAsync(Ct);
        await bus.Publish(Batch(instance, 8, 0, Entry(last)), Pipe.Execute<PublishContext>(c => c.Headers.Set("tenant", WellKnown.DefaultTenantId.ToString())), Ct);
        await Eventually.TrueAsync(async () => await CountAsync(last) == 1 && await CountAsync(tenant) >= 4, TimeSpan.FromSeconds(20), Ct, "The last batch");
        Assert.Equal(4, await CountAsync(tenant));
    }

    [Fact]
    public async Task No_entry_can_block_a_batch()
    {
        var tenant = await tenancy.CreateTenantAsync(Ct);
        var stored = await Store.RunAsync([Batch(Guid.NewGuid().ToString(), 1, 0,
            Entry(tenant, endpoint: new string('x', 4000)),
            Entry(tenant, endpoint: "nul\0byte"),
            Entry(tenant, at: Now.AddYears(50)),
            Entry(tenant, at: DateTimeOffset.MinValue),
            Entry(tenant, at: Now.AddDays(-200)), // a month that has no partition yet
            Entry(tenant, key: Guid.NewGuid()),
            Entry(Guid.NewGuid()))], Ct);
        Assert.Equal(7, stored);
        Assert.Equal(6, await CountAsync(tenant));
    }

    [Fact]
    public async Task A_report_has_series_totals_percentiles_and_errors()
    {
        var tenant = await tenancy.CreateTenantAsync(Ct);
        var hour = new DateTimeOffset(Now.Year, Now.Month, Now.Day, Now.Hour, 0, 0, TimeSpan.Zero).AddHours(-2);
        var entries = Enumerable.Range(1, 100).Select(i => Entry(tenant, i <= 90 ? 200 : 503, i, i <= 50 ? "/a" : "/b", hour.AddMinutes(i <= 60 ? 1 : 61))).ToList();
        await Store.RunAsync([Batch(Guid.NewGuid().ToString(), 1, 0, entries)], Ct);

        var client = tenancy.ClientFor(tenant, "read:usage");
        var report = await SendAsync(client, HttpMethod.Get, "/api/v2/usage?granularity=hour", HttpStatusCode.OK, Ct);
        var totals = report.GetProperty("totals");
        Assert.Equal((100, 10, 0.1), (totals.GetProperty("requests").GetInt32(), totals.GetProperty("errors").GetInt32(), totals.GetProperty("error_rate").GetDouble()));
        Assert.Equal((50.0, 95.0, 99.0), (totals.GetProperty("latency_ms").GetProperty("p50").GetDouble(), totals.GetProperty("latency_ms").GetProperty("p95").GetDouble(), totals.GetProperty("latency_ms").GetProperty("p99").GetDouble()));
        Assert.Equal([60, 40], report.GetProperty("series").EnumerateArray().Select(p => p.GetProperty("figures").GetProperty("requests").GetInt32()));
        Assert.Equal(hour, report.GetProperty("series")[0].GetProperty("timestamp").GetDateTimeOffset());

        var grouped = await SendAsync(client, HttpMethod.Get, "/api/v2/usage?granularity=day&group_by=endpoint", HttpStatusCode.OK, Ct);
        Assert.Equal(["/a", "/b"], grouped.GetProperty("groups").EnumerateArray().Select(g => g.GetProperty("group").GetString()).Order());
        var statuses = await SendAsync(client, HttpMethod.Get, "/api/v2/usage?granularity=month&group_by=status", HttpStatusCode.OK, Ct);
        Assert.Equal([("200", 90), ("503", 10)], statuses.GetProperty("groups").EnumerateArray().Select(g => (g.GetProperty("group").GetString()!, g.GetProperty("figures").GetProperty("requests").GetInt32())));

        var other = await SendAsync(tenancy.ClientFor(await tenancy.CreateTenantAsync(Ct), "read:usage"), HttpMethod.Get, "/api/v2/usage", HttpStatusCode.OK, Ct);
        Assert.Equal(0, other.GetProperty("totals").GetProperty("requests").GetInt32());
    }

    [Theory]
    [InlineData("granularity=minute", "granularity")]
    [InlineData("group_by=secret", "group_by")]
    [InlineData("from=yesterday", "from")]
    [InlineData("from=2026-01-02&to=2026-01-01", "from")]
    [InlineData("from=2026-01-01&to=2026-06-01&granularity=hour", "from")]
    public async Task A_report_that_cannot_be_is_refused(string query, string field)
    {
        var fault = await SendAsync(tenancy.Admin, HttpMethod.Get, "/api/v2/usage?" + query, HttpStatusCode.UnprocessableEntity, Ct);
        Assert.True(fault.GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task What_is_left_of_the_limits_follows_the_rows_and_refused_requests_cost_nothing()
    {
        var tenant = await tenancy.CreateTenantAsync(Ct);
        await Store.RunAsync([Batch(Guid.NewGuid().ToString(), 1, 0, Entry(tenant, at: TimeProvider.System.GetUtcNow()), Entry(tenant, 429, at: TimeProvider.System.GetUtcNow()), Entry(tenant, at: Now.AddMinutes(-30)))], Ct);
        var limits = await SendAsync(tenancy.ClientFor(tenant, "read:usage"), HttpMethod.Get, "/api/v2/usage/limits", HttpStatusCode.OK, Ct);
        Assert.Equal(
            [("minute", 999), ("hour", 49_998), ("day", 999_998)],
            limits.GetProperty("limits").EnumerateArray().Select(l => (l.GetProperty("window").GetString()!, l.GetProperty("remaining").GetInt32())));
    }

    [Fact]
    public async Task A_key_remembers_its_last_use()
    {
        var tenant = await tenancy.CreateTenantAsync(Ct);
        var admin = tenancy.ClientFor(tenant, PlatformAdmin);
        var id = (await SendAsync(admin, HttpMethod.Post, "/api/v2/admin/api-keys", HttpStatusCode.Created, Ct, new { name = "k", permissions = new[] { "read:all" } })).GetProperty("id").GetGuid();
        var latest = Now.AddSeconds(-5);
        await Store.RunAsync([Batch(Guid.NewGuid().ToString(), 1, 0, Entry(tenant, key: id, at: latest), Entry(tenant, key: id, at: Now.AddMinutes(-3)), Entry(tenant))], Ct);
        await Store.RunAsync([Batch(Guid.NewGuid().ToString(), 1, 0, Entry(tenant, key: id, at: Now.AddHours(-3)))], Ct);
        var key = await SendAsync(admin, HttpMethod.Get, $"/api/v2/admin/api-keys/{id}", HttpStatusCode.OK, Ct);
        Assert.Equal(latest, key.GetProperty("last_used_at").GetDateTimeOffset(), TimeSpan.FromMilliseconds(2));
    }
}
