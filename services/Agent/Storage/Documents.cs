using System.Text.Json;

namespace Platform.Agent.Storage;

/// <summary>How documents are written into JSONB columns.</summary>
internal static class Documents
{
    /// <summary>JSONB does not keep the order of members, so the type of a plan may come after its other members.</summary>
    public static readonly JsonSerializerOptions Json = new(ServiceDefaults.Json.Options) { AllowOutOfOrderMetadataProperties = true };
}
