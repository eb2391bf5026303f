using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Platform.Contracts.Gateway;
using Platform.ServiceDefaults;
using Platform.Tenancy.Usage;

namespace Platform.Tenancy.Tests;

public sealed class UsageTests
{
    private static readonly DateTimeOffset Now = new(2026, 12, 31, 23, 30, 0, TimeSpan.Zero);

    private static UsageRange Read(string query) => UsageRange.Read(new QueryCollection(QueryHelpers.ParseQuery(query)), Now);

    private static UsageEntry Entry(string endpoint, DateTimeOffset at) => new(Guid.NewGuid(), null, null, endpoint, "GET", 200, 1, 0, 0, at);

    [Fact]
    public void Partitions_are_named_by_their_month_and_made_ahead_over_the_new_year()
    {
        Assert.Equal(
            ["usage_logs_2026_12", "usage_logs_2027_01", "usage_logs_2027_02"],
            UsagePartitions.Ahead(Now).Select(UsagePartitions.NameOf));
        Assert.Equal(new DateOnly(2027, 1, 1), UsagePartitions.MonthOf(new DateTimeOffset(2026, 12, 31, 23, 30, 0, TimeSpan.FromHours(-3))));
    }

    [Fact]
    public void The_clock_of_a_gateway_is_believed_within_reason()
    {
        Assert.Equal(Now.AddDays(-30), UsageRow.Timestamp(Entry("/", Now.AddDays(-30)), Now));
        Assert.Equal(Now, UsageRow.Timestamp(Entry("/", Now.AddDays(2)), Now));
        Assert.Equal(Now, UsageRow.Timestamp(Entry("/", DateTimeOffset.MinValue), Now));
    }

    [Fact]
    public void Text_is_made_to_fit()
    {
        Assert.Equal("a?b", UsageRow.Endpoint(Entry("a\0b", Now)));
        Assert.Equal(255, UsageRow.Endpoint(Entry(new string('x', 300), Now)).Length);
        Assert.Equal(254, UsageRow.Endpoint(Entry(new string('x', 254) + "😀😀", Now)).Length);
    }

    [Fact]
    public void A_range_has_sensible_defaults_and_consists_of_whole_points()
    {
        var newYear = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal(new UsageRange(newYear.AddDays(-31), newYear, "day", null), Read(""));
        Assert.Equal(new UsageRange(newYear.AddHours(-25), newYear, "hour", "status"), Read("?granularity=hour&group_by=status"));
        Assert.Equal(new UsageRange(newYear.AddMonths(-13), newYear, "month", null), Read("?granularity=month"));
        Assert.Equal(new UsageRange(newYear.AddDays(-3), newYear.AddDays(-1), "day", null), Read("?from=2026-12-29&to=2026-12-31"));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero), Read("?from=2026-01-02").From);
    }

    [Theory]
    [InlineData("?granularity=hour&from=2026-01-01", "from")]
    [InlineData("?from=2027-01-01", "from")]
    [InlineData("?granularity=month&from=2019-01-01", "from")]
    [InlineData("?to=never", "to")]
    [InlineData("?group_by=subject", "group_by")]
    public void A_range_too_long_or_unreadable_is_refused(string query, string field) =>
        Assert.Contains(field, Assert.Throws<FaultException>(() => Read(query)).Fault.Errors!.Keys);
}
