using System.Net;

namespace Platform.Identity.Clients;

/// <summary>Networks in CIDR notation (RFC 4632, RFC 4291), as clients may be bound to.</summary>
internal static class Networks
{
    public const int Max = 64;

    /// <summary>The network's own form: an address alone is a network of one; bits behind the prefix are an error.</summary>
    public static bool IsValid(string? text) => text is { Length: <= 64 } && TryParse(text, out _);

    /// <summary>Whether an address is in one of the networks; without networks every address is.</summary>
    public static bool Admit(string[] networks, IPAddress? address)
    {
        if (networks.Length == 0)
        {
            return true;
        }

        if (address is null)
        {
            return false;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var text in networks)
        {
            if (TryParse(text, out var network) && network.Contains(plain))
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryParse(string text, out IPNetwork network)
    {
        if (text.Contains('/', StringComparison.Ordinal))
        {
            return IPNetwork.TryParse(text, out network);
        }

        var isAddress = IPAddress.TryParse(text, out var address);
        network = isAddress ? new IPNetwork(address!, address!.GetAddressBytes().Length * 8) : default;
        return isAddress;
    }
}
