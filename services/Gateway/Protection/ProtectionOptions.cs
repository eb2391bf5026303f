using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Platform.Gateway.Protection;

/// <summary>How the gateway protects itself (section <c>Gateway:Protection</c>).</summary>
internal sealed class ProtectionOptions
{
    public const string Section = GatewayOptions.Section + ":Protection";

    /// <summary>Networks that are never slowed down or blocked, by a score or by hand. An empty entry takes the defaults away.</summary>
    public string[] AllowList { get; set; } = [];

    /// <summary>The score from which requests are answered more slowly; 0 to 1000.</summary>
    [Range(1, 100_000)]
    public int SlowAt { get; set; } = 50;

    /// <summary>The score from which requests are refused for a time.</summary>
    [Range(1, 100_000)]
    public int BlockAt { get; set; } = 100;

    /// <summary>Seconds of a first block; each further one of the same day is four times as long, up to a day.</summary>
    [Range(1, 86_400)]
    public int BlockSeconds { get; set; } = 60;

    /// <summary>Path of a MaxMind database of countries; without one rules about countries let everybody in.</summary>
    public string? GeoDatabase { get; set; }

    internal IPNetwork[] Allowed() => AllowList.Length == 0
        ? [new IPNetwork(IPAddress.Parse("127.0.0.0"), 8), new IPNetwork(IPAddress.IPv6Loopback, 128)]
        : Authentication.AllowedNetworks.Parse([.. AllowList.Where(static n => n.Length > 0)]) ?? [];
}
