using System.Diagnostics;
using System.Net;
using MassTransit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;
using Platform.Contracts.Gateway;
using Platform.Contracts.Identity;
using Platform.Contracts.Tenancy;
using Platform.Gateway.Revocation;
using Platform.Gateway.Tests.Support;
using Platform.TestSupport;

namespace Platform.IntegrationTests.Gateway;

/// <summary>A gateway on the real broker and the real Redis.</summary>
public sealed class GatewayFeedTests(Stack stack) : IAsyncLifetime
{
    private const string Path = "/api/v1/threat-intel/indicators";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private readonly string _prefix = $"g{Guid.NewGuid():N}"[..9];
    private readonly string _data = Directory.CreateTempSubdirectory("gateway-").FullName;
    private GatewayUnderTest _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await StartAsync(await stack.ConnectionAsync("rabbitmq"));
        await Eventually.TrueAsync(() => Task.FromResult(_gateway.Provider.GetRequiredService<FeedState>().IsAlive), TimeSpan.FromSeconds(30), Ct, "The revocation feed");
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task An_ended_session_is_refused_within_a_second()
    {
        var session = Guid.NewGuid();
        var token = _gateway.Issuer.Token(session: session);
        Assert.Equal(HttpStatusCode.OK, (await _gateway.GetAsync(Path, token)).StatusCode);

        await PublishAsync(new SessionRevoked(WellKnown.DefaultTenantId, session, _gateway.Issuer.User, DateTimeOffset.UtcNow.AddMinutes(15)));

        Assert.InRange(await UntilAsync(token, HttpStatusCode.Unauthorized), 0, 1000);
        Assert.Equal(HttpStatusCode.OK, (await _gateway.GetAsync(Path)).StatusCode);
    }

    [Fact]
    public async Task Tokens_of_before_a_change_of_their_user_are_refused_and_new_ones_are_not()
    {
        var token = _gateway.Issuer.Token(age: TimeSpan.FromSeconds(5));
        Assert.Equal(HttpStatusCode.OK, (await _gateway.GetAsync(Path, token)).StatusCode);

        await PublishAsync(new UserUpdated(WellKnown.DefaultTenantId, _gateway.Issuer.User, "u", "viewer", true, DateTimeOffset.UtcNow.AddSeconds(-2)));

        Assert.InRange(await UntilAsync(token, HttpStatusCode.Unauthorized), 0, 1000);
        Assert.Equal(HttpStatusCode.OK, (await _gateway.GetAsync(Path)).StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tokens_of_before_a_change_of_their_client_are_refused_within_a_second_its_users_ones_too(bool usable)
    {
        var client = "ic_" + Guid.NewGuid().ToString("N");
        var own = ClientToken(client, TimeSpan.FromSeconds(5));
        var users = _gateway.Issuer.Token(d => d.Claims["client_id"] = client, TimeSpan.FromSeconds(5));
        var others = ClientToken("ic_other", TimeSpan.FromSeconds(5));
        foreach (var token in new[] { own, users, others })
        {
            Assert.Equal(HttpStatusCode.OK, (await _gateway.GetAsync(Path, token)).StatusCode);
        }

        await PublishAsync(new IntegrationClientChanged(WellKnown.DefaultTenantId, client, usable, DateTimeOffset.UtcNow.AddSeconds(-2)));

        Assert.InRange(await UntilAsync(own, HttpStatusCode.Unauthorized), 0, 1000);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _gateway.GetAsync(Path, users)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _gateway.GetAsync(Path, others)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _gateway.GetAsync(Path)).StatusCode);
        Assert.Equal(usable ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, (await _gateway.GetAsync(Path, ClientToken(client))).StatusCode);
    }

    [Fact]
    public async Task New_secrets_of_a_client_leave_its_tokens_good_while_the_former_ones_are()
    {
        var client = "ic_" + Guid.NewGuid().ToString("N");
        var (own, probe) = (ClientToken(client, TimeSpan.FromSeconds(5)), _gateway.Issuer.Token(age: TimeSpan.FromSeconds(5)));
        Assert.Equal(HttpStatusCode.OK, (await _gateway.GetAsync(Path, own)).StatusCode);

        await PublishAsync(new IntegrationClientChanged(WellKnown.DefaultTenantId, client, true, DateTimeOffset.UtcNow, KeepsTokens: true));
        await PublishAsync(new UserUpdated(WellKnown.DefaultTenantId, _gateway.Issuer.User, "u", "viewer", true, DateTimeOffset.UtcNow.AddSeconds(-2)));

        await UntilAsync(probe, HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.OK, (await _gateway.GetAsync(Path, own)).StatusCode);
    }

    [Fact]
    public async Task A_suspended_tenant_is_out_within_a_second_and_its_streams_end()
    {
        var token = _gateway.Issuer.Token();
        _gateway.Services["agent"].Answers["/api/v1/agent/chat_sse"] = async c =>
        {
            c.Response.ContentType = "text/event-stream";
            await c.Response.WriteAsync("data: 1\n\n");
            await c.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, c.RequestAborted);
        };
        using var stream = await _gateway.Client.SendAsync(_gateway.Request(HttpMethod.Post, "/api/v1/agent/chat_sse", token), HttpCompletionOption.ResponseHeadersRead, Ct);
        var reading = stream.Content.ReadAsStringAsync(Ct);
        _gateway.Services["tenancy"].Answers["/internal/tenants/resolve"] = GatewayUnderTest.Tenant("suspended");

        await PublishAsync(new TenantSuspended(WellKnown.DefaultTenantId, "test"));

