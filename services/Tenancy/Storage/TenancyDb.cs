using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Tenancy.Storage;

/// <summary>The database <c>tenancy</c>; <c>usage_logs</c> is not in the model, since only set-based SQL touches it.</summary>
internal sealed class TenancyDb(DbContextOptions<TenancyDb> options, CallContext call) : PlatformDbContext(options, call)
{
    public DbSet<Tenant> Tenants => Set<Tenant>();

    public DbSet<TenantService> TenantServices => Set<TenantService>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<RateLimit> RateLimits => Set<RateLimit>();

    public DbSet<ModelUsage> ModelUsage => Set<ModelUsage>();

    public DbSet<ConfigurationVersion> ConfigurationVersions => Set<ConfigurationVersion>();

    public DbSet<Backup> Backups => Set<Backup>();

    public DbSet<BackupPart> BackupParts => Set<BackupPart>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.Entity<Tenant>(e =>
        {
            e.ToTable("tenants", t =>
            {
                t.HasCheckConstraint("ck_tenants_plan", "plan IN ('starter', 'pro', 'enterprise')");
                t.HasCheckConstraint("ck_tenants_status", "status IN ('active', 'suspended', 'cancelled')");
            });
            e.Property(t => t.Name).HasMaxLength(255);
            e.Property(t => t.Slug).HasMaxLength(128);
            e.Property(t => t.Plan).HasConversion<LowerCase<Plan>>().HasMaxLength(32);
            e.Property(t => t.Status).HasConversion<LowerCase<TenantStatus>>().HasMaxLength(32);
            e.Property(t => t.Settings).HasColumnType("jsonb").HasDefaultValueSql("'{}'::jsonb");
            e.Property(t => t.AdminEmail).HasMaxLength(255);
            e.Property(t => t.SuspensionReason).HasMaxLength(500);
            e.Property(t => t.Version).IsConcurrencyToken();
            e.HasIndex(t => t.Slug).IsUnique().HasDatabaseName("idx_tenants_slug");
            e.HasIndex(t => t.Status).HasDatabaseName("idx_tenants_status");
        });
        modelBuilder.Entity<TenantService>(e =>
        {
            e.ToTable("tenant_services");
            e.HasKey(s => new { s.TenantId, s.Service });
            e.Property(s => s.Service).HasMaxLength(64);
            e.HasOne<Tenant>().WithMany().HasForeignKey(s => s.TenantId);
        });
        modelBuilder.Entity<ApiKey>(e =>
        {
            e.ToTable("api_keys");
            e.Property(k => k.Name).HasMaxLength(128);
            e.Property(k => k.KeyHash).HasMaxLength(255);
            e.Property(k => k.KeyPrefix).HasMaxLength(32);
            e.Property(k => k.Environment).HasMaxLength(16);
            e.Property(k => k.PreviousHash).HasMaxLength(255);
            e.Property(k => k.PreviousPrefix).HasMaxLength(32);
            e.Property(k => k.Status).HasConversion<LowerCase<ApiKeyStatus>>().HasMaxLength(32);
            e.Property(k => k.TlpClearance).HasConversion(l => l.ToWire(), s => ReadLevel(s)).HasMaxLength(16);
            e.Property(k => k.CreatedBy).HasMaxLength(255);
            e.Property(k => k.Version).IsConcurrencyToken();
            e.PrimitiveCollection(k => k.Permissions).HasColumnType("jsonb");
            e.PrimitiveCollection(k => k.AllowedCidrs).HasColumnType("jsonb");
            e.HasOne<Tenant>().WithMany().HasForeignKey(k => k.TenantId);
            e.HasIndex(k => new { k.TenantId, k.Id }).HasDatabaseName("idx_api_keys_tenant_id");
            e.HasIndex(k => k.KeyHash).IsUnique().HasDatabaseName("idx_api_keys_key_hash");
            e.HasIndex(k => k.KeyPrefix).IsUnique().HasDatabaseName("idx_api_keys_key_prefix");
            e.HasIndex(k => k.PreviousPrefix).IsUnique().HasFilter("previous_prefix IS NOT NULL").HasDatabaseName("idx_api_keys_previous_prefix");
        });
        modelBuilder.Entity<RateLimit>(e =>
        {
            e.ToTable("rate_limits");
            e.HasKey(r => r.TenantId);
            e.Property(r => r.RequestsPerMinute).HasDefaultValue(RateLimit.DefaultPerMinute);
            e.Property(r => r.RequestsPerHour).HasDefaultValue(RateLimit.DefaultPerHour);
            e.Property(r => r.RequestsPerDay).HasDefaultValue(RateLimit.DefaultPerDay);
            e.Property(r => r.Routes).HasColumnType("jsonb").HasDefaultValue("[]");
            e.Property(r => r.Version).IsConcurrencyToken();
            e.HasOne<Tenant>().WithOne().HasForeignKey<RateLimit>(r => r.TenantId);
        });
        modelBuilder.Entity<ModelUsage>(e =>
        {
            e.ToTable("model_usage");
            e.HasKey(u => new { u.TenantId, u.Hour, u.Model });
            e.Property(u => u.Model).HasMaxLength(200);
        });
        modelBuilder.Entity<ConfigurationVersion>(e =>
        {
            e.ToTable("configuration_versions");
            e.HasKey(c => c.Version);
            e.Property(c => c.Version).ValueGeneratedNever();
            e.Property(c => c.Settings).HasColumnType("jsonb");
            e.Property(c => c.Changes).HasColumnType("jsonb");
            e.Property(c => c.ChangedBy).HasMaxLength(255);
        });
        modelBuilder.Entity<Backup>(e =>
        {
            e.ToTable("backups");
            e.Property(b => b.Status).HasConversion<LowerCase<BackupStatus>>().HasMaxLength(16);
            e.Property(b => b.RestoreStatus).HasConversion<LowerCase<BackupStatus>>().HasMaxLength(16);
            e.Property(b => b.Path).HasMaxLength(255);
            e.Property(b => b.Note).HasMaxLength(500);
            e.Property(b => b.CreatedBy).HasMaxLength(255);
            e.Property(b => b.Version).IsConcurrencyToken();
        });
        modelBuilder.Entity<BackupPart>(e =>
        {
            e.ToTable("backup_parts");
            e.HasKey(p => new { p.BackupId, p.Work, p.Service });
            e.Property(p => p.Service).HasMaxLength(64);
            e.Property(p => p.Work).HasConversion<LowerCase<BackupWork>>().HasMaxLength(16);
            e.Property(p => p.Status).HasConversion<LowerCase<BackupStatus>>().HasMaxLength(16);
            e.Property(p => p.Error).HasMaxLength(500);
            e.Property(p => p.Sha256).HasMaxLength(64);
            e.HasOne<Backup>().WithMany().HasForeignKey(p => p.BackupId);
        });
        UseSnakeCase(modelBuilder);
    }

    private static TlpLevel ReadLevel(string text) => TlpLevels.TryParse(text, out var level) ? level : TlpLevel.Clear;

    /// <summary>Enums as the lower-case words of the schema.</summary>
    private sealed class LowerCase<TEnum>() : ValueConverter<TEnum, string>(
        value => value.ToString().ToLowerInvariant(), text => Enum.Parse<TEnum>(text, true))
        where TEnum : struct, Enum;
}

/// <summary>For <c>dotnet ef migrations add</c>; it never connects.</summary>
internal sealed class TenancyDbFactory : IDesignTimeDbContextFactory<TenancyDb>
{
    public TenancyDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<TenancyDb>().UseNpgsql("Host=localhost;Database=tenancy").Options, new CallContext());
}
