using MassTransit;
using Platform.Contracts.Tenancy;

namespace Platform.ServiceDefaults.Settings;

/// <summary>Hears of the platform's settings, in every process.</summary>
internal sealed class SettingsConsumer(LiveSettings settings) : IConsumer<ConfigurationChanged>
{
    public Task Consume(ConsumeContext<ConfigurationChanged> context)
    {
        settings.Apply(context.Message);
        return Task.CompletedTask;
    }
}
