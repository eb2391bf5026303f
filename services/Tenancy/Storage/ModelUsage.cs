namespace Platform.Tenancy.Storage;

/// <summary>What one language model of a tenant took in one hour.</summary>
internal sealed class ModelUsage
{
    public Guid TenantId { get; set; }

    /// <summary>The hour's beginning, UTC.</summary>
    public DateTimeOffset Hour { get; set; }

    public string Model { get; set; } = "";

    public long Calls { get; set; }

    public long InputTokens { get; set; }

    public long OutputTokens { get; set; }

    /// <summary>In the tenant's currency, by the prices it gave.</summary>
    public decimal Cost { get; set; }
}
