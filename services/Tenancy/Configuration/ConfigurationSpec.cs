using FluentValidation;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;

namespace Platform.Tenancy.Configuration;

/// <summary>
/// Settings to change; those that are not given stay. An empty <c>log_path</c> ends writing logs to files.
/// </summary>
/// <param name="RateLimitMaxRequests">Requests that one address may make without a credential in any window.</param>
/// <param name="RateLimitWindow">Seconds of that window, 1 to 86,400.</param>
/// <param name="CircuitBreakerFailureThreshold">Attempts below which a circuit stays closed, 2 to 1,000.</param>
/// <param name="CircuitBreakerTimeout">Seconds that an open circuit refuses, 1 to 3,600.</param>
/// <param name="BackupPath">A folder below the data root.</param>
/// <param name="LogPath">A folder below the data root.</param>
internal sealed record ConfigurationSpec(
    int? RateLimitMaxRequests,
    int? RateLimitWindow,
    int? CircuitBreakerFailureThreshold,
    int? CircuitBreakerTimeout,
    string? BackupPath,
    string? LogPath)
{
    /// <summary>The settings with these changes.</summary>
    public PlatformSettings ApplyTo(PlatformSettings current, string root) => new(
        RateLimitMaxRequests ?? current.RateLimitMaxRequests,
        RateLimitWindow ?? current.RateLimitWindow,
        CircuitBreakerFailureThreshold ?? current.CircuitBreakerFailureThreshold,
        CircuitBreakerTimeout ?? current.CircuitBreakerTimeout,
        BackupPath is { } backup && DataPath.TryNormalize(root, backup, out var backups) ? backups : current.BackupPath,
        LogPath switch
        {
            null => current.LogPath,
            "" => null,
            { } log when DataPath.TryNormalize(root, log, out var logs) => logs,
            _ => current.LogPath,
        });
}

internal sealed class ConfigurationSpecValidator : AbstractValidator<ConfigurationSpec>
{
    public ConfigurationSpecValidator(IConfiguration configuration)
    {
        var root = DataPath.Root(configuration);
        Number(RuleFor(s => s.RateLimitMaxRequests), 1, 100_000_000);
        Number(RuleFor(s => s.RateLimitWindow), 1, 86_400);
        Number(RuleFor(s => s.CircuitBreakerFailureThreshold), 2, 1_000);
        Number(RuleFor(s => s.CircuitBreakerTimeout), 1, 3_600);
        Folder(RuleFor(s => s.BackupPath).Must(p => p is null || DataPath.TryNormalize(root, p, out _)));
        Folder(RuleFor(s => s.LogPath).Must(p => p is null or "" || DataPath.TryNormalize(root, p, out _)));
    }

    private static void Number(IRuleBuilderInitial<ConfigurationSpec, int?> rule, int from, int to) =>
        rule.Must(n => n is null || (n >= from && n <= to)).WithMessage(FormattableString.Invariant($"must be a whole number from {from} to {to}"));

    private static void Folder(IRuleBuilderOptions<ConfigurationSpec, string?> rule) => rule.WithMessage("must be a folder below the data root");
}
