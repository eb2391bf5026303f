using Platform.Contracts;
using Platform.Tenancy.RateLimits;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.ApiKeys;

/// <summary>An API key as clients see it.</summary>
/// <param name="Id">Its id; it stays when the key is rotated.</param>
/// <param name="Key">The whole key: only in the answer that creates or rotates it.</param>
/// <param name="Name">Its name, for people.</param>
/// <param name="Prefix">The public part of the key.</param>
/// <param name="Environment">The environment part of the key.</param>
/// <param name="Permissions">What it may do.</param>
/// <param name="TlpClearance">The highest TLP level it may see.</param>
/// <param name="AllowedCidrs">Networks it may be used from; none means anywhere.</param>
/// <param name="RateLimit">Limits of its own, beside the tenant's.</param>
/// <param name="Status">active, expired or revoked.</param>
/// <param name="CreatedBy">The subject who created it.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
/// <param name="LastUsedAt">When it was last used; some seconds late.</param>
/// <param name="ExpiresAt">When it stops working.</param>
/// <param name="PreviousExpiresAt">Until when the key before the last rotation still works.</param>
internal sealed record ApiKeyView(
    Guid Id,
    string? Key,
    string Name,
    string Prefix,
    string Environment,
    IReadOnlyList<string> Permissions,
    TlpLevel TlpClearance,
    IReadOnlyList<string> AllowedCidrs,
    KeyLimits? RateLimit,
    string Status,
    string CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? LastUsedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? PreviousExpiresAt)
{
    public static ApiKeyView Of(ApiKey key, DateTimeOffset now, KeyText? text = null) => new(
        key.Id,
        text?.ToString(),
        key.Name,
        key.KeyPrefix,
        key.Environment,
        key.Permissions,
        key.TlpClearance,
        key.AllowedCidrs,
        KeyLimits.Of(key.RequestsPerMinute, key.RequestsPerHour, key.RequestsPerDay),
        key.Status == ApiKeyStatus.Revoked ? "revoked" : key.ExpiresAt <= now ? "expired" : "active",
        key.CreatedBy,
        key.CreatedAt,
        key.UpdatedAt,
        key.LastUsedAt,
        key.ExpiresAt,
        key.PreviousExpiresAt > now ? key.PreviousExpiresAt : null);
}
