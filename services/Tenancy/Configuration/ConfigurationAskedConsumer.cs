using MassTransit;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Tenancy.Configuration;

/// <summary>Tells the settings to processes that have just started, all of them at once.</summary>
internal sealed class ConfigurationAskedConsumer(IServiceScopeFactory scopes) : IConsumer<Batch<ConfigurationAsked>>
{
    private const string Name = "tenancy.configuration-asked";

    public Task Consume(ConsumeContext<Batch<ConfigurationAsked>> context) =>
        BatchWork.RunAsync(Name, Envelopes.Read(context), () => scopes.TellSettingsAsync(Name, context.CancellationToken));
}

/// <summary>Tells the settings when this service starts: others may have asked while it was away.</summary>
internal sealed class TellSettings(IServiceScopeFactory scopes) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => scopes.TellSettingsAsync("tenancy", cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

internal static class SettingsTeller
{
    public static async Task TellSettingsAsync(this IServiceScopeFactory scopes, string actor, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallContext>().Enter(Caller.ForService(WellKnown.DefaultTenantId, actor));
        await scope.ServiceProvider.GetRequiredService<ChangeConfiguration>().TellAsync(ct);
    }
}
