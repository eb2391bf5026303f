using Platform.ServiceDefaults;

namespace Platform.Agent.Models;

/// <summary>What answers with a model need.</summary>
internal static class ModelSetup
{
    public static void AddModels(this WebApplicationBuilder builder)
    {
        builder.AddGuardedHttp();
        builder.Services.AddCircuit(ModelBreakers.Circuit);
        builder.Services.AddOptions<ModelOptions>().BindConfiguration(ModelOptions.Section)
            .Validate(o => o.IsValid, "Model: MaxSteps must be 1 to 10, everything else above zero, MaxResultLength above 100.").ValidateOnStart();
        builder.Services.AddSingleton<ModelBreakers>().AddSingleton<ModelClient>().AddSingleton<ProviderVault>()
            .AddScoped<ModelMeter>().AddScoped<ModelAnswer>().AddScoped<TryProvider>();
    }
}
