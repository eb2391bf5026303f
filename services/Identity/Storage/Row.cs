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
