namespace Platform.Identity.Clients;

/// <summary>What a client did on one day.</summary>
internal sealed class ClientUsage
{
    public Guid TenantId { get; set; }

    public string ClientId { get; set; } = "";

    public DateOnly Day { get; set; }

    public long Requests { get; set; }

    /// <summary>Answers of 400 and above.</summary>
    public long Errors { get; set; }

    public long RequestBytes { get; set; }

    public long ResponseBytes { get; set; }
}
