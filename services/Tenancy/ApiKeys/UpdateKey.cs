using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using Platform.Tenancy.RateLimits;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.ApiKeys;

/// <summary>Changes what a key may do; whoever cached it hears of it.</summary>
internal sealed class UpdateKey(TenancyDb db, CallContext call, TimeProvider clock)
{
    public async Task RunAsync(ApiKey key, Patch<KeySpec> patch, ApiVersion version, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var spec = await patch.ApplyAsync(new KeySpec(
            key.Name, key.Permissions, key.ExpiresAt, key.AllowedCidrs, KeyLimits.Of(key.RequestsPerMinute, key.RequestsPerHour, key.RequestsPerDay), key.TlpClearance));
        if (spec.ExpiresAt != key.ExpiresAt && spec.ExpiresAt <= now)
        {
            throw new FaultException(Faults.ValidationFault("expires_at", "must be in the future"));
        }

        key.Name = spec.Name!;
        key.Permissions = Permissions(key, spec, version);
        key.TlpClearance = spec.TlpClearance is { } level && level <= key.TlpClearance ? level : KeyClearance.Grant(spec.TlpClearance, call.Clearance);
        key.AllowedCidrs = [.. (spec.AllowedCidrs ?? []).Select(c => KeySpecValidator.Cidr(c)!).Distinct()];
        key.RequestsPerMinute = spec.RateLimit?.RequestsPerMinute;
        key.RequestsPerHour = spec.RateLimit?.RequestsPerHour;
        key.RequestsPerDay = spec.RateLimit?.RequestsPerDay;
        key.ExpiresAt = spec.ExpiresAt;
        key.Touch(now);
        db.Publish(new ApiKeyRevoked(key.TenantId, key.Id, key.KeyPrefix), orderKey: key.Id.ToString("N"));
        if (key.PreviousPrefix is { } previous && key.PreviousExpiresAt > now)
        {
            db.Publish(new ApiKeyRevoked(key.TenantId, key.Id, previous), orderKey: key.Id.ToString("N"));
        }

        db.Record(call, "api_key_updated", $"api_key/{key.Id}", now, new Dictionary<string, string> { ["permissions"] = string.Join(' ', key.Permissions) });
        await db.SaveChangesAsync(ct);
    }

    /// <summary>What the key has may stay; what is added must be the caller's to give.</summary>
    private List<string> Permissions(ApiKey key, KeySpec spec, ApiVersion version)
    {
        if (spec.Permissions is not { } asked)
        {
            throw new FaultException(Faults.ValidationFault("permissions", "must be given"));
        }

        var kept = asked.Where(key.Permissions.Contains).ToList();
        var added = asked.Where(p => !key.Permissions.Contains(p)).ToList();
        return added.Count == 0
            ? kept
            : [.. kept.Union(KeyPermissions.Grant(added, call.Caller.Permissions, version).Granted).Order(StringComparer.Ordinal)];
    }
}