        Assert.InRange(await UntilAsync(token, HttpStatusCode.Forbidden), 0, 1000);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => reading.WaitAsync(TimeSpan.FromSeconds(5), Ct));
    }

    [Fact]
    public async Task A_revoked_key_is_asked_for_again()
    {
        var id = Guid.NewGuid();
        _gateway.Services["tenancy"].Answers["/internal/keys/resolve"] = c => c.Response.WriteAsJsonAsync(new
        {
            id,
            tenant_id = WellKnown.DefaultTenantId,
            tenant_status = "active",
            permissions = new[] { "read:all" },
            tlp_clearance = "green",
            limits = new { requests_per_minute = 1000, requests_per_hour = 50_000, requests_per_day = 1_000_000 },
        });
        Assert.Equal(HttpStatusCode.OK, (await SendKeyAsync()).StatusCode);
        _gateway.Services["tenancy"].Answers["/internal/keys/resolve"] = c =>
        {
            c.Response.StatusCode = 404;
            return Task.CompletedTask;
        };

        await PublishAsync(new ApiKeyRevoked(WellKnown.DefaultTenantId, id, "abc"));

        // Unasked, the answer would stand for a minute.
        await Eventually.TrueAsync(async () => (await SendKeyAsync()).StatusCode == HttpStatusCode.Unauthorized, TimeSpan.FromSeconds(10), Ct, "The refusal");
    }

    [Fact]
    public async Task Rows_written_while_the_broker_was_away_arrive_once()
    {
        await _gateway.DisposeAsync();
        _gateway = await StartAsync("amqp://nobody:nothing@127.0.0.1:1");
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await _gateway.GetAsync($"{Path}?n={i}")).StatusCode);
        }

        await _gateway.DisposeAsync();
        var received = new List<UsageEntry>();
        var bus = Bus.Factory.CreateUsingRabbitMq(rabbit =>
        {
            rabbit.Host(new Uri(stack.ConnectionAsync("rabbitmq").Result));
            rabbit.MessageTopology.SetEntityNameFormatter(new PrefixEntityNameFormatter(rabbit.MessageTopology.EntityNameFormatter, _prefix + "."));
            rabbit.ReceiveEndpoint($"{_prefix}.usage-test", e =>
            {
                e.AutoDelete = true;
                e.Handler<UsageRecorded>(c =>
                {
                    lock (received)
                    {
                        received.AddRange(c.Message.Entries);
                    }

                    return Task.CompletedTask;
                });
            });
        });
        await bus.StartAsync(Ct);
        _gateway = await StartAsync(await stack.ConnectionAsync("rabbitmq"));

        await Eventually.TrueAsync(() => Task.FromResult(received.Count >= 30), TimeSpan.FromSeconds(30), Ct, "The rows");
        await bus.StopAsync(Ct);
        Assert.Equal(30, received.Count);
        Assert.All(received, e => Assert.Equal((200, Path, "GET"), (e.StatusCode, e.Endpoint, e.Method)));
    }

    [Fact]
    public async Task The_limit_of_a_tenant_is_exact_through_the_door()
    {
        _gateway.Services["tenancy"].Answers["/internal/tenants/resolve"] = GatewayUnderTest.Tenant("active", perMinute: 50);
        var tenant = Guid.NewGuid();
        var token = _gateway.Issuer.Token(d => d.Claims["tenant"] = tenant.ToString());

        var responses = await Task.WhenAll(Enumerable.Range(0, 80).Select(_ => _gateway.GetAsync(Path, token)));

        Assert.Equal(50, responses.Count(r => r.StatusCode == HttpStatusCode.OK));
        var refused = responses.First(r => r.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.Equal("50", refused.Headers.GetValues("X-RateLimit-Limit").Single());
        Assert.Equal("0", refused.Headers.GetValues("X-RateLimit-Remaining").Single());
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 50, 63);
        Assert.StartsWith("\"minute\";r=0;t=", refused.Headers.GetValues("RateLimit").Single(), StringComparison.Ordinal);
    }

    private async Task<GatewayUnderTest> StartAsync(string broker)
    {
        var redis = await stack.ConnectionAsync("state");
        return await GatewayUnderTest.StartAsync(s =>
        {
            s["ConnectionStrings:rabbitmq"] = broker;
            s["ConnectionStrings:state"] = redis;
            s["Messaging:Prefix"] = _prefix;
            s["Platform:DataRoot"] = _data;
            s["Gateway:LimitPatienceMilliseconds"] = "10000";
            // Other tests refuse much for this address in the same store.
            s["Gateway:AnonymousPerMinute"] = "10000";
        });
    }

    private Task PublishAsync<T>(T message)
        where T : class => _gateway.Provider.GetRequiredService<IBus>().Publish(message, Ct);

    private async Task<double> UntilAsync(string token, HttpStatusCode status)
    {
        var since = Stopwatch.GetTimestamp();
        HttpStatusCode? seen = null;
        try
        {
            await Eventually.TrueAsync(async () => (seen = (await _gateway.GetAsync(Path, token)).StatusCode) == status, TimeSpan.FromSeconds(10), Ct, $"Status {status}");
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message} It was {seen}.", late);
        }

        return Stopwatch.GetElapsedTime(since).TotalMilliseconds;
    }

    private string ClientToken(string client, TimeSpan? age = null) => _gateway.Issuer.Token(
        d =>
        {
            d.Claims["sub"] = client;
            d.Claims["client_id"] = client;
            d.Claims.Remove("sid");
        },
        age);

    private Task<HttpResponseMessage> SendKeyAsync()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Path);
        request.Headers.Add("X-API-Key", "pk_test_abc_def");
        return _gateway.Client.SendAsync(request, Ct);
    }
}
