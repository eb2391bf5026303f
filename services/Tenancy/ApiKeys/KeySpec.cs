using System.Net;
using FluentValidation;
using Platform.Contracts;
using Platform.Tenancy.RateLimits;

namespace Platform.Tenancy.ApiKeys;

/// <summary>What a client decides about an API key.</summary>
/// <param name="Name">1 to 128 characters, for people.</param>
/// <param name="Permissions">What the key may do, at most what its creator may.</param>
/// <param name="ExpiresAt">When it stops working; never without it.</param>
/// <param name="AllowedCidrs">Networks (or addresses) it may be used from; none means anywhere.</param>
/// <param name="RateLimit">Limits of its own, beside the tenant's.</param>
/// <param name="TlpClearance">The highest TLP level it may see; green unless given, never above its creator's.</param>
internal sealed record KeySpec(
    string? Name,
    IReadOnlyList<string>? Permissions,
    DateTimeOffset? ExpiresAt,
    IReadOnlyList<string>? AllowedCidrs,
    KeyLimits? RateLimit,
    TlpLevel? TlpClearance);

internal sealed class KeySpecValidator : AbstractValidator<KeySpec>
{
    private const int MaxCidrs = 64;
    private const int MaxLimit = 100_000_000;

    public KeySpecValidator()
    {
        RuleFor(k => k.Name).Must(n => !string.IsNullOrWhiteSpace(n) && n.Length <= 128).WithMessage("must be 1 to 128 characters");
        RuleFor(k => k.Permissions).Must(p => p is null || (p.Count is > 0 and <= KeyPermissions.MaxCount && p.All(x => x is not null)))
            .WithMessage($"must list 1 to {KeyPermissions.MaxCount} permissions");
        RuleFor(k => k.AllowedCidrs).Must(c => c is null || c.Count <= MaxCidrs).WithMessage($"must list at most {MaxCidrs} networks");
        RuleForEach(k => k.AllowedCidrs).Must(c => Cidr(c) is not null).WithMessage("must be a network such as 192.0.2.0/24, or an address");
        RuleFor(k => k.RateLimit).Must(l => l is null || (Fits(l.RequestsPerMinute) && Fits(l.RequestsPerHour) && Fits(l.RequestsPerDay)))
            .WithMessage($"must be whole numbers from 1 to {MaxLimit}");
    }

    private static bool Fits(int? limit) => limit is null or (>= 1 and <= MaxLimit);

    /// <summary>The canonical form of a network; an address is a network of one.</summary>
    internal static string? Cidr(string? text) =>
        text is null ? null
        : IPNetwork.TryParse(text, out var network) ? network.ToString()
        : IPAddress.TryParse(text, out var address) && !text.Contains('%', StringComparison.Ordinal) ? $"{address}/{address.GetAddressBytes().Length * 8}"
        : null;
}
