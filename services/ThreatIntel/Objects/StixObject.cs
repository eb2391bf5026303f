using Platform.Contracts;

namespace Platform.ThreatIntel.Objects;

/// <summary>The current version of any STIX object, relationships and sightings included.</summary>
internal sealed class StixObject : IMarked
{
    public Guid TenantId { get; set; }

    public required string StixId { get; set; }

    public TlpLevel Tlp { get; set; }

    public short ShadowedFrom { get; set; } = Marking.NotShadowed;

    public required string Type { get; set; }

    public string? Name { get; set; }

    /// <summary>ISO 3166 code of a location, or of an object that carries one itself.</summary>
    public string? Country { get; set; }

    public DateTimeOffset? Created { get; set; }

    /// <summary>STIX <c>modified</c>, else <c>created</c>, else when it first came.</summary>
    public DateTimeOffset Modified { get; set; }

    public bool Revoked { get; set; }

    public bool Deprecated { get; set; }

    /// <summary>Grows with every change inside a tenant.</summary>
    public long Revision { get; set; }

    /// <summary>The first 128 bits of the SHA-256 of the bytes as they came.</summary>
    public Guid ContentHash { get; set; }

    public Guid? ImportId { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>One version of an object with its original bytes.</summary>
internal sealed class ObjectVersion
{
    public Guid TenantId { get; set; }

    public required string StixId { get; set; }

    public long Revision { get; set; }

    public TlpLevel Tlp { get; set; }

    public DateTimeOffset Modified { get; set; }

    public Guid ContentHash { get; set; }

    /// <summary>The version of STIX that it is written in.</summary>
    public string? SpecVersion { get; set; }

    /// <summary>The bytes as they came, compressed by <see cref="Storage.RawBytes"/>.</summary>
    public required byte[] Raw { get; set; }

    public Guid? ImportId { get; set; }

    /// <summary>Up to which level whoever stated this version saw what it refers to (<see cref="VisibleRefs"/>).</summary>
    public TlpLevel StatedAt { get; set; } = TlpLevel.Red;

    public DateTimeOffset RecordedAt { get; set; }
}
