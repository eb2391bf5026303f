using System.Globalization;
using Platform.ServiceDefaults;

namespace Platform.Tenancy.Usage;

/// <summary>
/// The part of the usage that a report is about. Both ends are moved outwards to where an hour, day or month (UTC) begins:
/// a report is made of whole points.
/// </summary>
internal sealed record UsageRange(DateTimeOffset From, DateTimeOffset To, string Granularity, string? GroupBy)
{
    /// <summary>The lengths that points have.</summary>
    public static readonly IReadOnlyList<string> Granularities = ["hour", "day", "month"];

    private const int MaxDaysByHour = 93;
    private const int MaxDaysByDay = 366;
    private const int MaxDaysByMonth = 1100;

    /// <summary>Reads <c>from</c>, <c>to</c>, <c>granularity</c> and <c>group_by</c>; every fault is named.</summary>
    public static UsageRange Read(IQueryCollection parameters, DateTimeOffset now)
    {
        var query = new QueryReader(parameters);
        var granularity = query.OneOf("granularity", "day", "hour", "day", "month");
        var groupBy = query.OneOf("group_by", "", "endpoint", "api_key", "status");
        var to = Time(query, "to") ?? now;
        var from = Time(query, "from") ?? granularity switch
        {
            "hour" => to.AddDays(-1),
            "day" => to.AddDays(-30),
            _ => to.AddMonths(-12),
        };
        var limit = granularity switch
        {
            "hour" => MaxDaysByHour,
            "day" => MaxDaysByDay,
            _ => MaxDaysByMonth,
        };
        if (from >= to)
        {
            query.Fault("from", "must be before 'to'");
        }
        else if ((to - from).TotalDays > limit)
        {
            query.Fault("from", $"must be at most {limit} days before 'to' for granularity '{granularity}'");
        }

        query.ThrowIfInvalid();
        return new UsageRange(Floor(from, granularity), Ceiling(to, granularity), granularity, groupBy.Length == 0 ? null : groupBy);
    }

    /// <summary>Where the point that a time belongs to begins.</summary>
    public static DateTimeOffset Floor(DateTimeOffset time, string granularity)
    {
        var utc = time.UtcDateTime;
        return granularity switch
        {
            "hour" => new DateTimeOffset(utc.Year, utc.Month, utc.Day, utc.Hour, 0, 0, TimeSpan.Zero),
            "day" => new DateTimeOffset(utc.Date, TimeSpan.Zero),
            _ => new DateTimeOffset(utc.Year, utc.Month, 1, 0, 0, 0, TimeSpan.Zero),
        };
    }

    private static DateTimeOffset Ceiling(DateTimeOffset time, string granularity)
    {
        var floor = Floor(time, granularity);
        return floor == time ? floor : granularity switch
        {
            "hour" => floor.AddHours(1),
            "day" => floor.AddDays(1),
            _ => floor.AddMonths(1),
        };
    }

    private static DateTimeOffset? Time(QueryReader query, string name)
    {
        if (query.Text(name) is not { } text)
        {
            return null;
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            && time.Year is > 2000 and < 9000)
        {
            return time;
        }

        query.Fault(name, "must be a date or time such as 2026-01-31T00:00:00Z");
        return null;
    }
}
