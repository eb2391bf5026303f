using Platform.KnowledgeGraph.Interactions;
using Platform.KnowledgeGraph.Items;
using Platform.KnowledgeGraph.Pipeline;

namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>Items, interactions and recommendations.</summary>
internal static class RecommendationSetup
{
    public static WebApplicationBuilder AddRecommendations(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<RecommendationOptions>().BindConfiguration("Recommendations")
            .Validate(o => o.Fault() is null, "Recommendations: a limit is below 1, a time below 0, or KeepIdle below 1 second.").ValidateOnStart();
        services.AddOptions<OutsideOptions>()
            .Configure<IConfiguration>((o, configuration) => (o.MlEngineUrl, o.DataPipelineUrl) = (configuration["ML_ENGINE_URL"], configuration["DATA_PIPELINE_URL"]))
            .Validate(o => o.Fault() is null, "ML_ENGINE_URL and DATA_PIPELINE_URL must be absolute http or https URLs.").ValidateOnStart();
        services.AddOptions<RelayOptions>().BindConfiguration("CatalogueRelay");

        services.AddSingleton<Catalogue>();
        services.AddSingleton<InteractionLog>();
        services.AddSingleton<TenantMemories>();
        services.AddSingleton<ThreatItems>();
        services.AddSingleton<GraphNeighborhood>();
        services.AddSingleton<MlEngine>();
        services.AddSingleton<ModelTrainer>();
        services.AddHostedService(provider => provider.GetRequiredService<ModelTrainer>());

        services.AddSingleton<CatalogueOutbox>();
        services.AddSingleton<IOutboxLane, BrokerLane>();
        if (!string.IsNullOrEmpty(builder.Configuration["DATA_PIPELINE_URL"]))
        {
            services.AddSingleton<IOutboxLane, DataPipelineLane>();
        }

        services.AddSingleton<CatalogueRelay>();
        services.AddHostedService(provider => provider.GetRequiredService<CatalogueRelay>());

        services.AddScoped<WriteItems>();
        services.AddScoped<TrackInteractionsHandler>();
        services.AddScoped<Recommend>();
        services.AddScoped<FindSimilarItems>();
        return builder;
    }
}
