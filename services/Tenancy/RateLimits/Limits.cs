namespace Platform.Tenancy.RateLimits;

/// <summary>How many requests a tenant may send in each window.</summary>
/// <param name="RequestsPerMinute">In any minute.</param>
/// <param name="RequestsPerHour">In any hour.</param>
/// <param name="RequestsPerDay">In any day.</param>
internal sealed record Limits(int RequestsPerMinute, int RequestsPerHour, int RequestsPerDay);

/// <summary>Limits of one API key, beside its tenant's; an absent window has none of its own.</summary>
internal sealed record KeyLimits(int? RequestsPerMinute, int? RequestsPerHour, int? RequestsPerDay)
{
    /// <summary>Null where no window is limited.</summary>
    public static KeyLimits? Of(int? minute, int? hour, int? day) =>
        minute is null && hour is null && day is null ? null : new KeyLimits(minute, hour, day);
}
