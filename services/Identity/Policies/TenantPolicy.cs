using System.Text.Json;
using FluentValidation;
using Platform.Identity.Roles;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Policies;

/// <summary>What a tenant asks of its users' sign-ins.</summary>
/// <param name="MfaRequiredRoles">Roles that need a second factor; who has none enrolled gets codes by e-mail.</param>
/// <param name="MfaOnNewDevice">Whether a sign-in from a device that was not seen before needs a second factor.</param>
/// <param name="MaxSessions">Sessions of one user at once; the oldest ends.</param>
/// <param name="SessionDays">Days that a session lasts unused.</param>
/// <param name="RememberedSessionDays">The same for sessions that are to be remembered.</param>
/// <param name="PasswordMinLength">Characters of a new password at least.</param>
/// <param name="PasswordMaxLength">Characters at most.</param>
/// <param name="PasswordHistory">How many earlier passwords, the current one included, cannot be used again.</param>
/// <param name="AllowedEmailDomains">Domains that new user names must be of; any where there are none.</param>
internal sealed record TenantPolicy(
    IReadOnlyList<string> MfaRequiredRoles,
    bool MfaOnNewDevice,
    int MaxSessions,
    int SessionDays,
    int RememberedSessionDays,
    int PasswordMinLength,
    int PasswordMaxLength,
    int PasswordHistory,
    IReadOnlyList<string> AllowedEmailDomains)
{
    public static readonly TenantPolicy Default = new([], false, 5, 7, 30, 12, 128, 5, []);

    /// <summary>Whether a user may have this address as name.</summary>
    public bool Admits(string address) =>
        AllowedEmailDomains.Count == 0 || AllowedEmailDomains.Contains(address[(address.LastIndexOf('@') + 1)..], StringComparer.OrdinalIgnoreCase);
}

internal sealed class TenantPolicyValidator : AbstractValidator<TenantPolicy>
{
    private const int MaxItems = 100;

    public TenantPolicyValidator()
    {
        RuleFor(p => p.MfaRequiredRoles).NotNull().Must(r => r is null || r.Count <= MaxItems).WithMessage($"must be at most {MaxItems}");
        RuleForEach(p => p.MfaRequiredRoles).Must(RoleNames.IsValid).WithMessage("is not the name of a role");
        RuleFor(p => p.MaxSessions).InclusiveBetween(1, 100);
        RuleFor(p => p.SessionDays).InclusiveBetween(1, 90);
        RuleFor(p => p.RememberedSessionDays).InclusiveBetween(1, 365);
        RuleFor(p => p.PasswordMinLength).InclusiveBetween(12, 64);
        RuleFor(p => p.PasswordMaxLength).InclusiveBetween(64, 128);
        RuleFor(p => p.PasswordHistory).InclusiveBetween(1, 24);
        RuleFor(p => p.AllowedEmailDomains).NotNull().Must(d => d is null || d.Count <= MaxItems).WithMessage($"must be at most {MaxItems}");
        RuleForEach(p => p.AllowedEmailDomains).Must(d => Users.EmailAddress.IsValid("a@" + d)).WithMessage("is not a domain");
    }
}

/// <summary>A tenant's policy as it is kept; tenants that never changed it have none.</summary>
internal sealed class PolicyRow : TenantRow
{
    public string Document { get; set; } = "{}";

    public TenantPolicy Read() => JsonSerializer.Deserialize<TenantPolicy>(Document, Json.Options)!;
}
