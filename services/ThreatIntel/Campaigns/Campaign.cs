using Platform.Contracts;
using Platform.ThreatIntel.Objects;

namespace Platform.ThreatIntel.Campaigns;

/// <summary>A campaign, by the columns that lists filter and show.</summary>
internal sealed class Campaign : IMarked
{
    public Guid TenantId { get; set; }

    public required string StixId { get; set; }

    public TlpLevel Tlp { get; set; }

    public short ShadowedFrom { get; set; } = Marking.NotShadowed;

    public required string Name { get; set; }

    public string? Description { get; set; }

    public string[] Aliases { get; set; } = [];

    public string? Objective { get; set; }

    public string[] Labels { get; set; } = [];

    public int? Confidence { get; set; }

    public string? ExternalId { get; set; }

    public string? Url { get; set; }

    public DateTimeOffset? FirstSeen { get; set; }

    public DateTimeOffset? LastSeen { get; set; }

    public DateTimeOffset? Created { get; set; }

    public DateTimeOffset Modified { get; set; }

    public bool Revoked { get; set; }

    public bool Deprecated { get; set; }

    public long Revision { get; set; }

    /// <summary>What <c>search</c> looks in: name, aliases, external id and description in lower case.</summary>
    public string SearchText { get; set; } = "";
}
