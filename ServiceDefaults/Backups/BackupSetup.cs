using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults.Backups;
using Platform.ServiceDefaults.Settings;

namespace Platform.ServiceDefaults;

/// <summary>A service's share of the platform's backups.</summary>
public static class BackupSetup
{
    /// <summary>The service's parts on disk: for a service whose store is not a database of <c>AddNpgsqlDbContext</c>.</summary>
    public static IHostApplicationBuilder AddBackupParts(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<BackupOptions>().BindConfiguration("Backup")
            .Validate(o => o.IsValid(), "Backup:Key must be at least 32 random bytes in base64.").ValidateOnStart();
        builder.Services.AddSingleton(services => new BackupParts(
            services.GetRequiredService<SettingsOwner>(),
            services.GetRequiredService<IConfiguration>(),
            services.GetRequiredService<IOptions<BackupOptions>>(),
            services.GetRequiredService<TimeProvider>()));
        return builder;
    }

    /// <summary>Backs up and restores the service's database; its consumers come with <see cref="AddBackups(ConsumerRegistry)"/>.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="left">Tables that stay out of it.</param>
    public static IHostApplicationBuilder AddBackups(this IHostApplicationBuilder builder, params string[] left)
    {
        builder.AddBackupParts();
        builder.Services.AddSingleton(new StoreTablesLeft(left));
        builder.Services.AddSingleton<StoreExport>().AddSingleton<StoreRestore>().AddSingleton<BackupAnswers>();
        return builder;
    }

    /// <summary>The consumers of a service with a database.</summary>
    public static ConsumerRegistry AddBackups(this ConsumerRegistry consumers) => consumers
        .AddBatchConsumer<BackupRequestedConsumer, BackupRequested>(messageLimit: 1)
        .AddBatchConsumer<RestoreRequestedConsumer, RestoreRequested>(messageLimit: 1)
        .AddBatchConsumer<BackupRemovedConsumer, BackupRemoved>();
}
