using System.Text.Json.Nodes;
using FluentValidation;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Tenants;

/// <summary>A tenant to be created.</summary>
/// <param name="Name">1 to 255 characters, for people.</param>
/// <param name="Slug">Its unique short name: 2 to 63 of <c>a-z0-9-</c>, beginning and ending with a letter or digit.</param>
/// <param name="Plan">starter (unless given), pro or enterprise.</param>
/// <param name="Settings">A JSON object of the tenant's own making, 32 KiB at most.</param>
/// <param name="AdminEmail">Who is invited as the first administrator.</param>
internal sealed record NewTenant(string? Name, string? Slug, string? Plan, JsonObject? Settings, string? AdminEmail);

/// <summary>What a platform administrator may change of a tenant.</summary>
internal sealed record TenantChange(string? Name, string? Plan, JsonObject? Settings);

/// <summary>What a tenant's own administrator may change of it.</summary>
internal sealed record OwnTenantChange(string? Name, JsonObject? Settings);

internal static class TenantRules
{
    private const int MaxSettingsLength = 32 * 1024;

    public static void MustBeName<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(n => !string.IsNullOrWhiteSpace(n) && n.Length <= 255).WithMessage("must be 1 to 255 characters");

    public static void MustBePlan<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(p => p is "starter" or "pro" or "enterprise").WithMessage("must be one of starter, pro, enterprise");

    public static void MustBeSettings<T>(this IRuleBuilder<T, JsonObject?> rule) =>
        rule.Must(s => s is null || s.ToJsonString().Length <= MaxSettingsLength).WithMessage("must be at most 32 KiB")
            .Must(s => AreCountries(s, "allowed_countries") && AreCountries(s, "denied_countries"))
            .WithMessage("must hold allowed_countries and denied_countries, where they are there, as lists of two-letter codes (ISO 3166-1)");

    /// <summary>The gateway goes by these two, so that a mistake in them must not pass for no rule.</summary>
    private static bool AreCountries(JsonObject? settings, string name) =>
        settings is null || !settings.TryGetPropertyValue(name, out var codes) || (codes is JsonArray list
            && list.All(c => c is JsonValue value && value.TryGetValue<string>(out var code) && code.Length == 2 && code.All(char.IsAsciiLetter)));

    public static Plan ParsePlan(string? text) => text is null ? Plan.Starter : Enum.Parse<Plan>(text, ignoreCase: true);

    public static bool IsSlug(string? slug)
    {
        if (slug is not { Length: >= 2 and <= 63 } || slug[0] == '-' || slug[^1] == '-')
        {
            return false;
        }

        foreach (var c in slug)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
            {
                return false;
            }
        }

        return true;
    }
}

internal sealed class NewTenantValidator : AbstractValidator<NewTenant>
{
    public NewTenantValidator()
    {
        RuleFor(t => t.Name).MustBeName();
        RuleFor(t => t.Slug).Must(TenantRules.IsSlug).WithMessage("must be 2 to 63 of a-z, 0-9 and -, beginning and ending with a letter or digit");
        RuleFor(t => t.Plan).Must(p => p is null or "starter" or "pro" or "enterprise").WithMessage("must be one of starter, pro, enterprise");
        RuleFor(t => t.Settings).MustBeSettings();
        RuleFor(t => t.AdminEmail).EmailAddress().WithMessage("must be an e-mail address").MaximumLength(255).WithMessage("must be at most 255 characters");
    }
}

internal sealed class TenantChangeValidator : AbstractValidator<TenantChange>
{
    public TenantChangeValidator()
    {
        RuleFor(t => t.Name).MustBeName();
        RuleFor(t => t.Plan).MustBePlan();
        RuleFor(t => t.Settings).MustBeSettings();
    }
}

internal sealed class OwnTenantChangeValidator : AbstractValidator<OwnTenantChange>
{
    public OwnTenantChangeValidator()
    {
        RuleFor(t => t.Name).MustBeName();
        RuleFor(t => t.Settings).MustBeSettings();
    }
}
