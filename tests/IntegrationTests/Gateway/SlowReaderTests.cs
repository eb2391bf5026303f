using System.Net;
using System.Net.Sockets;
using System.Text;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.Gateway.Revocation;
using Platform.Gateway.Streaming;
using Platform.Gateway.Tests.Support;
using Platform.TestSupport;

namespace Platform.IntegrationTests.Gateway;

/// <summary>Who opens a stream and does not read it, on the real broker and the real Redis.</summary>
public sealed class SlowReaderTests(Stack stack) : IAsyncLifetime
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private readonly Guid _tenant = Guid.NewGuid();
    private GatewayUnderTest _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        var (broker, state, cache) = (await stack.ConnectionAsync("rabbitmq"), await stack.ConnectionAsync("state"), await stack.ConnectionAsync("cache"));
        _gateway = await GatewayUnderTest.StartAsync(s =>
        {
            s["ConnectionStrings:rabbitmq"] = broker;
            s["ConnectionStrings:state"] = state;
            s["ConnectionStrings:cache"] = cache;
            s["Messaging:Prefix"] = $"s{Guid.NewGuid():N}"[..9];
            s["Gateway:LimitPatienceMilliseconds"] = "10000";
        });
        await Eventually.TrueAsync(() => Task.FromResult(_gateway.Provider.GetRequiredService<FeedState>().IsAlive), TimeSpan.FromSeconds(30), Ct, "The revocation feed");
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    /// <summary>The numbers in the log say when all was told; beats that come as fast as they are asked for stand for half a minute of them.</summary>
    [Fact]
    public async Task A_client_that_stops_reading_is_cut_and_does_not_get_what_it_left_lying()
    {
        const int Count = 400;
        var hub = _gateway.Provider.GetRequiredService<StreamHub>();
        using var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(IPAddress.Loopback, _gateway.Port, Ct);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET /api/v2/stream?topics=incidents HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {_gateway.Issuer.Token(d => d.Claims["tenant"] = _tenant.ToString())}\r\n\r\n"), Ct);
        await Eventually.TrueAsync(() => Task.FromResult(hub.Count == 1), TimeSpan.FromSeconds(20), Ct, "The stream");
        var title = new string('x', 32 * 1024);
        for (var i = 0; i < Count; i++)
        {
            await _gateway.Provider.GetRequiredService<IBus>().Publish(
                new IncidentOpened(Guid.NewGuid(), title, "high", TlpLevel.Clear, [], []), c => c.Headers.Set(WellKnown.EventHeaders.Tenant, _tenant.ToString()), Ct);
        }

        var log = _gateway.Provider.GetRequiredService<StreamLog>();
        await Eventually.TrueAsync(async () => await log.LastAsync(_tenant, Ct) == Count, TimeSpan.FromSeconds(30), Ct, "All events");
        Assert.Equal(1, hub.Count);
        await Eventually.TrueAsync(
            () =>
            {
                hub.Beat();
                return Task.FromResult(hub.Count == 0);
            },
            TimeSpan.FromSeconds(10), Ct, "The cut");
        Assert.InRange(await RestAsync(client.GetStream()), 1, Count * title.Length / 2);
    }

    /// <summary>How many bytes still come until the connection ends.</summary>
    private static async Task<int> RestAsync(NetworkStream stream)
    {
        var (total, buffer) = (0, new byte[64 * 1024]);
        try
        {
            while (await stream.ReadAsync(buffer, Ct).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Ct) is > 0 and var read)
            {
                total += read;
            }
        }
        catch (IOException)
        {
            // Reset, as one is whose client did not read.
        }

        return total;
    }
}
