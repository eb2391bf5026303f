using Platform.Contracts;

namespace Platform.Tenancy.Storage;

/// <summary>Whether an API key is good.</summary>
internal enum ApiKeyStatus
{
    Active,
    Revoked,
}

/// <summary>An API key without its secret: only a keyed hash of the whole key is kept.</summary>
internal sealed class ApiKey
{
    public Guid Id { get; set; }

    public Guid TenantId { get; set; }

    public string Name { get; set; } = "";

    /// <summary>HMAC-SHA-256 of the key under the pepper, in hexadecimal digits.</summary>
    public string KeyHash { get; set; } = "";

    /// <summary>The public part that the key is found by.</summary>
    public string KeyPrefix { get; set; } = "";

    /// <summary>The environment part of the key as it was issued.</summary>
    public string Environment { get; set; } = "";

    /// <summary>The key before the last rotation, good until <see cref="PreviousExpiresAt"/>.</summary>
    public string? PreviousHash { get; set; }

    public string? PreviousPrefix { get; set; }

    public DateTimeOffset? PreviousExpiresAt { get; set; }

    public List<string> Permissions { get; set; } = [];

    public TlpLevel TlpClearance { get; set; }

    /// <summary>Networks the key may be used from; none means anywhere.</summary>
    public List<string> AllowedCidrs { get; set; } = [];

    public int? RequestsPerMinute { get; set; }

    public int? RequestsPerHour { get; set; }

    public int? RequestsPerDay { get; set; }

    public ApiKeyStatus Status { get; set; }

    public DateTimeOffset? LastUsedAt { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>The subject who created the key.</summary>
    public string CreatedBy { get; set; } = "";

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public long Version { get; set; }

    /// <summary>Marks a change; the version is the row's concurrency token and its ETag.</summary>
    public void Touch(DateTimeOffset now)
    {
        UpdatedAt = now;
        Version++;
    }
}
