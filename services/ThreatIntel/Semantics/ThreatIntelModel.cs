using Platform.ServiceDefaults;

namespace Platform.ThreatIntel.Semantics;

/// <summary>The semantic model of this service's tables, out of <c>models.yaml</c>.</summary>
internal static class ThreatIntelModel
{
    public static SemanticModel Read()
    {
        using var file = typeof(ThreatIntelModel).Assembly.GetManifestResourceStream("models.yaml")
            ?? throw new InvalidOperationException("The semantic model is not part of the assembly.");
        using var reader = new StreamReader(file);
        return SemanticModel.Parse(reader.ReadToEnd());
    }
}
