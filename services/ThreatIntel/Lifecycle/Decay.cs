using Platform.ThreatIntel.Indicators;

namespace Platform.ThreatIntel.Lifecycle;

/// <summary>
/// What an indicator's confidence is worth today. Nothing is stored: it halves with each half-life since the indicator
/// was stated or last sighted, whichever is later. Addresses change hands fast, hashes hardly ever lie.
/// </summary>
internal static class Decay
{
    private const int Unstated = 50;
    private const double OnWarningList = 0.25;

    /// <summary>0 to 100; 0 when revoked or outside its time of validity.</summary>
    /// <param name="indicator">The indicator.</param>
    /// <param name="lastSighted">Its latest sighting that the reader may know of.</param>
    /// <param name="isSuspect">Whether its value stands on a warning list.</param>
    /// <param name="now">The time of reading.</param>
    public static int Confidence(Indicator indicator, DateTimeOffset? lastSighted, bool isSuspect, DateTimeOffset now) => indicator.Revoked
        ? 0
        : Confidence(indicator.Confidence, indicator.IndicatorType, indicator.ValidFrom, indicator.ValidUntil, lastSighted, isSuspect, now);

    /// <summary>The same of one that is not revoked, by what it depends on.</summary>
    public static int Confidence(
        int? stated, string? type, DateTimeOffset validFrom, DateTimeOffset? validUntil, DateTimeOffset? lastSighted, bool isSuspect, DateTimeOffset now)
    {
        if (now < validFrom || now >= validUntil)
        {
            return 0;
        }

        var since = lastSighted > validFrom ? lastSighted.Value : validFrom;
        var age = now > since ? now - since : TimeSpan.Zero;
        var worth = (stated ?? Unstated) * Math.Pow(0.5, age / HalfLife(type));
        return (int)Math.Round(isSuspect ? worth * OnWarningList : worth, MidpointRounding.AwayFromZero);
    }

    public static TimeSpan HalfLife(string? type) => TimeSpan.FromDays(type switch
    {
        ObservableType.Ipv4 or ObservableType.Ipv6 => 30,
        ObservableType.Url => 45,
        ObservableType.Domain => 90,
        ObservableType.Email => 180,
        ObservableType.Md5 or ObservableType.Sha1 or ObservableType.Sha256 or ObservableType.Sha512 => 1_095,
        _ => 365,
    });
}
