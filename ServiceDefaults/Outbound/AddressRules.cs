using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Platform.ServiceDefaults.Outbound;

/// <summary>
/// Which addresses a URL of a user may lead to: those of the public internet (IANA special-purpose registries, RFC 6890)
/// and the networks that the operator allows.
/// </summary>
internal sealed class AddressRules(IReadOnlyList<IPNetwork> allowed)
{
    private static readonly IPNetwork[] Version4Refused =
    [
        IPNetwork.Parse("0.0.0.0/8"),       // this network
        IPNetwork.Parse("10.0.0.0/8"),      // private
        IPNetwork.Parse("100.64.0.0/10"),   // carrier-grade NAT
        IPNetwork.Parse("127.0.0.0/8"),     // loopback
        IPNetwork.Parse("168.63.129.16/32"), // a cloud's host agent
        IPNetwork.Parse("169.254.0.0/16"),  // link-local, cloud metadata
        IPNetwork.Parse("172.16.0.0/12"),   // private
        IPNetwork.Parse("192.0.0.0/24"),    // protocol assignments
        IPNetwork.Parse("192.0.2.0/24"),    // documentation
        IPNetwork.Parse("192.88.99.0/24"),  // 6to4 relays
        IPNetwork.Parse("192.168.0.0/16"),  // private
        IPNetwork.Parse("198.18.0.0/15"),   // benchmarks
        IPNetwork.Parse("198.51.100.0/24"), // documentation
        IPNetwork.Parse("203.0.113.0/24"),  // documentation
        IPNetwork.Parse("224.0.0.0/4"),     // multicast
        IPNetwork.Parse("240.0.0.0/4"),     // reserved, broadcast
    ];

    private static readonly IPNetwork Version6Global = IPNetwork.Parse("2000::/3");

    // Inside the global range; everything outside it (loopback, unique-local, link-local, multicast) is refused anyway.
    private static readonly IPNetwork[] Version6Refused =
    [
        IPNetwork.Parse("2001::/23"),     // protocol assignments: Teredo, ORCHID, benchmarks
        IPNetwork.Parse("2001:db8::/32"), // documentation
        IPNetwork.Parse("2002::/16"),     // 6to4: the embedded address is reached through any relay
        IPNetwork.Parse("3fff::/20"),     // documentation
    ];

    // RFC 6052: an IPv6-only network reaches the IPv4 internet by these, so the embedded address decides.
    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");

    public bool Permits(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        for (var i = 0; i < allowed.Count; i++)
        {
            if (allowed[i].Contains(address))
            {
                return true;
            }
        }

        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => !IsIn(Version4Refused, address),
            AddressFamily.InterNetworkV6 when Translated.Contains(address) => Permits(LastFourBytes(address)),
            AddressFamily.InterNetworkV6 => Version6Global.Contains(address) && !IsIn(Version6Refused, address) && !EmbedsInterfaceAddress(address),
            _ => false,
        };
    }

    // ISATAP (RFC 5214): the interface identifier 0000:5efe or 0200:5efe and an IPv4 address.
    private bool EmbedsInterfaceAddress(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        var identifier = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]);
        return identifier is 0x0000_5efe or 0x0200_5efe && !Permits(LastFourBytes(address));
    }

    private static IPAddress LastFourBytes(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return new IPAddress(bytes[12..]);
    }

    private static bool IsIn(IPNetwork[] networks, IPAddress address)
    {
        foreach (var network in networks)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }
}
