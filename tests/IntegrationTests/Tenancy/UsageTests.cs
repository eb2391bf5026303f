using System.Net;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;
using Platform.Contracts.Agent;
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
        foreach (var (name, exact) in new[] { ("p50", 50.0), ("p95", 95.0), ("p99", 99.0) })
        {
            Assert.InRange(totals.GetProperty("latency_ms").GetProperty(name).GetDouble(), exact * 0.975, exact * 1.025);
        }

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
    public async Task What_language_models_took_is_part_of_the_usage_and_has_a_quota_that_can_be_raised()
    {
        var (tenant, other) = (await tenancy.CreateTenantAsync(Ct), await tenancy.CreateTenantAsync(Ct));
        var bus = await tenancy.Services.ReadyBusAsync();
        foreach (var (model, input, output, cost) in new[] { ("small", 10L, 5L, 0.25m), ("large", 100L, 50L, 2m), ("small", 1L, 1L, 0.5m) })
        {
            var took = new ModelUsageRecorded(tenant, model, 1, input, output, cost, TimeProvider.System.GetUtcNow());
            await bus.Publish(took, Pipe.Execute<PublishContext>(c => c.Headers.Set("tenant", tenant.ToString())), Ct);
        }

        await Eventually.TrueAsync(
            async () => await tenancy.ScalarAsync<long>("SELECT coalesce(sum(calls), 0)::bigint FROM model_usage WHERE tenant_id = $1", Ct, tenant) == 3, TimeSpan.FromSeconds(30), Ct, "What the models took");
        var client = tenancy.ClientFor(tenant, "read:usage");
        var models = (await SendAsync(client, HttpMethod.Get, "/api/v2/usage", HttpStatusCode.OK, Ct)).GetProperty("models").EnumerateArray().ToList();
        Assert.Equal(
            [("large", 1, 100, 50, 2m), ("small", 2, 11, 6, 0.75m)],
            models.Select(m => (m.GetProperty("model").GetString()!, m.GetProperty("calls").GetInt32(), m.GetProperty("input_tokens").GetInt32(), m.GetProperty("output_tokens").GetInt32(), m.GetProperty("cost").GetDecimal())));

        var path = $"/api/v2/admin/tenants/{tenant}/rate-limits";
        object Limits(long? tokens) => new { requests_per_minute = 10, requests_per_hour = 100, requests_per_day = 1000, model_tokens_per_month = tokens };
        Assert.False((await QuotaAsync(client)).TryGetProperty("quota", out _));
        foreach (var (tokens, remaining) in new[] { (100L, 0L), (1000L, 833L) })
        {
            await SendAsync(tenancy.Admin, HttpMethod.Put, path, HttpStatusCode.OK, Ct, Limits(tokens));
            var quota = await QuotaAsync(client);
            Assert.Equal((tokens, 167L, remaining, 2.75m), (quota.GetProperty("quota").GetInt64(), quota.GetProperty("used").GetInt64(), quota.GetProperty("remaining").GetInt64(), quota.GetProperty("cost").GetDecimal()));
        }

        // Absent leaves it, 0 ends it; the agent hears of each.
        await SendAsync(tenancy.Admin, HttpMethod.Put, path, HttpStatusCode.OK, Ct, Limits(null));
        Assert.Equal(1000, (await QuotaAsync(client)).GetProperty("quota").GetInt64());
        Assert.False((await SendAsync(tenancy.Admin, HttpMethod.Put, path, HttpStatusCode.OK, Ct, Limits(0))).TryGetProperty("model_tokens_per_month", out _));
        await SendAsync(tenancy.Admin, HttpMethod.Put, path, HttpStatusCode.UnprocessableEntity, Ct, Limits(-1));
        Assert.Equal(
            "100,1000,1000,none",
            await tenancy.ScalarAsync<string>("SELECT string_agg(coalesce(body::jsonb->>'modelTokensPerMonth', 'none'), ',' ORDER BY seq) FROM outbox WHERE tenant_id = $1 AND type LIKE '%RateLimitsChanged'", Ct, tenant));

        var stranger = tenancy.ClientFor(other, "read:usage");
        Assert.Equal(0, (await SendAsync(stranger, HttpMethod.Get, "/api/v2/usage", HttpStatusCode.OK, Ct)).GetProperty("models").GetArrayLength());
        Assert.Equal(0, (await QuotaAsync(stranger)).GetProperty("used").GetInt64());
    }

    private static async Task<JsonElement> QuotaAsync(HttpClient client) =>
        (await SendAsync(client, HttpMethod.Get, "/api/v2/usage/limits", HttpStatusCode.OK, Ct)).GetProperty("models");

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

    [Fact]
    public async Task Rollups_say_the_same_before_and_after_they_are_brought_up_to_date_and_the_same_as_the_rows()
    {
        var tenant = await tenancy.CreateTenantAsync(Ct);
        var random = new Random(5);
        var start = new DateTimeOffset(Now.Year, Now.Month, Now.Day, 0, 0, 0, TimeSpan.Zero).AddDays(-3);
        for (var i = 0; i < 5; i++)
        {
            await Store.RunAsync([Batch(Guid.NewGuid().ToString(), 1, 0, Enumerable.Range(0, 300).Select(_ =>
                Entry(tenant, random.Next(4) == 0 ? 429 : 200, random.NextDouble() * 300, $"/{random.Next(5)}", start.AddMinutes(random.Next(60 * 48)))).ToList())], Ct);
            await tenancy.Services.GetRequiredService<UsageRollup>().RunAsync(Ct);
        }

        await Store.RunAsync([Batch(Guid.NewGuid().ToString(), 1, 0, Entry(tenant, 500, 12.5, "/last", start.AddHours(5)))], Ct);
        var client = tenancy.ClientFor(tenant, "read:usage");
        foreach (var path in new[] { "granularity=hour", "granularity=day&group_by=endpoint", "granularity=month&group_by=status" })
        {
            var query = $"/api/v2/usage?{path}&from={start:yyyy-MM-dd}&to={start.AddDays(3):yyyy-MM-dd}";
            var before = await SendAsync(client, HttpMethod.Get, query, HttpStatusCode.OK, Ct);
            await tenancy.Services.GetRequiredService<UsageRollup>().RunAsync(Ct);
            Assert.Equal(before.GetRawText(), (await SendAsync(client, HttpMethod.Get, query, HttpStatusCode.OK, Ct)).GetRawText());
            Assert.Equal((1501, await tenancy.ScalarAsync<long>("SELECT count(*) FROM usage_logs WHERE tenant_id = $1 AND status_code >= 400", Ct, tenant)),
                (before.GetProperty("totals").GetProperty("requests").GetInt32(), before.GetProperty("totals").GetProperty("errors").GetInt64()));
        }

        // What the database makes of the rows themselves is the same, bin by bin.
        Assert.Equal(0L, await tenancy.ScalarAsync<long>($"""
            WITH binned AS (
                SELECT date_trunc('hour', timestamp, 'UTC') AS bucket, endpoint AS value, count(*) AS n,
                    (CASE WHEN latency_ms <= 0.01 THEN 0 ELSE least(500, ceil(ln(latency_ms::float8 / 0.01) / ln(1.05::float8))) END)::smallint AS bin
                FROM usage_logs WHERE tenant_id = $1 GROUP BY 1, 2, 4),
            rows AS (SELECT bucket, value, sum(n)::bigint AS n, string_agg(int2send(bin) || int8send(n), ''::bytea ORDER BY bin) AS packed FROM binned GROUP BY 1, 2),
            rolled AS (SELECT bucket, value, requests, histogram FROM usage_rollups WHERE tenant_id = $1 AND span = 'hour' AND dimension = 'endpoint')
            SELECT count(*) FROM rows FULL JOIN rolled USING (bucket, value) WHERE n IS DISTINCT FROM requests OR packed IS DISTINCT FROM histogram
            """, Ct, tenant));
    }

    [Fact]
    public async Task An_export_is_the_series_as_csv()
    {
        var tenant = await tenancy.CreateTenantAsync(Ct);
        var hour = new DateTimeOffset(Now.Year, Now.Month, Now.Day, Now.Hour, 0, 0, TimeSpan.Zero).AddHours(-1);
        await Store.RunAsync([Batch(Guid.NewGuid().ToString(), 1, 0, Entry(tenant, at: hour, endpoint: "=1+1"), Entry(tenant, 404, at: hour, endpoint: "/a,b"))], Ct);
        using var response = await tenancy.ClientFor(tenant, "read:usage").GetAsync("/api/v1/usage/export?granularity=hour&group_by=endpoint", Ct);
        Assert.Equal("text/csv", response.Content.Headers.ContentType!.MediaType);
        var lines = (await response.Content.ReadAsStringAsync(Ct)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("timestamp,group,requests,errors,error_rate,request_bytes,response_bytes,p50_ms,p95_ms,p99_ms", lines[0]);
        Assert.Equal(3, lines.Length);
        Assert.Contains(lines, l => l.StartsWith($"{hour:yyyy-MM-ddTHH:mm:ss}Z,\"/a,b\",1,1,1,100,1000,", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains(",'=1+1,1,0,0,", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_quota_is_told_of_at_80_percent_and_at_its_end_once_and_then_closes_the_tenant()
    {
        await using var small = tenancy.Another(("Tenancy:Quotas:Starter", "10"));
        var store = small.Services.GetRequiredService<StoreUsage>();
        var rollup = small.Services.GetRequiredService<UsageRollup>();
        var tenant = await tenancy.CreateTenantAsync(Ct);
        Assert.Equal("", await UseAsync(7, 200));
        Assert.Equal("", await UseAsync(5, 429));
        Assert.Equal("80", await UseAsync(1, 200));
        Assert.Equal("80,100", await UseAsync(4, 200));
        Assert.Equal("80,100", await UseAsync(1, 200));
        var gateway = small.ClientFor(new Platform.ServiceDefaults.Caller(WellKnown.DefaultTenantId, "gateway", Platform.ServiceDefaults.CallerKind.Service, Platform.ServiceDefaults.PermissionSet.Parse("use:internal"), TlpLevel.Red));
        var resolved = await SendAsync(gateway, HttpMethod.Post, "/internal/tenants/resolve", HttpStatusCode.OK, Ct, new { tenant_id = tenant });
        Assert.True(resolved.GetProperty("quota_resets_at").GetDateTimeOffset() > Now);
        Assert.Equal((10, 13), (resolved.GetProperty("monthly_quota").GetInt32(), resolved.GetProperty("used_this_month").GetInt32()));

        async Task<string> UseAsync(int requests, int status)
        {
            await store.RunAsync([Batch(Guid.NewGuid().ToString(), 1, 0, Enumerable.Range(0, requests).Select(_ => Entry(tenant, status)).ToList())], Ct);
            await rollup.RunAsync(Ct);
            await small.Services.GetRequiredService<WatchQuota>().RunAsync(tenant, Ct);
            return await tenancy.ScalarAsync<string>("SELECT coalesce(string_agg(threshold::text, ',' ORDER BY threshold), '') FROM quota_marks WHERE tenant_id = $1 AND quota = 10", Ct, tenant);
        }
    }

    [Fact]
    public async Task Months_beyond_retention_are_dropped_and_others_stay()
    {
        var (old, kept) = (UsagePartitions.MonthOf(Now.AddMonths(-40)), UsagePartitions.MonthOf(Now.AddMonths(-14)));
        await using (var command = tenancy.App.CreateCommand("SELECT ensure_usage_partition($1), ensure_usage_partition($2)"))
        {
            command.Parameters.Add(new() { Value = old });
            command.Parameters.Add(new() { Value = kept });
            await command.ExecuteScalarAsync(Ct);
        }

        await using var drop = tenancy.App.CreateCommand("SELECT drop_usage_partitions($1)");
        drop.Parameters.Add(new() { Value = UsagePartitions.MonthOf(Now.AddMonths(-39)) });
        Assert.Equal(1, await drop.ExecuteScalarAsync(Ct));
        Assert.False(await tenancy.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_class WHERE relname = $1)", Ct, UsagePartitions.NameOf(old)));
        Assert.True(await tenancy.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_class WHERE relname = $1)", Ct, UsagePartitions.NameOf(kept)));
    }
}
