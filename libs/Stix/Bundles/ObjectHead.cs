namespace Stix.Bundles;

/// <summary>
/// The properties of an object that decide where it goes (STIX 2.1 section 3.2), read in one pass over its bytes.
/// </summary>
public sealed class ObjectHead
{
    public required string Type { get; init; }

    /// <summary>Absent only for cyber-observables that came without one.</summary>
    public string? Id { get; init; }

    /// <summary><c>spec_version</c>; absent in STIX 2.0.</summary>
    public string? SpecVersion { get; init; }

    public DateTimeOffset? Created { get; init; }

    public DateTimeOffset? Modified { get; init; }

    public bool Revoked { get; init; }

    /// <summary>ATT&amp;CK <c>x_mitre_deprecated</c>.</summary>
    public bool Deprecated { get; init; }

    public string? Name { get; init; }

    public string? CreatedByRef { get; init; }

    /// <summary>All markings: <c>object_marking_refs</c> and those of <c>granular_markings</c>.</summary>
    public IReadOnlyList<string> MarkingRefs { get; init; } = [];

    /// <summary>Of a relationship (section 5.1).</summary>
    public string? RelationshipType { get; init; }

    public string? SourceRef { get; init; }

    public string? TargetRef { get; init; }

    /// <summary>Of a sighting (section 5.2).</summary>
    public string? SightingOfRef { get; init; }

    /// <summary>The first of <c>where_sighted_refs</c>.</summary>
    public string? WhereSightedRef { get; init; }

    /// <summary>The first of <c>observed_data_refs</c>.</summary>
    public string? ObservedDataRef { get; init; }
}
