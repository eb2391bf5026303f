using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Tenancy.Usage;

/// <summary>Makes a report of rollups. One with too many points to be read by anybody is refused.</summary>
internal sealed class QueryUsage(ReadRollups rollups, ReadModelUsage models)
{
    private const int MaxPoints = 20_000;

    public async Task<UsageReport> RunAsync(UsageRange range, CancellationToken ct)
    {
        var totals = new UsageTotal();
        var groups = new Dictionary<string, UsageTotal>(StringComparer.Ordinal);
        var series = new List<UsagePoint>();
        await foreach (var slice in rollups.RunAsync(range, ct))
        {
            if (series.Count == MaxPoints)
            {
                throw new FaultException(new Fault(ErrorCodes.QueryTooExpensive, "The report would have too many points: narrow the range or take a coarser granularity."));
            }

            totals.Add(slice.Sums);
            if (range.GroupBy is not null)
            {
                if (!groups.TryGetValue(slice.Value, out var group))
                {
                    groups[slice.Value] = group = new UsageTotal();
                }

                group.Add(slice.Sums);
            }

            series.Add(new UsagePoint(slice.Bucket, range.GroupBy is null ? null : slice.Value, slice.Sums.Figures()));
        }

        var took = await models.RunAsync(range.From, range.To, ct);
        return new UsageReport(range.From, range.To, range.Granularity, range.GroupBy, totals.Sums.Figures(), range.GroupBy is null ? null : Busiest(groups), series, took);
    }

    private static List<UsageGroup> Busiest(Dictionary<string, UsageTotal> groups) =>
        [.. groups.Select(g => new UsageGroup(g.Key, g.Value.Sums.Figures())).OrderByDescending(g => g.Figures.Requests).ThenBy(g => g.Group, StringComparer.Ordinal)];
}
