namespace Platform.Agent;

/// <summary>The permissions that this service asks for.</summary>
internal static class Permissions
{
    public const string UseChat = "use:chat";
    public const string ReadGraph = "read:knowledge_graph";
    public const string ReadThreatIntel = "read:threat_intel";
}
