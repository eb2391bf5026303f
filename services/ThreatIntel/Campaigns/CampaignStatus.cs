namespace Platform.ThreatIntel.Campaigns;

/// <summary>
/// What a campaign's dates say of it: <c>revoked</c> (or deprecated), else <c>planned</c> before its first sighting,
/// <c>ended</c> when it was last seen more than 90 days ago, else <c>active</c>.
/// </summary>
internal static class CampaignStatus
{
    public const string Active = "active";
    public const string Ended = "ended";
    public const string Planned = "planned";
    public const string Revoked = "revoked";

    private static readonly TimeSpan Silence = TimeSpan.FromDays(90);

    public static readonly string[] All = [Active, Ended, Planned, Revoked];

    public static string Of(Campaign campaign, DateTimeOffset now) =>
        campaign.Revoked || campaign.Deprecated ? Revoked
        : campaign.FirstSeen > now ? Planned
        : campaign.LastSeen < now - Silence ? Ended
        : Active;

    /// <summary>The same as a condition of a query.</summary>
    public static IQueryable<Campaign> Filter(IQueryable<Campaign> campaigns, string status, DateTimeOffset now)
    {
        var quiet = now - Silence;
        return status switch
        {
            Revoked => campaigns.Where(c => c.Revoked || c.Deprecated),
            Planned => campaigns.Where(c => !c.Revoked && !c.Deprecated && c.FirstSeen > now),
            Ended => campaigns.Where(c => !c.Revoked && !c.Deprecated && (c.FirstSeen == null || c.FirstSeen <= now) && c.LastSeen < quiet),
            _ => campaigns.Where(c => !c.Revoked && !c.Deprecated && (c.FirstSeen == null || c.FirstSeen <= now) && (c.LastSeen == null || c.LastSeen >= quiet)),
        };
    }
}
