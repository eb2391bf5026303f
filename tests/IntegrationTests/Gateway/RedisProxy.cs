using System.Net;
using System.Net.Sockets;

namespace Platform.IntegrationTests.Gateway;

/// <summary>Stands between a client and a store: the test takes the store away, or makes it hang, without touching it.</summary>
internal sealed class RedisProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<TcpClient> _connections = [];
    private readonly string _target;
    private volatile bool _away;
    private volatile bool _hung;

    public RedisProxy(string connectionString)
    {
        var parts = connectionString.Split(',', 2);
        _target = parts[0];
        _listener.Start();
        ConnectionString = $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port},{(parts.Length > 1 ? parts[1] : "")},connectTimeout=500";
        _ = AcceptAsync();
    }

    public string ConnectionString { get; }

    /// <summary>As when the server is killed: connections end, new ones are refused at once.</summary>
    public void TakeAway()
    {
        _away = true;
        lock (_connections)
        {
            _connections.ForEach(c => c.Dispose());
            _connections.Clear();
        }
    }

    public void Hang() => _hung = true;

    public void Dispose()
    {
        _stop.Cancel();
        TakeAway();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                if (_away)
                {
                    client.Dispose();
                    continue;
                }

                var server = new TcpClient();
                await server.ConnectAsync(IPEndPoint.Parse(_target), _stop.Token);
                lock (_connections)
                {
                    _connections.AddRange([client, server]);
                }

                _ = PumpAsync(client.GetStream(), server.GetStream());
                _ = PumpAsync(server.GetStream(), client.GetStream());
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[16 * 1024];
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            int read;
            while ((read = await from.ReadAsync(buffer, _stop.Token)) > 0)
            {
                while (_hung)
                {
                    await timer.WaitForNextTickAsync(_stop.Token);
                }

                await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // One side is gone, which is the point.
        }
    }
}
