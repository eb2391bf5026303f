using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Analytics;
using Platform.ThreatIntel.Assets;
using Platform.ThreatIntel.Campaigns;
using Platform.ThreatIntel.Feeds;
using Platform.ThreatIntel.Imports;
using Platform.ThreatIntel.Incidents;
using Platform.ThreatIntel.Indicators;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Relationships;
using Platform.ThreatIntel.Taxii;
using Platform.ThreatIntel.ThreatActors;

namespace Platform.ThreatIntel.Storage;

/// <summary>
/// The database <c>threatintel</c>: the current version of every object, every version's bytes, and the columns that
/// lists and look-ups need, each kind in a table of its own.
/// </summary>
internal sealed class ThreatIntelDb(DbContextOptions<ThreatIntelDb> options, CallContext call) : PlatformDbContext(options, call)
{
    public DbSet<StixObject> Objects => Set<StixObject>();

    public DbSet<ObjectVersion> ObjectVersions => Set<ObjectVersion>();

    public DbSet<StixRelationship> Relationships => Set<StixRelationship>();

    public DbSet<ThreatActor> ThreatActors => Set<ThreatActor>();

    public DbSet<Campaign> Campaigns => Set<Campaign>();

    public DbSet<Indicator> Indicators => Set<Indicator>();

    public DbSet<IndicatorValue> IndicatorValues => Set<IndicatorValue>();

    public DbSet<Import> Imports => Set<Import>();

    public DbSet<ImportError> ImportErrors => Set<ImportError>();

    public DbSet<Asset> Assets => Set<Asset>();

    public DbSet<Incident> Incidents => Set<Incident>();

    public DbSet<IncidentLog> IncidentLogs => Set<IncidentLog>();

    public DbSet<SavedCollection> SavedCollections => Set<SavedCollection>();

    public DbSet<StoredStatus> TaxiiStatuses => Set<StoredStatus>();

    public DbSet<Feed> Feeds => Set<Feed>();

    public DbSet<FeedRun> FeedRuns => Set<FeedRun>();

    public DbSet<ObjectRollup> ObjectRollups => Set<ObjectRollup>();

    public DbSet<IndicatorRollup> IndicatorRollups => Set<IndicatorRollup>();

    public DbSet<ArrivalRollup> ArrivalRollups => Set<ArrivalRollup>();

    public DbSet<CampaignRollup> CampaignRollups => Set<CampaignRollup>();

    public DbSet<LinkRollup> LinkRollups => Set<LinkRollup>();

    public DbSet<IncidentRollup> IncidentRollups => Set<IncidentRollup>();

