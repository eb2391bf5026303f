using System.Globalization;
using System.Net;

namespace Platform.Identity;

/// <summary>
/// Where a request comes from, as the gateway tells it. The header is trusted because every request carries an
/// internal token, which only the gateway can make; the gateway drops what clients send under this name.
/// </summary>
/// <param name="Address">One spelling an address; of IPv6 the /64.</param>
/// <param name="UserAgent">What the client calls itself.</param>
/// <param name="Host">The host name that it asked.</param>
/// <param name="Ip">The address itself, for comparison with networks.</param>
/// <param name="ArrivedAt">
/// When the request came. A user's tokens are issued as of this moment: whatever changed since makes them void, whether
/// their rights were read before or after it.
/// </param>
/// <param name="ReceivedAt">
/// When the gateway received it, which is before this service did: requests with one token that were on their way before
/// its use are doubles, later ones are not.
/// </param>
internal readonly record struct ClientOrigin(string Address, string? UserAgent, string? Host, IPAddress? Ip = null, DateTimeOffset? ArrivedAt = null, DateTimeOffset? ReceivedAt = null)
{
    public const string AddressHeader = "X-Client-Address";

    /// <summary>Microseconds since 1970.</summary>
    public const string ArrivedHeader = "X-Client-Arrived";

    private const int MaxUserAgentLength = 256;

    /// <summary>No request waits longer on its way here.</summary>
    private static readonly TimeSpan LongestWay = TimeSpan.FromMinutes(1);

    /// <summary>Called by the framework.</summary>
    public static ValueTask<ClientOrigin> BindAsync(HttpContext context)
    {
        var given = context.Request.Headers[AddressHeader].ToString();
        var ip = IPAddress.TryParse(given, out var parsed) ? parsed : context.Connection.RemoteIpAddress ?? IPAddress.None;
        var agent = context.Request.Headers.UserAgent.ToString().Replace("\0", "", StringComparison.Ordinal);
        var forwarded = context.Request.Headers["X-Forwarded-Host"].ToString();
        var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        return ValueTask.FromResult(new ClientOrigin(
            Normalize(ip),
            agent.Length == 0 ? null : agent[..Math.Min(agent.Length, MaxUserAgentLength)],
            forwarded.Length > 0 ? forwarded : context.Request.Host.Host,
            ip,
            now,
            ReceivedBefore(now, context.Request.Headers[ArrivedHeader].ToString())));
    }

    /// <summary>What the gateway says, unless its clock is far from this one's.</summary>
    private static DateTimeOffset ReceivedBefore(DateTimeOffset now, string given) =>
        long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var micros)
        && (now - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond - micros is >= 0 and var way && way <= (long)LongestWay.TotalMicroseconds
            ? DateTimeOffset.UnixEpoch.AddMicroseconds(micros)
            : now;

    /// <summary>One spelling an address; of IPv6 the /64, since a single subscriber holds at least that much.</summary>
    private static string Normalize(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address))
        {
            return address.ToString();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes) + "/64";
    }
}
