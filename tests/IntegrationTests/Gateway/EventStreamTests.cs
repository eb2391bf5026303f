using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.Gateway.Revocation;
using Platform.Gateway.Streaming;
using Platform.Gateway.Tests.Support;
using Platform.TestSupport;

namespace Platform.IntegrationTests.Gateway;

/// <summary>The stream of events, on the real broker and the real Redis.</summary>
public sealed class EventStreamTests(Stack stack) : IAsyncLifetime
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private readonly string _prefix = $"s{Guid.NewGuid():N}"[..9];
    private readonly Guid _tenant = Guid.NewGuid();
    private GatewayUnderTest _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await StartAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task A_listener_hears_its_tenants_events_of_its_topics_clearance_and_filter_and_no_others()
    {
        await using var heard = await Events.OpenAsync(_gateway, Token("amber"), "topics=incidents,imports&filter.severity=high&filter.severity=critical");
        await PublishAsync(Incident("wrong tenant", "high", TlpLevel.Clear), Guid.NewGuid());
        await PublishAsync(Incident("too secret", "high", TlpLevel.Red));
        await PublishAsync(Incident("too small", "low", TlpLevel.Clear));
        await PublishAsync(new IndicatorExpired("indicator--x", DateTimeOffset.UtcNow, TlpLevel.Clear));
        await PublishAsync(Incident("right", "critical", TlpLevel.Amber));
        var happened = await heard.NextAsync();
        Assert.Equal(("incidents", "incident.opened", "right"), (happened.GetProperty("topic").GetString(), happened.GetProperty("type").GetString(), happened.GetProperty("data").GetProperty("title").GetString()));
        Assert.Equal(4, happened.GetProperty("seq").GetInt64());
    }

    [Fact]
    public async Task A_blocked_caller_is_told_to_those_who_read_their_tenants_audit_log()
    {
        var auditor = _gateway.Issuer.Token(d => (d.Claims["tenant"], d.Claims["permissions"]) = (_tenant.ToString(), "read:audit manage:platform"));
        await using var heard = await Events.OpenAsync(_gateway, auditor, "topics=alerts");
        using var request = _gateway.Request(HttpMethod.Post, "/api/v2/security/blocks", auditor);
        request.Content = System.Net.Http.Json.JsonContent.Create(new { tenant_id = _tenant, subject = "left", reason = "left the company", seconds = 60 });
        using var set = await _gateway.Client.SendAsync(request, Ct);
        Assert.Equal(HttpStatusCode.Created, set.StatusCode);

        var happened = await heard.NextAsync();
        Assert.Equal("security.ip_blocked", happened.GetProperty("type").GetString());
        var data = happened.GetProperty("data");
        Assert.Equal(("left", "left the company"), (data.GetProperty("subject").GetString(), data.GetProperty("reason").GetString()));
        Assert.InRange(data.GetProperty("expires_at").GetDateTimeOffset() - DateTimeOffset.UtcNow, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData("topics=nothing", HttpStatusCode.UnprocessableEntity)]
    [InlineData("topics=alerts", HttpStatusCode.Forbidden)]
    [InlineData("since=x", HttpStatusCode.UnprocessableEntity)]
    [InlineData("tenant=x", HttpStatusCode.UnprocessableEntity)]
    public async Task What_nobody_may_or_can_listen_to_is_refused(string query, HttpStatusCode expected)
    {
        using var response = await _gateway.GetAsync("/api/v2/stream?" + query, Token("amber"));
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Killed_and_connected_again_a_client_has_every_event_once()
    {
        var numbers = new List<int>();
        var last = 0L;
        await using (var before = await Events.OpenAsync(_gateway, Token("red"), "topics=incidents"))
        {
            await PublishAllAsync(_gateway, 0, 20);
            for (var i = 0; i < 10; i++)
            {
                var happened = await before.NextAsync();
                numbers.Add(int.Parse(happened.GetProperty("data").GetProperty("title").GetString()!, System.Globalization.CultureInfo.InvariantCulture));
                last = happened.GetProperty("seq").GetInt64();
            }
        }

        // The gateway is gone, and with it what it had in memory; another one knows the client by the number alone.
        var first = _gateway;
        _gateway = await StartAsync();
        await first.StopAsync(Ct);
        await first.DisposeAsync();
        await PublishAllAsync(_gateway, 20, 40);
        await using var after = await Events.OpenAsync(_gateway, Token("red"), $"topics=incidents&since={last}");
        while (numbers.Count < 40)
        {
            var happened = await after.NextAsync();
            Assert.Equal(++last, happened.GetProperty("seq").GetInt64());
            numbers.Add(int.Parse(happened.GetProperty("data").GetProperty("title").GetString()!, System.Globalization.CultureInfo.InvariantCulture));
        }

        Assert.Equal(Enumerable.Range(0, 40), numbers);
    }

    [Fact]
    public async Task What_is_not_kept_any_more_is_told_as_a_gap()
    {
        await using var heard = await Events.OpenAsync(_gateway, Token("red"), "topics=incidents&since=4711");
        Assert.Equal("gap", (await heard.NextAsync("gap")).GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("message")]
    [InlineData("protocol")]
    [InlineData("header")]
    public async Task A_WebSocket_takes_its_token_in_the_first_message_the_protocol_or_a_header(string place)
    {
        using var socket = new ClientWebSocket();
        var token = Token("amber");
        if (place == "protocol")
        {
            socket.Options.AddSubProtocol("platform.v1");
            socket.Options.AddSubProtocol("bearer." + token);
        }
        else if (place == "header")
        {
            socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        }

        await ConnectAsync(socket);
        await SayAsync(socket, place == "message" ? new { token, topics = new[] { "incidents" } } : (object)new { topics = new[] { "incidents" } });
        Assert.Equal("ready", (await HearAsync(socket)).GetProperty("type").GetString());
        await PublishAsync(Incident("one", "high", TlpLevel.Amber));
        Assert.Equal("one", (await HearAsync(socket)).GetProperty("data").GetProperty("title").GetString());
    }

    [Fact]
    public async Task A_WebSocket_without_a_good_token_or_from_a_strange_page_is_refused()
    {
        using var strange = new ClientWebSocket();
        strange.Options.SetRequestHeader("Origin", "https://elsewhere.example");
        await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(strange));
        using var wrong = new ClientWebSocket();
        await ConnectAsync(wrong);
        await SayAsync(wrong, new { token = "x.y.z", topics = new[] { "incidents" } });
        var closed = await wrong.ReceiveAsync(new byte[1024], Ct);
        Assert.Equal((WebSocketMessageType.Close, WebSocketCloseStatus.PolicyViolation), (closed.MessageType, closed.CloseStatus));
    }

    [Fact]
    public async Task A_revoked_session_hears_no_more()
    {
        var session = Guid.NewGuid();
        await using var heard = await Events.OpenAsync(_gateway, Token("red", session), "topics=incidents");
        await PublishAsync(new Contracts.Identity.SessionRevoked(_tenant, session, _gateway.Issuer.User, DateTimeOffset.UtcNow.AddMinutes(15)));
        await heard.EndedAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_subscription_of_GraphQL_hears_the_same_and_no_more(bool bySocket)
    {
        await PublishAsync(Incident("before", "high", TlpLevel.Clear));
        const string Query = "subscription { incidentChanged(severities: [HIGH], since: 0) { sequence missed type title severity status incident { title } } }";
        var right = Incident("right", "high", TlpLevel.Amber);
        _gateway.ThreatIntel.Answers[$"/api/v2/infrastructure/incidents/{right.Id}"] = c => Microsoft.AspNetCore.Http.HttpResponseJsonExtensions.WriteAsJsonAsync(c.Response, new { title = "now" }, Ct);
        await using var heard = bySocket ? await Subscription.BySocketAsync(_gateway, Token("amber"), Query) : await Subscription.ByEventsAsync(_gateway, Token("amber"), Query);
        var before = await heard.NextAsync();
        Assert.Equal(("before", 1, "incident.opened"), (before.GetProperty("title").GetString(), before.GetProperty("sequence").GetInt32(), before.GetProperty("type").GetString()));
        await PublishAsync(Incident("wrong tenant", "high", TlpLevel.Clear), Guid.NewGuid());
        await PublishAsync(Incident("too secret", "high", TlpLevel.Red));
        await PublishAsync(Incident("too small", "low", TlpLevel.Clear));
        await PublishAsync(new IndicatorExpired("indicator--x", DateTimeOffset.UtcNow, TlpLevel.Clear));
        await PublishAsync(right);
        var happened = await heard.NextAsync();
        Assert.Equal(("right", "HIGH", "OPEN"), (happened.GetProperty("title").GetString(), happened.GetProperty("severity").GetString(), happened.GetProperty("status").GetString()));
        Assert.Equal((5, 0, "now"), (happened.GetProperty("sequence").GetInt32(), happened.GetProperty("missed").GetInt32(), happened.GetProperty("incident").GetProperty("title").GetString()));
        Assert.Equal(1, _gateway.Provider.GetRequiredService<StreamHub>().Count);
        await heard.DisposeAsync();
        await Eventually.TrueAsync(() => Task.FromResult(_gateway.Provider.GetRequiredService<StreamHub>().Count == 0), TimeSpan.FromSeconds(10), Ct, "The listener's end");
    }

    [Fact]
    public async Task A_subscription_needs_the_permission_of_its_topic()
    {
        using var request = _gateway.Request(HttpMethod.Post, "/graphql", Token("red"));
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Content = System.Net.Http.Json.JsonContent.Create(new { query = "subscription { alertRaised { kind } }" });
        using var response = await _gateway.Client.SendAsync(request, Ct);
        Assert.Contains("INSUFFICIENT_PERMISSIONS", await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kept_answer_goes_with_the_event_of_its_change()
    {
        var asked = 0;
        _gateway.ThreatIntel.Answers["/api/v2/threat-intel/malware"] = c =>
        {
            c.Response.Headers.CacheControl = "s-maxage=300";
            c.Response.Headers["Surrogate-Key"] = "threat-intel";
            return Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(c.Response, $"{Interlocked.Increment(ref asked)}", Ct);
        };
        var token = Token("amber");
        await Eventually.TrueAsync(async () => await CacheAsync(token) == "HIT", TimeSpan.FromSeconds(20), Ct, "A kept answer");
        await PublishAsync(new RelationshipsUpserted([]));
        await Eventually.TrueAsync(async () => await CacheAsync(token) == "MISS", TimeSpan.FromSeconds(10), Ct, "A new answer");
    }

    [Fact]
    public async Task A_kept_answer_of_GraphQL_is_for_those_with_the_same_rights_and_goes_with_a_change()
    {
        var asked = 0;
        _gateway.ThreatIntel.Answers["/api/v2/threat-intel/indicators"] = c =>
            Microsoft.AspNetCore.Http.HttpResponseJsonExtensions.WriteAsJsonAsync(c.Response, new { items = new[] { new { id = $"indicator--{Interlocked.Increment(ref asked)}" } } }, Ct);
        var token = Token("amber");
        await Eventually.TrueAsync(async () => (await AskAsync(token)).StartsWith("HIT", StringComparison.Ordinal), TimeSpan.FromSeconds(20), Ct, "A kept answer");
        var kept = await AskAsync(token);
        Assert.Equal(kept, await AskAsync(Token("amber")));
        Assert.StartsWith("MISS", await AskAsync(Token("green")), StringComparison.Ordinal);
        Assert.StartsWith("MISS", await AskAsync(_gateway.Issuer.Token()), StringComparison.Ordinal);
        await PublishAsync(new RelationshipsUpserted([]));
        await Eventually.TrueAsync(async () => (await AskAsync(token)).StartsWith("MISS", StringComparison.Ordinal), TimeSpan.FromSeconds(10), Ct, "A new answer");
    }

    private async Task<string> AskAsync(string token)
    {
        using var request = _gateway.Request(HttpMethod.Post, "/graphql", token);
        request.Content = System.Net.Http.Json.JsonContent.Create(new { query = "{ indicators(first: 1) { nodes { id } } }" });
        using var response = await _gateway.Client.SendAsync(request, Ct);
        var id = JsonElement.Parse(await response.Content.ReadAsStringAsync(Ct)).GetProperty("data").GetProperty("indicators").GetProperty("nodes")[0].GetProperty("id");
        return $"{(response.Headers.TryGetValues("X-Cache", out var values) ? values.Single() : "none")} {id}";
    }

    private async Task<string?> CacheAsync(string token)
    {
        using var response = await _gateway.GetAsync("/api/v2/threat-intel/malware", token);
        return response.Headers.TryGetValues("X-Cache", out var values) ? values.Single() : null;
    }

    private static IncidentOpened Incident(string title, string severity, TlpLevel tlp) => new(Guid.NewGuid(), title, severity, tlp, [], []);

    private string Token(string clearance, Guid? session = null) => _gateway.Issuer.Token(
        d =>
        {
            d.Claims["tenant"] = _tenant.ToString();
            d.Claims["tlp_clearance"] = clearance;
        },
        session: session);

    private async Task<GatewayUnderTest> StartAsync()
    {
        var (broker, state, cache) = (await stack.ConnectionAsync("rabbitmq"), await stack.ConnectionAsync("state"), await stack.ConnectionAsync("cache"));
        var gateway = await GatewayUnderTest.StartAsync(s =>
        {
            s["ConnectionStrings:rabbitmq"] = broker;
            s["ConnectionStrings:state"] = state;
            s["ConnectionStrings:cache"] = cache;
            s["Messaging:Prefix"] = _prefix;
            s["Gateway:LimitPatienceMilliseconds"] = "10000";
            s["Gateway:AnonymousPerMinute"] = "10000";
        });
        await Eventually.TrueAsync(() => Task.FromResult(gateway.Provider.GetRequiredService<FeedState>().IsAlive), TimeSpan.FromSeconds(30), Ct, "The revocation feed");
        return gateway;
    }

    private Task PublishAsync<T>(T message, Guid? tenant = null)
        where T : class => PublishAsync(_gateway, message, tenant ?? _tenant);

    private static Task PublishAsync<T>(GatewayUnderTest gateway, T message, Guid tenant)
        where T : class => gateway.Provider.GetRequiredService<IBus>().Publish(message, c => c.Headers.Set(WellKnown.EventHeaders.Tenant, tenant.ToString()), Ct);

    private async Task PublishAllAsync(GatewayUnderTest gateway, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            await PublishAsync(gateway, Incident($"{i}", "high", TlpLevel.Clear), _tenant);
        }
    }

    private Task ConnectAsync(ClientWebSocket socket) => socket.ConnectAsync(new UriBuilder(_gateway.Client.BaseAddress!) { Scheme = "ws", Path = "/ws" }.Uri, Ct);

    private static Task SayAsync(ClientWebSocket socket, object message) =>
        socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, Ct);

    private static async Task<JsonElement> HearAsync(ClientWebSocket socket)
    {
        var buffer = new byte[16 * 1024];
        var received = await socket.ReceiveAsync(buffer, Ct).WaitAsync(TimeSpan.FromSeconds(20), Ct);
        Assert.Equal(WebSocketMessageType.Text, received.MessageType);
        return JsonElement.Parse(buffer.AsSpan(0, received.Count));
    }

    /// <summary>A subscription of GraphQL, by either way.</summary>
    private sealed class Subscription(Func<Task<JsonElement>> next, Func<ValueTask> dispose) : IAsyncDisposable
    {
        public static async Task<Subscription> BySocketAsync(GatewayUnderTest gateway, string token, string query)
        {
            var socket = new GraphQLSocketClient();
            Assert.NotNull(await socket.InitialiseAsync(gateway.Client.BaseAddress!, new { token }, Ct));
            await socket.SubscribeAsync("1", query, Ct);
            return new Subscription(async () => (await socket.HearAsync(Ct))!.Value.GetProperty("payload"), () =>
            {
                socket.Dispose();
                return default;
            });
        }

        public static async Task<Subscription> ByEventsAsync(GatewayUnderTest gateway, string token, string query)
        {
            using var request = gateway.Request(HttpMethod.Post, "/graphql", token);
            request.Headers.Accept.ParseAdd("text/event-stream");
            request.Content = System.Net.Http.Json.JsonContent.Create(new { query });
            var response = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
            var events = new Events(response, new StreamReader(await response.Content.ReadAsStreamAsync(Ct), Encoding.UTF8));
            return new Subscription(() => events.NextAsync("next"), events.DisposeAsync);
        }

        public async Task<JsonElement> NextAsync() => (await next()).GetProperty("data").EnumerateObject().Single().Value;

        public ValueTask DisposeAsync() => dispose();
    }

    /// <summary>An open event stream, read line by line.</summary>
    private sealed class Events(HttpResponseMessage response, StreamReader reader) : IAsyncDisposable
    {
        public static async Task<Events> OpenAsync(GatewayUnderTest gateway, string token, string query)
        {
            using var request = gateway.Request(HttpMethod.Get, "/api/v2/stream?" + query, token);
            var response = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            var events = new Events(response, new StreamReader(await response.Content.ReadAsStreamAsync(Ct), Encoding.UTF8));
            await events.NextAsync("ready");
            return events;
        }

        public async Task<JsonElement> NextAsync(string? name = null)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
            patience.CancelAfter(TimeSpan.FromSeconds(30));
            var current = "";
            while (await reader.ReadLineAsync(patience.Token) is { } line)
            {
                if (line.StartsWith("event: ", StringComparison.Ordinal))
                {
                    current = line["event: ".Length..];
                }
                else if (line.StartsWith("data: ", StringComparison.Ordinal) && (name is null || current == name))
                {
                    return JsonElement.Parse(line["data: ".Length..]);
                }
            }

            throw new EndOfStreamException("The stream ended.");
        }

        public async Task EndedAsync()
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
            patience.CancelAfter(TimeSpan.FromSeconds(10));
            try
            {
                while (await reader.ReadLineAsync(patience.Token) is not null)
                {
                }
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException)
            {
            }
        }

        public ValueTask DisposeAsync()
        {
            reader.Dispose();
            response.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
