using MassTransit;
using Platform.Contracts.Tenancy;

namespace Platform.ServiceDefaults.Settings;

/// <summary>Hears of the platform's settings, in every process.</summary>
internal sealed class SettingsConsumer(LiveSettings settings) : IConsumer<ConfigurationChanged>, IConsumer<RestorePartCompleted>
{
    public Task Consume(ConsumeContext<ConfigurationChanged> context)
    {
        settings.Apply(context.Message);
        return Task.CompletedTask;
    }

    /// <summary>After a restore the settings of then hold, or none; Tenancy tells them when all services are done.</summary>
    public Task Consume(ConsumeContext<RestorePartCompleted> context)
    {
        if (context.Message is { Service: "tenancy", Applied: true, Error: null })
        {
            settings.Forget();
        }

        return Task.CompletedTask;
    }
}
