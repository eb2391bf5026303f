using System.Net;
using System.Net.Sockets;

namespace Platform.TestSupport;

/// <summary>
/// Ports for servers that must be told theirs. They are below the range that the system gives to connections and to listeners
/// that name none: from that one another test's server could take a port before its owner listens, and answer for it.
/// </summary>
public static class FreePort
{
    private const int First = 10_000;
    private const int Count = 9_000;

    private static uint _next = (uint)Random.Shared.Next(Count);

    /// <summary>A port that nobody listens on, given once.</summary>
    public static int Take()
    {
        while (true)
        {
            var port = First + (int)(Interlocked.Increment(ref _next) % Count);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }
    }
}
