using Platform.ServiceDefaults;

namespace Platform.Gateway.Caching;

/// <summary>What answers are tagged with: the services' own names, and the service that each came from.</summary>
internal static class CacheTags
{
    public const string ThreatIntel = SurrogateKeys.ThreatIntel;
    public const string Infrastructure = SurrogateKeys.Infrastructure;

    private static readonly string[] Services = Array.ConvertAll(Upstreams.All, static name => "service:" + name);

    public static string Service(int index) => Services[index];

    /// <summary>
    /// What a request may change: one object and the lists of its kind, the lists alone by creating one, nothing where it only
    /// looks something up, and otherwise everything of its service.
    /// </summary>
    /// <param name="method">Of the request.</param>
    /// <param name="path">Without its query.</param>
    /// <param name="service">Whose it is.</param>
    public static string[] ChangedBy(string method, string path, int service)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is not ["api", _, "threat-intel", var kind, ..] || kind is "import" or "feeds" or "lifecycle" or "relationships")
        {
            return [Services[service]];
        }

        return parts.Length switch
        {
            4 when HttpMethods.IsPost(method) => [ThreatIntel],
            5 when parts[4] is "search" or "lookup" => [],
            5 when parts[4].Contains("--", StringComparison.Ordinal) => [ThreatIntel, parts[4]],
            _ => [Services[service]],
        };
    }
}
