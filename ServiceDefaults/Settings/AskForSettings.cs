using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Contracts;

namespace Platform.ServiceDefaults.Settings;

/// <summary>
/// Asks for the platform's settings once this process can hear the answer. Tenancy also tells them when it starts, so
/// that whichever of the two comes later sees to it.
/// </summary>
internal sealed partial class AskForSettings(IBusControl bus, SettingsOwner owner, ILogger<AskForSettings> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await bus.WaitForHealthStatus(BusHealthStatus.Healthy, stoppingToken);
            using var untraced = Untraced.Begin();
            await bus.Publish(
                new ConfigurationAsked(owner.Service),
                Pipe.Execute<PublishContext>(c => c.Headers.Set(WellKnown.EventHeaders.Tenant, WellKnown.DefaultTenantId.ToString("D"))),
                stoppingToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogUnasked(log, exception.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The platform's settings could not be asked for; this process' own hold until they change: {Reason}")]
    private static partial void LogUnasked(ILogger logger, string reason);
}

/// <summary>The service that this process is an instance of.</summary>
internal sealed record SettingsOwner(string Service);
