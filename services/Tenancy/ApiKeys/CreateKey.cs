using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.ApiKeys;

/// <summary>Issues an API key of the caller's tenant.</summary>
internal sealed class CreateKey(TenancyDb db, CallContext call, KeyHasher hasher, IOptions<TenancyOptions> options, TimeProvider clock)
{
    /// <summary>The key and its text, which nobody can show again.</summary>
    public async Task<(ApiKey Key, KeyText Text)> RunAsync(KeySpec spec, ApiVersion version, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (spec.ExpiresAt <= now)
        {
            throw new FaultException(Faults.ValidationFault("expires_at", "must be in the future"));
        }

        var asked = spec.Permissions ?? (version == ApiVersion.V1
            ? KeyPermissions.V1Default
            : throw new FaultException(Faults.ValidationFault("permissions", "must be given")));
        var text = KeyText.New(options.Value.Environment);
        var key = new ApiKey
        {
            Id = Guid.CreateVersion7(now),
            TenantId = call.TenantId,
            Name = spec.Name!,
            KeyHash = hasher.Hash(text),
            KeyPrefix = text.Prefix,
            Environment = text.Environment,
            Permissions = [.. KeyPermissions.Grant(asked, call.Caller.Permissions, version).Granted.Order(StringComparer.Ordinal)],
            TlpClearance = KeyClearance.Grant(spec.TlpClearance, call.Clearance),
            AllowedCidrs = [.. (spec.AllowedCidrs ?? []).Select(c => KeySpecValidator.Cidr(c)!).Distinct()],
            RequestsPerMinute = spec.RateLimit?.RequestsPerMinute,
            RequestsPerHour = spec.RateLimit?.RequestsPerHour,
            RequestsPerDay = spec.RateLimit?.RequestsPerDay,
            ExpiresAt = spec.ExpiresAt,
            CreatedBy = call.Subject,
            CreatedAt = now,
            UpdatedAt = now,
            Version = 1,
        };
        db.ApiKeys.Add(key);
        db.Publish(new ApiKeyIssued(key.TenantId, key.Id, key.KeyPrefix), orderKey: key.Id.ToString("N"));
        db.Record(call, "api_key_created", $"api_key/{key.Id}", now, new Dictionary<string, string>
        {
            ["name"] = key.Name,
            ["prefix"] = key.KeyPrefix,
            ["permissions"] = string.Join(' ', key.Permissions),
        });
        await db.SaveChangesAsync(ct);
        return (key, text);
    }
}

/// <summary>The clearance a key may have.</summary>
internal static class KeyClearance
{
    /// <summary>Green where nothing is asked for, the creator's own at most; more is refused.</summary>
    public static TlpLevel Grant(TlpLevel? asked, TlpLevel creator)
    {
        if (asked is not { } level)
        {
            return creator < TlpLevel.Green ? creator : TlpLevel.Green;
        }

        return level <= creator
            ? level
            : throw new FaultException(Faults.Forbidden($"Your clearance is {creator.ToWire()}; you cannot grant {level.ToWire()}.").Fault);
    }
}
