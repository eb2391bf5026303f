using Microsoft.EntityFrameworkCore;

namespace Platform.ThreatIntel.Analytics;

/// <summary>The tables of the rollups. The migration that made them also made the triggers that fill them.</summary>
internal static class RollupModel
{
    public static void AddRollups(this ModelBuilder model)
    {
        model.Entity<ObjectRollup>(e =>
        {
            e.ToTable("rollup_objects");
            e.HasKey(r => new { r.TenantId, r.Type, r.Country, r.IsLive, r.Tlp, r.ShadowedFrom });
        });
        model.Entity<IndicatorRollup>(e =>
        {
            e.ToTable("rollup_indicators");
            e.HasKey(r => new { r.TenantId, r.Source, r.Severity, r.IsLive, r.Tlp, r.ShadowedFrom });
        });
        model.Entity<ArrivalRollup>(e =>
        {
            e.ToTable("rollup_arrivals");
            e.HasKey(r => new { r.TenantId, r.Span, r.Dimension, r.Bucket, r.Value, r.Tlp, r.ShadowedFrom });
        });
        model.Entity<CampaignRollup>(e =>
        {
            e.ToTable("rollup_campaigns");
            e.HasKey(r => new { r.TenantId, r.Edge, r.Day, r.Tlp, r.ShadowedFrom });
        });
        model.Entity<LinkRollup>(e =>
        {
            e.ToTable("rollup_links");
            e.HasKey(r => new { r.TenantId, r.ObjectType, r.RelationshipType, r.OtherType, r.StixId, r.Tlp, r.ShadowedFrom });
        });
        model.Entity<IncidentRollup>(e =>
        {
            e.ToTable("rollup_incidents");
            e.HasKey(r => new { r.TenantId, r.Day, r.Severity, r.Tlp });
        });
    }
}
