using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Platform.ServiceDefaults;

/// <summary>A service's own PostgreSQL database.</summary>
public static class DataSetup
{
    /// <summary>
    /// Registers the context (scoped, as the role that cannot bypass row-level security), the <see cref="NpgsqlDataSource"/>
    /// of the same role, the start-up migration and a health check.
    /// </summary>
    /// <param name="builder">The host.</param>
    /// <param name="connectionName">The name of the connection string that the host injects.</param>
    public static IHostApplicationBuilder AddNpgsqlDbContext<TDb>(this IHostApplicationBuilder builder, string connectionName)
        where TDb : PlatformDbContext
    {
        var names = new DatabaseNames(builder.Configuration.GetConnectionString(connectionName)
            ?? throw new InvalidOperationException($"ConnectionStrings:{connectionName} is not set."));
        builder.Services.AddSingleton(names);
        builder.Services.AddSingleton(_ => new NpgsqlDataSourceBuilder(names.App) { Name = "app" }.Build());
        builder.Services.AddKeyedSingleton(RelayKey, (_, _) => new NpgsqlDataSourceBuilder(names.Relay) { Name = "relay" }.Build());
        builder.Services.AddKeyedSingleton(SqlKey, (_, _) => new NpgsqlDataSourceBuilder(names.Sql) { Name = "sql" }.Build());
        builder.Services.AddDbContext<TDb>((services, options) =>
        {
            var call = services.GetRequiredService<CallContext>();
            options.UseNpgsql(services.GetRequiredService<NpgsqlDataSource>())
                .AddInterceptors(new TenantCommandInterceptor(call), new TenantTransactionInterceptor(call));
        });
        builder.Services.AddScoped<PlatformDbContext>(services => services.GetRequiredService<TDb>());
        builder.Services.AddScoped<IIdempotency, DatabaseIdempotency>();
        builder.Services.AddHostedService<PoolFigures>();
        builder.Services.AddHostedService<DatabaseInitializer<TDb>>();
        builder.Services.AddHealthChecks().AddCheck<DatabaseHealth>("database", tags: ["ready"]);
        return builder;
    }

    internal const string RelayKey = "relay";

    /// <summary>Of the role that reads published views alone.</summary>
    internal const string SqlKey = "sql";
}

internal sealed class DatabaseHealth(NpgsqlDataSource source) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var command = source.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (NpgsqlException exception)
        {
            return HealthCheckResult.Unhealthy("The database cannot be reached.", exception);
        }
    }
}
