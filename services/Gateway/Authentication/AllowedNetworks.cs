using System.Net;

namespace Platform.Gateway.Authentication;

/// <summary>Networks as owners of credentials write them: CIDR (RFC 4632, RFC 4291) or an address alone.</summary>
internal static class AllowedNetworks
{
    /// <summary>Null where none are named; one that cannot be read admits nobody.</summary>
    public static IPNetwork[]? Parse(IReadOnlyList<string>? texts)
    {
        if (texts is not { Count: > 0 })
        {
            return null;
        }

        var networks = new List<IPNetwork>(texts.Count);
        foreach (var text in texts)
        {
            if (IPNetwork.TryParse(text, out var network))
            {
                networks.Add(network);
            }
            else if (IPAddress.TryParse(text, out var address))
            {
                networks.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            }
        }

        return [.. networks];
    }
}
