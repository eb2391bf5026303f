using System.Net;

namespace Platform.ServiceDefaults;

/// <summary>Section <c>Outbound</c>: what calls to addresses that users give may do. The operator's to set, no tenant's.</summary>
public sealed class OutboundOptions
{
    /// <summary>
    /// Networks in CIDR notation that may be called although they are private, loopback or the like:
    /// <c>["10.20.0.0/16", "fd00:1::/64"]</c>. Empty by default.
    /// </summary>
    public IReadOnlyList<string> AllowedNetworks { get; set; } = [];

    /// <summary>The largest answer, after decompression; bytes.</summary>
    public long MaxResponseBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>From the call to the last byte of the answer, redirects included.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>For one connection, the name lookup included.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Redirects that are followed, to the same host only.</summary>
    public int MaxRedirects { get; set; } = 3;

    /// <summary>The allowed networks; null when one of them is none.</summary>
    internal IReadOnlyList<IPNetwork>? Networks()
    {
        var networks = new List<IPNetwork>();
        foreach (var text in AllowedNetworks)
        {
            if (!IPNetwork.TryParse(text, out var network))
            {
                return null;
            }

            networks.Add(network);
        }

        return networks;
    }
}
