using Platform.ThreatIntel.Indicators;
using Platform.ThreatIntel.Lifecycle;

namespace Platform.ThreatIntel.Tests;

public sealed class DecayTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static Indicator Indicator(string? type = ObservableType.Ipv4, int? confidence = 80) => new()
    {
        StixId = "indicator--00000000-0000-4000-8000-000000000001",
        Name = "x",
        Pattern = "",
        PatternType = "stix",
        IndicatorType = type,
        Confidence = confidence,
        ValidFrom = Start,
    };

    [Theory]
    [InlineData(ObservableType.Ipv4, 0, 80)]
    [InlineData(ObservableType.Ipv4, 30, 40)]
    [InlineData(ObservableType.Ipv4, 60, 20)]
    [InlineData(ObservableType.Domain, 90, 40)]
    [InlineData(ObservableType.Sha256, 30, 78)]
    [InlineData(null, 365, 40)]
    public void Confidence_halves_by_the_type(string? type, int days, int expected) =>
        Assert.Equal(expected, Decay.Confidence(Indicator(type), null, false, Start.AddDays(days)));

    [Fact]
    public void A_sighting_begins_anew_and_one_before_the_beginning_does_not_count()
    {
        Assert.Equal(80, Decay.Confidence(Indicator(), Start.AddDays(60), false, Start.AddDays(60)));
        Assert.Equal(40, Decay.Confidence(Indicator(), Start.AddDays(-60), false, Start.AddDays(30)));
    }

    [Fact]
    public void Outside_its_time_it_is_worth_nothing()
    {
        var ended = Indicator();
        ended.ValidUntil = Start.AddDays(1);
        var revoked = Indicator();
        revoked.Revoked = true;
        Assert.Equal(0, Decay.Confidence(Indicator(), null, false, Start.AddDays(-1)));
        Assert.Equal(0, Decay.Confidence(ended, null, false, Start.AddDays(1)));
        Assert.Equal(0, Decay.Confidence(revoked, Start, false, Start));
        Assert.Equal(20, Decay.Confidence(Indicator(), null, isSuspect: true, Start));
        Assert.Equal(50, Decay.Confidence(Indicator(confidence: null), null, false, Start));
    }

    [Theory]
    [InlineData(ObservableType.Ipv4, "10.1.2.3", WarningLists.Reserved)]
    [InlineData(ObservableType.Ipv4, "192.168.0.0/16", WarningLists.Reserved)]
    [InlineData(ObservableType.Ipv4, "198.51.100.1", null)]
    [InlineData(ObservableType.Ipv6, "::1", WarningLists.Reserved)]
    [InlineData(ObservableType.Domain, "www.google.com", WarningLists.TopDomains)]
    [InlineData(ObservableType.Domain, "evil.google.com", null)]
    [InlineData(ObservableType.Url, "https://google.com/", null)]
    [InlineData(null, null, null)]
    public void Warning_lists_name_what_is_everywhere(string? type, string? value, string? list) => Assert.Equal(list, WarningLists.Find(type, value));
}
