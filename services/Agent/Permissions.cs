namespace Platform.Agent;

/// <summary>The permissions that this service asks for.</summary>
internal static class Permissions
{
    public const string UseChat = "use:chat";
    public const string ReadGraph = "read:knowledge_graph";
    public const string ReadThreatIntel = "read:threat_intel";
    public const string ReadIncidents = "read:incidents";
    public const string WriteNotes = "write:notes";
    public const string WriteIncidents = "write:incidents";
    public const string ManageConfig = "manage:config";
}
