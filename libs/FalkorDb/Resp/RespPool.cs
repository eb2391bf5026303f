using System.Collections.Concurrent;

namespace FalkorDb.Resp;

/// <summary>A bounded set of connections; the most recently used one is taken first.</summary>
internal sealed class RespPool(FalkorDbOptions options) : IDisposable
{
    private readonly ConcurrentStack<RespConnection> _idle = new();
    private readonly SemaphoreSlim _slots = new(options.MaxConnections);
    private volatile bool _disposed;

    /// <summary>
    /// Runs one command. When it cannot be completed (cancelled, too slow, too long, broken), the connection is closed;
    /// closing it also makes the server give up a query that has not begun.
    /// </summary>
    public async Task<RespValue> ExecuteAsync(IReadOnlyList<string> words, ReadOnlyMemory<byte> body, TimeSpan limit, long maxReplyBytes, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await TakeSlotAsync(ct);
        RespConnection? connection = null;
        FalkorDbMetrics.Works(1);
        try
        {
            connection = Take() ?? await RespConnection.OpenAsync(options, ct);
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
            deadline.CancelAfter(limit);
            RespValue reply;
            try
            {
                if (options.LoginOf is { } loginOf && words.Count > 1)
                {
                    await connection.SignInAsync(loginOf(words[1]), deadline.Token);
                }

                reply = await connection.SendAsync(words, body, maxReplyBytes, deadline.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                throw new FalkorDbException(FalkorDbError.Timeout, "The server did not answer in time.");
            }
            catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
            {
                throw new FalkorDbException(FalkorDbError.Connection, "The connection to the server broke.", exception);
            }

            if (!_disposed)
            {
                _idle.Push(connection);
                FalkorDbMetrics.Rests(1);
                connection = null;
            }

            return reply;
        }
        finally
        {
            connection?.Dispose();
            FalkorDbMetrics.Works(-1);
            _slots.Release();
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryPop(out var connection))
        {
            FalkorDbMetrics.Rests(-1);
            connection.Dispose();
        }
    }

    private async Task TakeSlotAsync(CancellationToken ct)
    {
        if (_slots.Wait(0, CancellationToken.None))
        {
            return;
        }

        FalkorDbMetrics.Waits(1);
        try
        {
            await _slots.WaitAsync(ct);
        }
        finally
        {
            FalkorDbMetrics.Waits(-1);
        }
    }

    private RespConnection? Take()
    {
        while (_idle.TryPop(out var connection))
        {
            FalkorDbMetrics.Rests(-1);
            if (connection.IsAlive)
            {
                return connection;
            }

            connection.Dispose();
        }

        return null;
    }
}
