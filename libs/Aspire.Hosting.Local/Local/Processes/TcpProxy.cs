using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Local.Processes;

/// <summary>Shares one public port among replicas: each connection goes to the next one that accepts it.</summary>
internal sealed class TcpProxy : IDisposable
{
    private readonly TcpListener _listener;
    private readonly int[] _targets;
    private readonly CancellationTokenSource _stop = new();
    private int _next;

    public TcpProxy(int port, int[] targets)
    {
        _targets = targets;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _ = AcceptAsync();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            for (var attempt = 0; attempt < _targets.Length; attempt++)
            {
                var target = _targets[(uint)Interlocked.Increment(ref _next) % (uint)_targets.Length];
                using var upstream = new TcpClient { NoDelay = true };
                try
                {
                    await upstream.ConnectAsync(IPAddress.Loopback, target, _stop.Token);
                }
                catch (SocketException)
                {
                    continue;
                }

                client.NoDelay = true;
                await RelayAsync(client.GetStream(), upstream.GetStream());
                return;
            }
        }
    }

    private async Task RelayAsync(NetworkStream client, NetworkStream upstream)
    {
        try
        {
            var up = CopyAsync(client, upstream);
            var down = CopyAsync(upstream, client);
            await Task.WhenAll(up, down);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has gone; the other is closed by the caller.
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to)
    {
        await from.CopyToAsync(to, _stop.Token);
        to.Socket.Shutdown(SocketShutdown.Send);
    }
}
