using Platform.ServiceDefaults;

namespace Platform.ThreatIntel.Analytics;

/// <summary>
/// The time that a report is about. Both ends are moved outwards to where an hour, day, week (Monday) or month (UTC)
/// begins: a report is made of whole points, of which there are some hundred at most.
/// </summary>
internal sealed record AnalyticsRange(DateTimeOffset From, DateTimeOffset To, string Granularity)
{
    /// <summary>Reads <c>from</c>, <c>to</c> and <c>granularity</c>; the faults stay in the reader.</summary>
    public static AnalyticsRange Read(QueryReader query, DateTimeOffset now, string fallback, params ReadOnlySpan<string> granularities)
    {
        var granularity = query.OneOf("granularity", fallback, granularities);
        var to = Time(query, "to") ?? now;
        var from = Time(query, "from") ?? granularity switch
        {
            "hour" => to.AddDays(-1),
            "day" => to.AddDays(-30),
            "week" => to.AddDays(-84),
            _ => to.AddMonths(-12),
        };
        var most = granularity switch
        {
            "hour" => 31,
            "day" => 366,
            "week" => 1_830,
            _ => 7_320,
        };
        if (from >= to)
        {
            query.Fault("from", "must be before 'to'");
        }
        else if ((to - from).TotalDays > most)
        {
            query.Fault("from", $"must be at most {most} days before 'to' for granularity '{granularity}'");
        }

        var end = Floor(to, granularity);
        return new AnalyticsRange(Floor(from, granularity), end == to ? end : Next(end, granularity), granularity);
    }

    /// <summary>Where each point begins.</summary>
    public IEnumerable<DateTimeOffset> Points()
    {
        for (var point = From; point < To; point = Next(point, Granularity))
        {
            yield return point;
        }
    }

    /// <summary>Where the point that a time belongs to begins.</summary>
    public DateTimeOffset PointOf(DateTimeOffset time) => Floor(time, Granularity);


    private static DateTimeOffset Floor(DateTimeOffset time, string granularity)
    {
        var utc = time.UtcDateTime;
        var day = new DateTimeOffset(utc.Date, TimeSpan.Zero);
        return granularity switch
        {
            "hour" => day.AddHours(utc.Hour),
            "day" => day,
            "week" => day.AddDays(-(((int)utc.DayOfWeek + 6) % 7)),
            _ => new DateTimeOffset(utc.Year, utc.Month, 1, 0, 0, 0, TimeSpan.Zero),
        };
    }

    private static DateTimeOffset Next(DateTimeOffset point, string granularity) => granularity switch
    {
        "hour" => point.AddHours(1),
        "day" => point.AddDays(1),
        "week" => point.AddDays(7),
        _ => point.AddMonths(1),
    };

    private static DateTimeOffset? Time(QueryReader query, string name)
    {
        if (query.Time(name) is not { } time)
        {
            return null;
        }

        if (time.Year is > 1970 and < 9000)
        {
            return time;
        }

        query.Fault(name, "must be in a year from 1971 to 8999");
        return null;
    }
}
