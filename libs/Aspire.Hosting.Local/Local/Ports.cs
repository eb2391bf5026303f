using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Local;

/// <summary>
/// Free loopback ports. They come from below the range that the kernel gives to outgoing connections, so that none of those takes
/// a port between its choice and its use; the start is random, so that two AppHosts rarely look at the same ones.
/// </summary>
internal static class Ports
{
    private const int First = 20_000;
    private const int Count = 12_000;
    private static readonly Lock Lock = new();
    private static readonly HashSet<int> Given = [];

    public static int Reserve()
    {
        lock (Lock)
        {
            for (var attempt = 0; attempt < Count; attempt++)
            {
                var port = First + Random.Shared.Next(Count);
                if (!Given.Contains(port) && IsFree(port))
                {
                    Given.Add(port);
                    return port;
                }
            }
        }

        throw new DistributedApplicationException($"No free port between {First} and {First + Count}.");
    }

    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
            if (Socket.OSSupportsIPv6)
            {
                using var listener6 = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = false };
                listener6.Bind(new IPEndPoint(IPAddress.IPv6Loopback, port));
            }

            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
        catch (SocketException)
        {
            // The machine has no IPv6 loopback address: the IPv4 one counts.
            return true;
        }
    }
}
