namespace Platform.Identity.Storage;

/// <summary>What every row carries; <see cref="IdentityDb"/> keeps it up to date.</summary>
internal interface IRow
{
    DateTimeOffset CreatedAt { get; set; }

    DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Grows by one with every change; the entity tag and the guard against lost updates.</summary>
    long Version { get; set; }
}

/// <summary>A row of one tenant, under row-level security.</summary>
internal interface ITenantRow : IRow
{
    Guid TenantId { get; set; }
}

/// <summary>A tenant's row that inherits from nothing else.</summary>
internal abstract class TenantRow : ITenantRow
{
    public Guid TenantId { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public long Version { get; set; }
}
