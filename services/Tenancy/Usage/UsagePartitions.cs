using System.Collections.Concurrent;
using Npgsql;

namespace Platform.Tenancy.Usage;

/// <summary>The monthly partitions of the usage rows.</summary>
internal sealed class UsagePartitions(NpgsqlDataSource source)
{
    /// <summary>Months made ahead of the current one.</summary>
    public const int MonthsAhead = 2;

    private readonly ConcurrentDictionary<DateOnly, bool> _known = new();

    /// <summary>The first day of the month (UTC) that a time belongs to.</summary>
    public static DateOnly MonthOf(DateTimeOffset time) => new(time.UtcDateTime.Year, time.UtcDateTime.Month, 1);

    /// <summary>The name of the partition of a month, as the database makes it.</summary>
    public static string NameOf(DateOnly month) => FormattableString.Invariant($"usage_logs_{month.Year:0000}_{month.Month:00}");

    /// <summary>The current month and those made ahead.</summary>
    public static IEnumerable<DateOnly> Ahead(DateTimeOffset now)
    {
        var first = MonthOf(now);
        for (var i = 0; i <= MonthsAhead; i++)
        {
            yield return first.AddMonths(i);
        }
    }

    /// <summary>Makes the partition of a month unless it is there.</summary>
    public async Task EnsureAsync(DateOnly month, CancellationToken ct)
    {
        if (_known.ContainsKey(month))
        {
            return;
        }

        await using var command = source.CreateCommand("SELECT ensure_usage_partition($1)");
        command.Parameters.Add(new() { Value = month });
        await command.ExecuteScalarAsync(ct);
        _known[month] = true;
    }
}
