namespace Platform.Gateway;

/// <summary>The services behind the gateway, by resource name; the position in <see cref="All"/> is their index here.</summary>
internal static class Upstreams
{
    public const string Identity = "identity";
    public const string Tenancy = "tenancy";
    public const string ThreatIntel = "threatintel";
    public const string KnowledgeGraph = "knowledgegraph";
    public const string Agent = "agent";

    public static readonly string[] All = [Identity, Tenancy, ThreatIntel, KnowledgeGraph, Agent];

    /// <summary>The index of a service; -1 for a name that is none.</summary>
    public static int IndexOf(string service) => Array.IndexOf(All, service);
}
