using Platform.ServiceDefaults;

namespace Platform.Gateway.Caching;

/// <summary>What answers are tagged with: the services' own names, and the service that each came from.</summary>
internal static class CacheTags
{
    public const string ThreatIntel = SurrogateKeys.ThreatIntel;
    public const string Infrastructure = SurrogateKeys.Infrastructure;

    private static readonly string[] Services = Array.ConvertAll(Upstreams.All, static name => "service:" + name);

    public static string Service(int index) => Services[index];
}
