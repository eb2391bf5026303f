using System.Globalization;
using FluentValidation;
using Microsoft.Extensions.Options;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.ApiKeys;

/// <summary>How a key is replaced.</summary>
/// <param name="GraceSeconds">How long the old key still works, 0 to 604,800 seconds (7 days); an hour unless given.</param>
internal sealed record Rotation(int? GraceSeconds);

internal sealed class RotationValidator : AbstractValidator<Rotation>
{
    public RotationValidator() => RuleFor(r => r.GraceSeconds).InclusiveBetween(0, 7 * 24 * 3600).WithMessage("must be from 0 to 604800");
}

/// <summary>Gives a key a new text; its id, rights and limits stay. Only one old text is good at a time.</summary>
internal sealed class RotateKey(TenancyDb db, CallContext call, KeyHasher hasher, IOptions<TenancyOptions> options, TimeProvider clock)
{
    private const int DefaultGraceSeconds = 3600;

    public async Task<KeyText> RunAsync(ApiKey key, Rotation rotation, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var order = key.Id.ToString("N");
        if (key.PreviousPrefix is { } older)
        {
            db.Publish(new ApiKeyRevoked(key.TenantId, key.Id, older), order);
        }

        // Whoever cached the old text resolves it again and learns when its grace ends.
        db.Publish(new ApiKeyRevoked(key.TenantId, key.Id, key.KeyPrefix), order);
        var grace = rotation.GraceSeconds ?? DefaultGraceSeconds;
        (key.PreviousPrefix, key.PreviousHash, key.PreviousExpiresAt) = grace > 0
            ? (key.KeyPrefix, key.KeyHash, now.AddSeconds(grace))
            : ((string?)null, (string?)null, (DateTimeOffset?)null);
        var text = KeyText.New(options.Value.Environment);
        key.KeyPrefix = text.Prefix;
        key.KeyHash = hasher.Hash(text);
        key.Environment = text.Environment;
        key.Touch(now);
        db.Publish(new ApiKeyIssued(key.TenantId, key.Id, key.KeyPrefix), order);
        db.Record(call, "api_key_rotated", $"api_key/{key.Id}", now, new Dictionary<string, string>
        {
            ["prefix"] = key.KeyPrefix,
            ["grace_seconds"] = grace.ToString(CultureInfo.InvariantCulture),
        });
        await db.SaveChangesAsync(ct);
        return text;
    }
}
