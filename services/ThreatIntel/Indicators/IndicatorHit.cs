namespace Platform.ThreatIntel.Indicators;

/// <summary>The key of an indicator that a text search found.</summary>
internal sealed class IndicatorHit
{
    public required string StixId { get; init; }

    public short Tlp { get; init; }
}
