using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;
using Platform.Gateway.Revocation;
using Platform.Gateway.Tests.Support;
using Platform.Gateway.Usage;

namespace Platform.Gateway.Tests.GraphQL;

/// <summary>GraphQL over WebSocket: who is let in, for how long, and what each operation counts.</summary>
public sealed class SocketTests : IAsyncLifetime
{
    private const string Me = "{ me { id } }";

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private GatewayUnderTest _gateway = null!;

    private Uri Address => _gateway.Client.BaseAddress!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await GatewayUnderTest.StartAsync();
        _gateway.Services["identity"].Answers["/api/v2/users/me"] = c => c.Response.WriteAsJsonAsync(new { user_id = "u1" });
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Theory]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("authorization", "bearer ")]
    [InlineData("token", "")]
    [InlineData(null, "")]
    public async Task A_token_comes_in_the_first_message_or_in_a_header(string? member, string scheme)
    {
        using var socket = new GraphQLSocketClient();
        var token = _gateway.Issuer.Token();
        if (member is null)
        {
            socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        }

        var payload = member is null ? null : new Dictionary<string, string> { [member] = scheme + token };
        Assert.Equal("connection_ack", (await socket.InitialiseAsync(Address, payload, Ct))?.GetProperty("type").GetString());
        await socket.SubscribeAsync("1", Me, Ct);
        Assert.Equal("u1", (await NextAsync(socket)).GetProperty("data").GetProperty("me").GetProperty("id").GetString());
        Assert.Equal(_gateway.Issuer.User.ToString(), (await _gateway.CallerAtAsync("identity"))!.Subject);
    }

    [Fact]
    public async Task An_API_key_comes_in_the_first_message_too()
    {
        var key = Guid.NewGuid();
        _gateway.Services["tenancy"].Answers["/internal/keys/resolve"] = c => c.Response.WriteAsJsonAsync(
            new { id = key, tenant_id = WellKnown.DefaultTenantId, permissions = new[] { "read:all" }, tlp_clearance = "green", allowed_cidrs = Array.Empty<string>() });
        using var socket = new GraphQLSocketClient();
        Assert.NotNull(await socket.InitialiseAsync(Address, new Dictionary<string, string> { ["X-API-Key"] = "pk_test_abc_def" }, Ct));
        await socket.SubscribeAsync("1", Me, Ct);
        await NextAsync(socket);
        Assert.Equal(key.ToString(), (await _gateway.CallerAtAsync("identity"))!.CredentialId);
    }

    [Theory]
    [InlineData(null, 4403)]
    [InlineData("""{ "token": "x.y.z" }""", 4403)]
    [InlineData("""{ "token": 7 }""", 4403)]
    [InlineData("""{ "token": "x.y.z", "Authorization": "Bearer x.y.z" }""", 4400)]
    public async Task Without_one_good_credential_nobody_is_let_in(string? payload, int status)
    {
        using var socket = new GraphQLSocketClient();
        Assert.Null(await socket.InitialiseAsync(Address, payload is null ? null : JsonElement.Parse(payload), Ct));
        Assert.Equal(status, socket.Closed.Status);
    }

    [Fact]
    public async Task Who_shows_two_credentials_in_two_places_is_not_let_in()
    {
        using var socket = new GraphQLSocketClient();
        socket.Options.SetRequestHeader("Authorization", "Bearer " + _gateway.Issuer.Token());
        Assert.Null(await socket.InitialiseAsync(Address, new { token = _gateway.Issuer.Token() }, Ct));
        Assert.Equal(4400, socket.Closed.Status);
    }

    [Theory]
    [InlineData("https://elsewhere.example", false)]
    [InlineData("null", false)]
    [InlineData(TestIssuer.Name, true)]
    public async Task Only_pages_of_allowed_origins_may_connect(string origin, bool allowed)
    {
        using var socket = new GraphQLSocketClient();
        socket.Options.SetRequestHeader("Origin", origin);
        var connecting = socket.ConnectAsync(Address, Ct);
        if (allowed)
        {
            await connecting;
        }
        else
        {
            await Assert.ThrowsAsync<WebSocketException>(() => connecting);
        }
    }

    [Fact]
    public async Task What_only_looks_like_a_handshake_needs_its_credential()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = JsonContent.Create(new { query = Me }) };
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.ParseAdd("websocket");
        using var response = await _gateway.Client.SendAsync(request, Ct);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.DoesNotContain(_gateway.Services["identity"].Requests, r => r.Path.StartsWith("/api/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_socket_ends_with_its_credential_and_may_come_back_with_another()
    {
        using var socket = new GraphQLSocketClient();
        // Within the skew of clocks it is still let in.
        await socket.InitialiseAsync(Address, new { token = _gateway.Issuer.Token(age: TimeSpan.FromMinutes(15)) }, Ct);
        while (await socket.HearAsync(Ct) is not null)
        {
        }

        Assert.Equal((4403, "The credential has expired."), socket.Closed);
    }

    [Theory]
    [InlineData("payload")]
    [InlineData("header")]
    public async Task A_revoked_credential_closes_the_socket_for_good(string place)
    {
        var session = Guid.NewGuid();
        using var socket = new GraphQLSocketClient();
        var token = _gateway.Issuer.Token(session: session);
        if (place == "header")
        {
            socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        }

        Assert.NotNull(await socket.InitialiseAsync(Address, place == "payload" ? new { token } : null, Ct));
        _gateway.Provider.GetRequiredService<Revocations>().EndSession(session);
        _gateway.Provider.GetRequiredService<OpenStreams>().EndRevoked();
        Assert.Null(await socket.HearAsync(Ct));
        Assert.Equal((4401, "The credential was revoked."), socket.Closed);
    }

    [Fact]
    public async Task Each_operation_asks_whether_the_credential_still_holds()
    {
        var session = Guid.NewGuid();
        using var socket = new GraphQLSocketClient();
        await socket.InitialiseAsync(Address, new { token = _gateway.Issuer.Token(session: session) }, Ct);
        _gateway.Provider.GetRequiredService<Revocations>().EndSession(session);
        await socket.SubscribeAsync("1", Me, Ct);
        Assert.Equal("AUTHENTICATION_ERROR", CodeOf(await RefusalAsync(socket)));
    }

    [Fact]
    public async Task Each_operation_counts_by_its_cost()
    {
        _gateway.Services["tenancy"].Answers["/internal/tenants/resolve"] = GatewayUnderTest.Tenant("active", perMinute: 3);
        using var socket = new GraphQLSocketClient();
        await socket.InitialiseAsync(Address, new { token = _gateway.Issuer.Token() }, Ct);
        for (var i = 0; i < 3; i++)
        {
            await socket.SubscribeAsync($"{i}", Me, Ct);
            await NextAsync(socket);
            Assert.Equal("complete", (await socket.HearAsync(Ct))?.GetProperty("type").GetString());
        }

        await socket.SubscribeAsync("4", Me, Ct);
        Assert.Equal("RATE_LIMIT_EXCEEDED", CodeOf(await RefusalAsync(socket)));
    }

    [Fact]
    public async Task Each_operation_has_a_usage_row()
    {
        using var socket = new GraphQLSocketClient();
        await socket.InitialiseAsync(Address, new { token = _gateway.Issuer.Token() }, Ct);
        foreach (var query in new[] { Me, "{ nothing }", "subscription { indicatorChanged { type } }" })
        {
            await socket.SubscribeAsync("1", query, Ct);
            while ((await socket.HearAsync(Ct))?.GetProperty("type").GetString() is not ("complete" or "error"))
            {
            }
        }

        var rows = _gateway.Provider.GetRequiredService<UsageJournal>().Next()!.Entries;
        Assert.Equal(["POST /graphql 200", "POST /graphql 400", "SUBSCRIBE /graphql 503"], rows.Select(r => $"{r.Method} {r.Endpoint} {r.StatusCode}"));
        Assert.All(rows, r => Assert.True(r.RequestSizeBytes > 20 && r.Subject == _gateway.Issuer.User.ToString(), r.ToString()));
        Assert.True(rows[0].ResponseSizeBytes > 20);
    }

    private static async Task<JsonElement> NextAsync(GraphQLSocketClient socket)
    {
        var message = (await socket.HearAsync(Ct))!.Value;
        Assert.Equal("next", message.GetProperty("type").GetString());
        return message.GetProperty("payload");
    }

    private static async Task<JsonElement> RefusalAsync(GraphQLSocketClient socket)
    {
        var message = (await socket.HearAsync(Ct))!.Value;
        Assert.Equal("error", message.GetProperty("type").GetString());
        return message.GetProperty("payload")[0];
    }

    private static string? CodeOf(JsonElement error) => error.GetProperty("extensions").GetProperty("code").GetString();
}
