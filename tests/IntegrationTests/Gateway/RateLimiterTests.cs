using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Gateway;
using Platform.Gateway.Authentication;
using Platform.Gateway.Limits;
using Platform.Gateway.Tenants;
using Platform.ServiceDefaults;
using Platform.TestSupport;

namespace Platform.IntegrationTests.Gateway;

public sealed class RateLimiterTests(Stack stack)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_200_parallel_requests_at_two_instances_exactly_100_pass()
    {
        using var redis = await ConnectAsync(await stack.ConnectionAsync("state"));
        var tenant = new TenantEntry(Guid.NewGuid());
        var one = (Limiter: Limiter(redis), Plan: Plan(tenant, 100));
        var two = (Limiter: Limiter(redis), Plan: Plan(tenant, 100));

        var decisions = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            var (limiter, plan) = i % 2 == 0 ? one : two;
            return await limiter.ChargeAsync(plan);
        }));

        Assert.False(one.Limiter.IsLocal || two.Limiter.IsLocal);
        Assert.Equal(100, decisions.Count(d => d.Allowed));
        Assert.All(decisions.Where(d => !d.Allowed), d => Assert.InRange(d.Wait.TotalSeconds, 50, 63));
        Assert.Equal("\"minute\";q=100;w=60, \"hour\";q=50000;w=3600, \"day\";q=1000000;w=86400", one.Plan.Policy);
    }

    [Fact]
    public async Task Requests_charged_ahead_by_two_instances_never_exceed_the_limit_and_hardly_fall_short_of_it()
    {
        const int Limit = 2_000;
        const int MostLeased = Limit / 100;
        using var redis = await ConnectAsync(await stack.ConnectionAsync("state"));
        var tenant = new TenantEntry(Guid.NewGuid());
        (RateLimiter Limiter, LimitPlan Plan)[] instances = [(Limiter(redis), Plan(tenant, Limit)), (Limiter(redis), Plan(tenant, Limit))];
        var started = TimeProvider.System.GetTimestamp();

        var passed = 0;
        var ahead = 0L;
        for (var i = 0; i < 2 * Limit; i++)
        {
            var (limiter, plan) = instances[i % 2];
            passed += (await limiter.ChargeAsync(plan)).Allowed ? 1 : 0;
            if (i % 100 == 99 && i < Limit / 2)
            {
                // Another instance sees what is charged, made or not.
                var left = (await Limiter(redis).ChargeAsync(Plan(tenant, Limit))).Remaining;
                ahead = Math.Max(ahead, Limit - 1 - passed - left);
                passed++;
            }
        }

        // Each instance has one lease in hand, and lets one lapse at most where a slot of the shortest window ends.
        var lapsed = (1 + (int)(TimeProvider.System.GetElapsedTime(started) / TimeSpan.FromSeconds(3))) * instances.Length * MostLeased;
        Assert.InRange(ahead, 1, lapsed + (instances.Length * MostLeased));
        Assert.InRange(passed, Limit - lapsed, Limit);
    }

    [Fact]
    public async Task A_full_window_charges_none_of_the_others()
    {
        using var redis = await ConnectAsync(await stack.ConnectionAsync("state"));
        var tenant = new TenantEntry(Guid.NewGuid());
        var limiter = Limiter(redis);
        var key = new Credential(
            new Caller(tenant.Id, "k", CallerKind.ApiKey, PermissionSet.Empty, TlpLevel.Green), tenant)
        { ApiKeyId = Guid.NewGuid(), Limits = new KeyLimits(3, null, null) };
        var keyPlan = LimitPlan.Of(tenant, new TenantLimits(10, 50_000, 1_000_000), key);
        for (var i = 0; i < 5; i++)
        {
            var decision = await limiter.ChargeAsync(keyPlan);
            Assert.Equal(i < 3, decision.Allowed);
            Assert.Equal("key-minute", decision.Window.Name);
        }

        // Another caller of the tenant has the seven that are left.
        var decisions = new List<LimitDecision>();
        for (var i = 0; i < 9; i++)
        {
            decisions.Add(await Limiter(redis).ChargeAsync(Plan(tenant, 10)));
        }

        Assert.Equal(7, decisions.Count(d => d.Allowed));
    }

    [Fact]
    public async Task Every_key_expires()
    {
        using var redis = await ConnectAsync(await stack.ConnectionAsync("state"));
        var plan = Plan(new TenantEntry(Guid.NewGuid()), 10);

        await Limiter(redis).ChargeAsync(plan);

        var life = await redis.Database!.KeyTimeToLiveAsync(plan.Key);
        Assert.NotNull(life);
        Assert.InRange(life.Value.TotalHours, 24, 28);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task With_Redis_gone_or_hung_in_mid_run_the_limit_still_holds(bool hang)
    {
        using var proxy = new RedisProxy(await stack.ConnectionAsync("state"));
        using var redis = await ConnectAsync(proxy.ConnectionString);
        var limiter = Limiter(redis, patience: 1000);
        var plan = Plan(new TenantEntry(Guid.NewGuid()), 100);
        var passed = 0;
        for (var i = 0; i < 150; i++)
        {
            if (i == 60)
            {
                if (hang)
                {
                    proxy.Hang();
                }
                else
                {
                    proxy.TakeAway();
                }
            }

            passed += (await limiter.ChargeAsync(plan)).Allowed ? 1 : 0;
        }

        Assert.True(limiter.IsLocal);
        Assert.Equal(100, passed);
    }

    [Fact]
    public async Task Without_Redis_each_instance_has_its_share()
    {
        using var proxy = new RedisProxy(await stack.ConnectionAsync("state"));
        using var redis = await ConnectAsync(proxy.ConnectionString);
        proxy.TakeAway();
        var plan = Plan(new TenantEntry(Guid.NewGuid()), 100);
        var limiter = Limiter(redis, instances: 4);
        var passed = 0;
        for (var i = 0; i < 100; i++)
        {
            passed += (await limiter.ChargeAsync(plan)).Allowed ? 1 : 0;
        }

        Assert.Equal(25, passed);
    }

    private static async Task<RedisConnection> ConnectAsync(string connectionString)
    {
        var redis = new RedisConnection("state", connectionString, NullLogger<RedisConnection>.Instance);
        await redis.StartAsync(Ct);
        await Eventually.TrueAsync(() => Task.FromResult(redis.Database is not null), TimeSpan.FromSeconds(20), Ct, "The connection to Redis");
        return redis;
    }

    private static RateLimiter Limiter(RedisConnection redis, int instances = 1, int patience = 10_000) => new(
        redis,
        new LocalLimiter(TimeProvider.System),
        Options.Create(new GatewayOptions { Issuer = "http://localhost", Instances = instances, LimitPatienceMilliseconds = patience }),
        TimeProvider.System,
        NullLogger<RateLimiter>.Instance);

    private static LimitPlan Plan(TenantEntry tenant, int perMinute) => LimitPlan.Of(
        tenant,
        new TenantLimits(perMinute, 50_000, 1_000_000),
        new Credential(new Caller(tenant.Id, "u", CallerKind.User, PermissionSet.Empty, TlpLevel.Green), tenant));
}
