using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Usage;

/// <summary>Requests that each plan includes in a calendar month (UTC); 0 means without end.</summary>
internal sealed class Quotas
{
    public long Starter { get; set; } = 1_000_000;

    public long Pro { get; set; } = 25_000_000;

    public long Enterprise { get; set; }

    /// <summary>The quota of a plan; null without end.</summary>
    public long? Of(Plan plan) => plan switch
    {
        Plan.Starter => Starter,
        Plan.Pro => Pro,
        _ => Enterprise,
    } is > 0 and var quota ? quota : null;

    /// <summary>When the month of a time begins.</summary>
    public static DateTimeOffset MonthOf(DateTimeOffset time) => new(time.UtcDateTime.Year, time.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero);

    internal bool AreValid() => Starter >= 0 && Pro >= 0 && Enterprise >= 0;
}
