using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Imports;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Sample;

/// <summary>
/// Imports the sample into the default tenant, the way any bundle comes in, if nothing was ever imported there.
/// </summary>
internal sealed partial class SampleLoader(IServiceScopeFactory scopes, IOptions<ThreatIntelOptions> options, ILogger<SampleLoader> log) : BackgroundService
{
    private const string Resource = "sample-bundle.json";

    /// <summary>Always the same, so that instances that start together load it once.</summary>
    private static readonly Guid ImportId = new("00000000-0000-7000-8000-00000000005a");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.LoadSample)
        {
            return;
        }

        await using var scope = scopes.CreateAsyncScope();
        var caller = Caller.ForService(WellKnown.DefaultTenantId, "sample");
        scope.ServiceProvider.GetRequiredService<CallContext>().Enter(caller);
        if (await scope.ServiceProvider.GetRequiredService<ThreatIntelDb>().Imports.AnyAsync(stoppingToken))
        {
            return;
        }

        try
        {
            await using var bundle = typeof(SampleLoader).Assembly.GetManifestResourceStream(Resource)!;
            await scope.ServiceProvider.GetRequiredService<ReceiveImport>().ReceiveAsync(bundle, ImportFormat.Stix, caller, stoppingToken, ImportId);
            LogLoading(log);
        }
        catch (Exception exception) when (exception is IOException or DbUpdateException { InnerException: PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } })
        {
            LogElsewhere(log);
        }
    }

    [LoggerMessage(LogLevel.Information, "The sample is being imported")]
    private static partial void LogLoading(ILogger logger);

    [LoggerMessage(LogLevel.Information, "Another instance imports the sample")]
    private static partial void LogElsewhere(ILogger logger);
}
