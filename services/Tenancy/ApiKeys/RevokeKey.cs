using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.ApiKeys;

/// <summary>Ends a key for good.</summary>
internal sealed class RevokeKey(TenancyDb db, CallContext call, TimeProvider clock)
{
    public async Task RunAsync(ApiKey key, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        key.Status = ApiKeyStatus.Revoked;
        key.RevokedAt = now;
        db.Publish(new ApiKeyRevoked(key.TenantId, key.Id, key.KeyPrefix), orderKey: key.Id.ToString("N"));
        if (key.PreviousPrefix is { } previous)
        {
            db.Publish(new ApiKeyRevoked(key.TenantId, key.Id, previous), orderKey: key.Id.ToString("N"));
        }

        key.PreviousPrefix = key.PreviousHash = null;
        key.PreviousExpiresAt = null;
        key.Touch(now);
        db.Record(call, "api_key_revoked", $"api_key/{key.Id}", now, new Dictionary<string, string> { ["prefix"] = key.KeyPrefix });
        await db.SaveChangesAsync(ct);
    }
}
