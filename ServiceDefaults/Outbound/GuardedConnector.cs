using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Platform.ServiceDefaults.Outbound;

/// <summary>Finds the addresses of a host.</summary>
internal delegate Task<IPAddress[]> HostResolver(string host, CancellationToken cancellationToken);

/// <summary>
/// Connects to the very address that was checked. A second lookup between check and connection, as any check of a URL
/// beforehand has it, could lead elsewhere (DNS rebinding).
/// </summary>
internal sealed partial class GuardedConnector(AddressRules rules, HostResolver resolve, ILogger<GuardedConnector> logger)
{
    private const int AddressesTried = 4;

    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        // Also what looks like a name: 2130706433, 0x7f.1 and 0177.0.0.1 are 127.0.0.1 to every resolver.
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellationToken);
        if (addresses.Length == 0)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        foreach (var address in addresses)
        {
            // One is enough: a name that mixes public and inner addresses is not somebody's honest feed.
            if (!rules.Permits(address))
            {
                LogRefused(host, address);
                throw new OutboundRefusedException(OutboundRefusal.Address);
            }
        }

        SocketException? failure = null;
        for (var i = 0; i < Math.Min(addresses.Length, AddressesTried); i++)
        {
            var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(addresses[i], context.DnsEndPoint.Port), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException exception)
            {
                socket.Dispose();
                failure = exception;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw failure!;
    }

    [LoggerMessage(LogLevel.Warning, "Refused to call {Host}, which leads to {Address}")]
    private partial void LogRefused(string host, IPAddress address);
}
