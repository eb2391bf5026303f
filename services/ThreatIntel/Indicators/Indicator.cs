using Platform.Contracts;
using Platform.ThreatIntel.Objects;

namespace Platform.ThreatIntel.Indicators;

/// <summary>An indicator, by the columns that lists filter and show.</summary>
internal sealed class Indicator : IMarked
{
    public Guid TenantId { get; set; }

    public required string StixId { get; set; }

    public TlpLevel Tlp { get; set; }

    public short ShadowedFrom { get; set; } = Marking.NotShadowed;

    public required string Name { get; set; }

    public string? Description { get; set; }

    public required string Pattern { get; set; }

    public required string PatternType { get; set; }

    /// <summary>The type of the first value its pattern names (<see cref="ObservableType"/>), if it names any.</summary>
    public string? IndicatorType { get; set; }

    /// <summary>That value, normalised.</summary>
    public string? Value { get; set; }

    /// <summary>low, medium, high or critical, where it states one.</summary>
    public string? Severity { get; set; }

    public int? Confidence { get; set; }

    public string[] IndicatorTypes { get; set; } = [];

    public string[] Labels { get; set; } = [];

    public string[] Phases { get; set; } = [];

    /// <summary>The source name of its first external reference, else who created it.</summary>
    public string? Source { get; set; }

    public string? CreatedByRef { get; set; }

    public DateTimeOffset ValidFrom { get; set; }

    public DateTimeOffset? ValidUntil { get; set; }

    /// <summary>When its expiry is to be announced; null once it was, or when it had expired before it came in.</summary>
    public DateTimeOffset? ExpiryDue { get; set; }

    public DateTimeOffset? Created { get; set; }

    /// <summary>When it first came in.</summary>
    public DateTimeOffset RecordedAt { get; set; }

    public DateTimeOffset Modified { get; set; }

    public bool Revoked { get; set; }

    public long Revision { get; set; }

    /// <summary>What searches look in: name, values, labels and description in lower case.</summary>
    public string SearchText { get; set; } = "";
}

/// <summary>A value that an indicator's pattern names, findable by the key of type and normalised value.</summary>
internal sealed class IndicatorValue
{
    public Guid TenantId { get; set; }

    /// <summary><see cref="Observable.Key"/>: fixed in size where URLs are not.</summary>
    public Guid ValueKey { get; set; }

    public required string StixId { get; set; }

    public TlpLevel Tlp { get; set; }

    public required string Type { get; set; }

    public required string Value { get; set; }
}
