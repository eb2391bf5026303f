using Platform.Contracts.Gateway;

namespace Platform.Tenancy.Usage;

/// <summary>What of a gateway's entry fits into a row: the table takes every entry, so that none can block a batch.</summary>
internal static class UsageRow
{
    private const int MaxEndpoint = 255;
    private const int MaxMethod = 10;

    /// <summary>Less than any retention, so that a row never belongs to a month that is gone.</summary>
    private static readonly TimeSpan OldestAge = TimeSpan.FromDays(365);
    private static readonly TimeSpan ClockSkew = TimeSpan.FromDays(1);

    public static string Endpoint(UsageEntry entry) => Cut(entry.Endpoint, MaxEndpoint);

    public static string Method(UsageEntry entry) => Cut(entry.Method, MaxMethod);

    /// <summary>Milliseconds; what is none counts as 0.</summary>
    public static float Latency(UsageEntry entry) => entry.LatencyMs is > 0 and < float.MaxValue ? (float)entry.LatencyMs : 0;

    /// <summary>The entry's own time, or the time of its arrival where a gateway's clock is far off.</summary>
    public static DateTimeOffset Timestamp(UsageEntry entry, DateTimeOffset now) =>
        entry.Timestamp > now + ClockSkew || entry.Timestamp < now - OldestAge ? now : entry.Timestamp.ToUniversalTime();

    /// <summary>PostgreSQL's text cannot hold U+0000.</summary>
    private static string Cut(string? text, int length)
    {
        var clean = (text ?? "").Replace('\0', '?');
        return clean.Length <= length ? clean : clean[..(char.IsHighSurrogate(clean[length - 1]) ? length - 1 : length)];
    }
}
