using System.Diagnostics;
using Microsoft.AspNetCore.Connections;

namespace Platform.Gateway.Health;

/// <summary>
/// The last minute's traffic through this process, in slots of a second. A request costs two interlocked additions;
/// a connection is counted from its beginning to its end.
/// </summary>
internal sealed class TrafficFigures
{
    private const int Seconds = 60;

    private readonly Slot[] _slots = new Slot[Seconds];
    private long _open;

    public TrafficFigures()
    {
        for (var i = 0; i < Seconds; i++)
        {
            _slots[i] = new Slot();
        }
    }

    /// <summary>An answer begins.</summary>
    public void Answered(int status, long started)
    {
        var now = Stopwatch.GetTimestamp();
        var slot = SlotOf(now / Stopwatch.Frequency);
        Interlocked.Add(ref slot.Ticks, now - started);
        Interlocked.Add(ref slot.Requests, status >= StatusCodes.Status500InternalServerError ? (1L << 32) + 1 : 1);
    }

    /// <summary>Serves one connection, and counts it for as long.</summary>
    public async Task CountAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        Interlocked.Increment(ref _open);
        try
        {
            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    /// <summary>What the last sixty seconds held.</summary>
    public TrafficAnswer Now()
    {
        var second = Stopwatch.GetTimestamp() / Stopwatch.Frequency;
        long requests = 0;
        long failed = 0;
        long ticks = 0;
        foreach (var slot in _slots)
        {
            if (second - Interlocked.Read(ref slot.Second) < Seconds)
            {
                var counted = Interlocked.Read(ref slot.Requests);
                requests += counted & uint.MaxValue;
                failed += counted >> 32;
                ticks += Interlocked.Read(ref slot.Ticks);
            }
        }

        return new TrafficAnswer(
            requests,
            Interlocked.Read(ref _open),
            requests == 0 ? 0 : Math.Round((double)failed / requests, 4),
            requests == 0 ? 0 : Math.Round(ticks * 1000.0 / Stopwatch.Frequency / requests, 3));
    }

    private Slot SlotOf(long second)
    {
        var slot = _slots[second % Seconds];
        if (Interlocked.Read(ref slot.Second) != second)
        {
            lock (slot)
            {
                if (slot.Second != second)
                {
                    Interlocked.Exchange(ref slot.Requests, 0);
                    Interlocked.Exchange(ref slot.Ticks, 0);
                    Interlocked.Exchange(ref slot.Second, second);
                }
            }
        }

        return slot;
    }

    private sealed class Slot
    {
        public long Second = long.MinValue / 2;

        /// <summary>Answers in the lower half, failed ones in the upper.</summary>
        public long Requests;
        public long Ticks;
    }
}

/// <summary>Figures of the last minute.</summary>
/// <param name="RequestsPerMinute">Answers begun.</param>
/// <param name="ActiveConnections">Open connections, those of probes and of the dashboard included.</param>
/// <param name="ErrorRate">Share of answers with a status of 500 and up, 0 to 1.</param>
/// <param name="AverageResponseTime">Milliseconds from a request to the begin of its answer.</param>
internal sealed record TrafficAnswer(long RequestsPerMinute, long ActiveConnections, double ErrorRate, double AverageResponseTime);
