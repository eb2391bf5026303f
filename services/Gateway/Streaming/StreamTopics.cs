using System.Collections.Frozen;

namespace Platform.Gateway.Streaming;

/// <summary>What can be listened to, and the permission that each topic asks for.</summary>
internal static class StreamTopics
{
    public const string Indicators = "indicators";
    public const string Incidents = "incidents";
    public const string Imports = "imports";
    public const string Alerts = "alerts";
    public const string Usage = "usage";

    public static readonly FrozenDictionary<string, string> Permissions = new Dictionary<string, string>
    {
        [Indicators] = "read:threat_intel",
        [Incidents] = "read:incidents",
        [Imports] = "read:threat_intel",
        [Alerts] = "read:audit",
        [Usage] = "read:usage",
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
