namespace Platform.Agent.Storage;

/// <summary>A model server of the tenant's own: any that speaks the chat completions of OpenAI.</summary>
internal sealed class Provider
{
    public Guid Id { get; set; }

    public Guid TenantId { get; set; }

    public string Name { get; set; } = "";

    /// <summary>Where <c>/chat/completions</c> is appended.</summary>
    public string BaseUrl { get; set; } = "";

    public string Model { get; set; } = "";

    /// <summary>The key, sealed; null where the server asks for none.</summary>
    public byte[]? ApiKey { get; set; }

    /// <summary>Whether questions go to it; at most one of a tenant's is.</summary>
    public bool Enabled { get; set; }

    /// <summary>What a million tokens of input cost, in the tenant's currency.</summary>
    public decimal InputPrice { get; set; }

    /// <summary>What a million tokens of output cost.</summary>
    public decimal OutputPrice { get; set; }

    /// <summary>Tokens a month that may be used; null for no limit.</summary>
    public long? MonthlyTokens { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public long Version { get; set; }
}

/// <summary>What a tenant's models took on one day.</summary>
internal sealed class ModelUsage
{
    public Guid TenantId { get; set; }

    public DateOnly Day { get; set; }

    public string Model { get; set; } = "";

    public long Calls { get; set; }

    public long InputTokens { get; set; }

    public long OutputTokens { get; set; }

    public decimal Cost { get; set; }
}