    /// <summary>Indicators that are found in one of the ways of <see cref="FindBy"/>.</summary>
    public IQueryable<IndicatorHit> FindIndicators(string how, string needle, string[]? kinds, short clearance, int most) =>
        FromExpression(() => FindIndicators(how, needle, kinds, clearance, most));

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.Entity<StixObject>(e =>
        {
            Marked(e);
            e.HasIndex(o => new { o.TenantId, o.Type, o.StixId });
            e.HasIndex(o => new { o.TenantId, o.Type, o.Modified, o.StixId });
            e.HasIndex(o => new { o.TenantId, o.Type, o.UpdatedAt, o.Revision });
            e.HasIndex(o => new { o.TenantId, o.UpdatedAt, o.Revision });
        });
        modelBuilder.Entity<ObjectVersion>(e =>
        {
            e.HasKey(v => new { v.TenantId, v.StixId, v.Revision });
            e.HasIndex(v => new { v.TenantId, v.RecordedAt, v.Revision });
            e.Property(v => v.Tlp).HasConversion<short>();
            e.Property(v => v.StatedAt).HasConversion<short>().HasDefaultValue(TlpLevel.Red).ValueGeneratedNever();
        });
        modelBuilder.Entity<StixRelationship>(e =>
        {
            Marked(e);
            e.HasIndex(r => new { r.TenantId, r.SourceRef, r.RelationshipType });
            e.HasIndex(r => new { r.TenantId, r.TargetRef, r.RelationshipType });
            e.HasIndex(r => new { r.TenantId, r.Modified, r.StixId });
        });
        modelBuilder.Entity<ThreatActor>(e =>
        {
            Marked(e);
            e.HasIndex(a => new { a.TenantId, a.Name, a.StixId });
        });
        modelBuilder.Entity<Campaign>(e =>
        {
            Marked(e);
            e.HasIndex(c => new { c.TenantId, c.Name, c.StixId });
        });
        modelBuilder.Entity<Indicator>(e =>
        {
            Marked(e);
            e.HasIndex(i => new { i.TenantId, i.Modified, i.StixId });
            e.HasIndex(i => new { i.TenantId, i.IndicatorType, i.Modified, i.StixId });
            e.HasIndex(i => new { i.TenantId, i.Severity, i.Modified, i.StixId });
            e.HasIndex(i => i.ExpiryDue).HasFilter("expiry_due IS NOT NULL");
        });
        modelBuilder.Entity<IndicatorValue>(e =>
        {
            e.HasKey(v => new { v.TenantId, v.ValueKey, v.StixId, v.Tlp });
            e.HasIndex(v => new { v.TenantId, v.StixId });
            e.Property(v => v.Tlp).HasConversion<short>();
        });
        modelBuilder.Entity<Import>(e =>
        {
            e.HasKey(i => i.Id);
            e.HasIndex(i => new { i.TenantId, i.CreatedAt, i.Id });
            e.Property(i => i.Status).HasConversion<string>();
            e.Property(i => i.Clearance).HasConversion<short>();
        });
        modelBuilder.Entity<ImportError>(e =>
        {
            e.HasKey(i => new { i.TenantId, i.ImportId, i.Index });
        });
        modelBuilder.Entity<Asset>(e =>
        {
            e.HasKey(a => new { a.TenantId, a.Id });
            e.HasIndex(a => new { a.TenantId, a.Name, a.Id });
            e.Property(a => a.Version).IsConcurrencyToken();
        });
        modelBuilder.Entity<Incident>(e =>
        {
            e.HasKey(i => new { i.TenantId, i.Id });
            e.HasIndex(i => new { i.TenantId, i.OpenedAt, i.Id });
            e.HasIndex(i => new { i.TenantId, i.IndicatorId });
            e.Property(i => i.Tlp).HasConversion<short>();
            e.Property(i => i.Version).IsConcurrencyToken();
        });
        modelBuilder.Entity<IncidentLog>(e =>
        {
            e.HasKey(log => new { log.TenantId, log.Id });
            e.HasIndex(log => new { log.TenantId, log.At, log.Id });
            e.HasIndex(log => new { log.TenantId, log.IncidentId, log.At });
        });
        modelBuilder.Entity<SavedCollection>(e =>
        {
            e.HasKey(c => new { c.TenantId, c.Id });
            e.Property(c => c.Level).HasConversion<short?>();
        });
        modelBuilder.Entity<StoredStatus>(e =>
        {
            e.HasKey(s => new { s.TenantId, s.Id });
            e.HasIndex(s => new { s.TenantId, s.CreatedAt });
        });
        modelBuilder.Entity<Feed>(e =>
        {
            e.HasKey(f => new { f.TenantId, f.Id });
            e.HasIndex(f => f.NextPollAt).HasFilter("enabled");
            e.Property(f => f.Clearance).HasConversion<short>();
            e.Property(f => f.Version).IsConcurrencyToken();
        });
        modelBuilder.Entity<FeedRun>(e =>
        {
            e.HasKey(r => new { r.TenantId, r.Id });
            e.HasIndex(r => new { r.TenantId, r.FeedId, r.Id });
            e.HasIndex(r => r.FinishedAt).HasFilter("finished_at IS NULL");
            e.Property(r => r.Status).HasConversion<string>();
        });
        modelBuilder.AddRollups();
        modelBuilder.Entity<IndicatorHit>().HasNoKey();
        modelBuilder.HasDbFunction(() => FindIndicators(default!, default!, default, default, default)).HasName("find_indicators");
        modelBuilder.HasSequence<long>("object_revisions");
        modelBuilder.Entity<StixObject>().ToTable("objects");
        modelBuilder.Entity<StoredStatus>().ToTable("taxii_statuses");
        modelBuilder.Entity<IndicatorHit>().ToTable((string?)null);
        modelBuilder.Entity<StixRelationship>().ToTable("relationships");
        UseSnakeCase(modelBuilder);
    }

    private static void Marked<T>(EntityTypeBuilder<T> entity)
        where T : class, IMarked
    {
        entity.HasKey(row => new { row.TenantId, row.StixId, row.Tlp });
        entity.Property(row => row.Tlp).HasConversion<short>();
    }
}
