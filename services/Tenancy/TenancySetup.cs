using Platform.Contracts;
using Platform.Contracts.Agent;
using Platform.Contracts.Gateway;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using Platform.Tenancy.ApiKeys;
using Platform.Tenancy.Backups;
using Platform.Tenancy.Configuration;
using Platform.Tenancy.Internal;
using Platform.Tenancy.RateLimits;
using Platform.Tenancy.Storage;
using Platform.Tenancy.Tenants;
using Platform.Tenancy.Usage;

namespace Platform.Tenancy;

/// <summary>The parts of the service and their routes.</summary>
internal static class TenancySetup
{
    public const string ServiceName = "tenancy";

    public static WebApplicationBuilder AddTenancy(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<TenancyOptions>()
            .BindConfiguration(TenancyOptions.Section)
            .Validate(o => TenancyOptions.IsPepper(o.KeyPepper), "Tenancy:KeyPepper must be 32 random bytes in base64.")
            .Validate(o => TenancyOptions.IsEnvironment(o.Environment), "Tenancy:Environment must be 1 to 16 characters of a-z and 0-9.")
            .Validate(o => o.Quotas.AreValid(), "Tenancy:Quotas must be 0 (without end) or more.")
            .Validate(o => o.UsageMonthsKept is >= 13 and <= 120, "Tenancy:UsageMonthsKept must be from 13 to 120.")
            .Validate(o => o.BackupPatience > TimeSpan.Zero, "Tenancy:BackupPatience must be more than nothing.")
            .ValidateOnStart();
        builder.AddNpgsqlDbContext<TenancyDb>("tenancydb");
        builder.AddMessaging<TenancyDb>(ServiceName, consumers => consumers
            .AddBatchConsumer<TenantProvisionedConsumer, TenantProvisioned>()
            .AddBatchConsumer<TenantDeletedConsumer, TenantDeleted>()
            .AddBatchConsumer<TenantErasedConsumer, TenantErased>()
            .AddBatchConsumer<ConfigurationAskedConsumer, ConfigurationAsked>()
            .AddBatchConsumer<UsageRecordedConsumer, UsageRecorded>(messageLimit: 5)
            .AddBatchConsumer<ModelUsageRecordedConsumer, ModelUsageRecorded>()
            .AddBatchConsumer<BackupPartCompletedConsumer, BackupPartCompleted>()
            .AddBatchConsumer<RestorePartCompletedConsumer, RestorePartCompleted>()
            .AddBackups());

        // What is known of backups is not turned back by a restore.
        builder.AddBackups("backups", "backup_parts");
        builder.Services.AddScoped<RunBackups>().AddScoped<BackupShelf>().AddSingleton<BackupManifests>();
        builder.Services.AddHostedService<BackupWatch>();
        builder.Services.AddScoped<OtherTenant>();
        builder.Services.AddScoped<CreateTenant>();
        builder.Services.AddScoped<ChangeTenant>();
        builder.Services.AddScoped<ReadProvisioning>();
        builder.Services.AddScoped<ChangeLimits>();
        builder.Services.AddSingleton<KeyHasher>();
        builder.Services.AddScoped<CreateKey>();
        builder.Services.AddScoped<UpdateKey>();
        builder.Services.AddScoped<RotateKey>();
        builder.Services.AddScoped<RevokeKey>();
        builder.Services.AddSingleton<ResolveKey>();
        builder.Services.AddSingleton<ResolveTenant>();
        builder.Services.AddSingleton<UsagePartitions>();
        builder.Services.AddSingleton<StoreUsage>();
        builder.Services.AddScoped<ReadRollups>();
        builder.Services.AddScoped<QueryUsage>();
        builder.Services.AddScoped<ReadModelUsage>();
        builder.Services.AddSingleton<WatchQuota>();
        builder.Services.AddSingleton<CompactUsage>();
        builder.Services.AddSingleton<UsageRollup>();
        builder.Services.AddHostedService(services => services.GetRequiredService<UsageRollup>());
        builder.Services.AddScoped<ReadUsageLimits>();
        builder.Services.AddScoped<ChangeConfiguration>();
        builder.Services.AddScoped<TestDatabase>();
        builder.Services.AddHttpClient(TestDatabase.Client).RemoveAllLoggers();
        builder.Services.AddHostedService<DefaultTenant>();
        builder.Services.AddHostedService<TellSettings>();
        builder.Services.AddHostedService<UsageHousekeeping>();
        builder.Services.AddHostedService<DefaultTenantReminder>();
        return builder;
    }

    public static void MapTenancy(this WebApplication app)
    {
        app.MapApi(api =>
        {
            MapAdmin(api);
            api.MapOwnTenant();
            api.MapUsage();
            api.MapConfiguration();
        });
        app.MapUnversionedApi(MapAdmin);
        app.MapInternal();
    }

    private static void MapAdmin(IEndpointRouteBuilder api)
    {
        api.MapTenants();
        api.MapRateLimits();
        api.MapApiKeys();
        api.MapBackups();
    }
}
