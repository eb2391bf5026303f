using System.Collections.Frozen;
using System.Net;
using Platform.ThreatIntel.Indicators;

namespace Platform.ThreatIntel.Lifecycle;

/// <summary>
/// Values that are everywhere, so that an indicator for them alarms everybody: addresses that are nobody's on the
/// Internet, and the domains that most people visit. The first are refused when written by hand; both count little when read.
/// </summary>
internal static class WarningLists
{
    public const string Reserved = "reserved-addresses";
    public const string TopDomains = "top-domains";

    // RFC 6890 and its registry: this host, private use, shared space, loopback, link-local, multicast, reserved.
    private static readonly IPNetwork[] Networks = Array.ConvertAll(
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4",
            "::/127", "fc00::/7", "fe80::/10", "ff00::/8",
        ],
        (string network) => IPNetwork.Parse(network));

    private static readonly FrozenSet<string> Domains = new[]
    {
        "google.com", "youtube.com", "facebook.com", "instagram.com", "whatsapp.com", "wikipedia.org", "x.com", "twitter.com", "reddit.com", "amazon.com",
        "microsoft.com", "live.com", "office.com", "bing.com", "linkedin.com", "netflix.com", "apple.com", "icloud.com", "github.com", "cloudflare.com",
        "akamai.net", "windows.com", "windowsupdate.com", "office365.com", "yahoo.com", "yandex.ru", "baidu.com", "tiktok.com", "zoom.us", "mozilla.org",
        "gstatic.com", "googleapis.com", "doubleclick.net", "amazonaws.com", "cloudfront.net", "digicert.com", "letsencrypt.org", "adobe.com", "paypal.com", "spotify.com",
    }.ToFrozenSet();

    /// <summary>The list that names the value, or null.</summary>
    public static string? Find(string? type, string? value)
    {
        if (value is null)
        {
            return null;
        }

        return type switch
        {
            ObservableType.Ipv4 or ObservableType.Ipv6 => IsReserved(value) ? Reserved : null,
            ObservableType.Domain => IsTop(value) ? TopDomains : null,
            _ => null,
        };
    }

    private static bool IsReserved(string value)
    {
        var slash = value.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? value : value.AsSpan(0, slash), out var address))
        {
            return false;
        }

        foreach (var network in Networks)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The domain itself, with or without www: what lies below it can belong to anybody.</summary>
    private static bool IsTop(string value) => Domains.Contains(value.StartsWith("www.", StringComparison.Ordinal) ? value[4..] : value);
}
