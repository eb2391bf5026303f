namespace Platform.Contracts.Gateway;

/// <summary>The gateway refuses an address, or a caller of a tenant, for a time.</summary>
/// <param name="Address">The address, of IPv6 the whole /64; absent for a caller.</param>
/// <param name="Subject">The caller's id; absent for an address.</param>
/// <param name="Reason">Why.</param>
/// <param name="Score">The threat score that led to it; absent for a block that was set by hand.</param>
/// <param name="BlockedBy">Who set it; <c>gateway</c> for a score.</param>
/// <param name="ExpiresAt">Until when.</param>
public sealed record IpBlocked(
    string? Address, string? Subject, string Reason, double? Score, string BlockedBy, DateTimeOffset ExpiresAt) : IIntegrationEvent;
