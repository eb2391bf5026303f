namespace Platform.ThreatIntel.Indicators;

/// <summary>The key of an indicator that a search found.</summary>
internal sealed class IndicatorHit
{
    public required string StixId { get; init; }

    public short Tlp { get; init; }

    /// <summary>The name of the related object through which it was found, where it was found so.</summary>
    public string? Via { get; init; }
}

/// <summary>How indicators are found by something else than an equal value; see the migration that makes the function.</summary>
internal static class FindBy
{
    public const string Network = "network";
    public const string Domain = "domain";
    public const string Prefix = "prefix";
    public const string Text = "text";
    public const string Linked = "linked";
    public const string Fuzzy = "fuzzy";
}
