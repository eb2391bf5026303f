using Platform.Contracts.Gateway;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using Platform.Tenancy.ApiKeys;
using Platform.Tenancy.Internal;
using Platform.Tenancy.RateLimits;
using Platform.Tenancy.Storage;
using Platform.Tenancy.Tenants;
using Platform.Tenancy.Usage;

namespace Platform.Tenancy;

/// <summary>The parts of the service and their routes.</summary>
internal static class TenancySetup
{
    public static WebApplicationBuilder AddTenancy(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<TenancyOptions>()
            .BindConfiguration(TenancyOptions.Section)
            .Validate(o => TenancyOptions.IsPepper(o.KeyPepper), "Tenancy:KeyPepper must be 32 random bytes in base64.")
            .Validate(o => TenancyOptions.IsEnvironment(o.Environment), "Tenancy:Environment must be 1 to 16 characters of a-z and 0-9.")
            .ValidateOnStart();
        builder.AddNpgsqlDbContext<TenancyDb>("tenancydb");
        builder.AddMessaging<TenancyDb>("tenancy", consumers => consumers
            .AddBatchConsumer<TenantProvisionedConsumer, TenantProvisioned>()
            .AddBatchConsumer<UsageRecordedConsumer, UsageRecorded>(messageLimit: 20));
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
        builder.Services.AddScoped<QueryUsage>();
        builder.Services.AddScoped<ReadUsageLimits>();
        builder.Services.AddHostedService<DefaultTenant>();
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
        });
        app.MapUnversionedApi(MapAdmin);
        app.MapInternal();
    }

    private static void MapAdmin(IEndpointRouteBuilder api)
    {
        api.MapTenants();
        api.MapRateLimits();
        api.MapApiKeys();
    }
}
