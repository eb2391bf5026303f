using System.Globalization;
using Platform.ServiceDefaults;

namespace Platform.Tenancy.Usage;

/// <summary>The part of the usage that a report is about.</summary>
internal sealed record UsageRange(DateTimeOffset From, DateTimeOffset To, string Granularity, string? GroupBy)
{
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
        return new UsageRange(from, to, granularity, groupBy.Length == 0 ? null : groupBy);
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
