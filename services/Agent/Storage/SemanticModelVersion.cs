namespace Platform.Agent.Storage;

/// <summary>What a tenant adds to the shipped semantic models, as it was at one time: every change makes a new version.</summary>
internal sealed class SemanticModelVersion
{
    public Guid TenantId { get; set; }

    /// <summary>Counts up from 1.</summary>
    public int Version { get; set; }

    public string Yaml { get; set; } = "";

    public string Author { get; set; } = "";

    public DateTimeOffset CreatedAt { get; set; }
}
