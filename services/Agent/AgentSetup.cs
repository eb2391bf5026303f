using Platform.Agent.Chat;
using Platform.Agent.Confirming;
using Platform.Agent.Conversations;
using Platform.Agent.Mcp;
using Platform.Agent.Models;
using Platform.Agent.Planning;
using Platform.Agent.Remembering;
using Platform.Agent.Semantics;
using Platform.Agent.Storage;
using Platform.Agent.Tenants;
using Platform.Agent.Tools;
using Platform.Agent.Upstream;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;

namespace Platform.Agent;

/// <summary>What the agent service consists of.</summary>
internal static class AgentSetup
{
    public const string ServiceName = "agent";

    public static WebApplicationBuilder AddAgent(this WebApplicationBuilder builder)
    {
        builder.AddNpgsqlDbContext<AgentDb>("agentdb");
        builder.AddMessaging<AgentDb>(ServiceName, consumers => consumers
            .AddBatchConsumer<TenantCreatedConsumer, TenantCreated>()
            .AddBatchConsumer<TenantDeletedConsumer, TenantDeleted>()
            .AddBatchConsumer<RateLimitsChangedConsumer, RateLimitsChanged>()
            .AddBackups());
        builder.AddBackups();
        builder.AddServiceClient(DelegatedTokens.Client);
        builder.AddServiceClient(PlatformServices.KnowledgeGraph);
        builder.AddServiceClient(PlatformServices.ThreatIntel);
        builder.AddServiceClient(PlatformServices.Tenancy);
        builder.Services.AddScoped<DelegatedTokens>().AddScoped<PlatformServices>();
        builder.Services.AddScoped<ITool, RunCypherTool>().AddScoped<ITool, FindPathTool>().AddScoped<ITool, NeighborsTool>()
            .AddScoped<ITool, GetObjectTool>().AddScoped<ITool, LookupObservablesTool>().AddScoped<ITool, SearchIndicatorsTool>()
            .AddScoped<ITool, AnalyticsTool>().AddScoped<ITool, AttackMatrixTool>().AddScoped<ITool, RecommendTool>().AddScoped<ITool, RenderChartTool>().AddScoped<ITool, RunSemanticQueryTool>().AddScoped<ITool, RunSqlTool>()
            .AddScoped<ITool, CreateNoteTool>().AddScoped<ITool, OpenIncidentTool>()
            .AddScoped<ToolRegistry>().AddScoped<GraphQueries>();
        builder.AddModels();
        builder.Services.AddSingleton<KnownModels>().AddScoped<McpTools>().AddScoped<SemanticLayer>();
        builder.Services.AddScoped<AskFirst>().AddScoped<DecideAction>().AddScoped<Commands>();
        builder.Services.AddScoped<RecallPlan>().AddScoped<KeepMemory>().AddScoped<SearchMemory>();
        builder.Services.AddSingleton<KnownNames>().AddScoped<EntityLinker>().AddScoped<BuiltInPlanner>();
        builder.Services.AddOptions<ChatOptions>().BindConfiguration(ChatOptions.Section)
            .Validate(o => o.IsValid, "Chat: limits and Heartbeat must be above zero, QuestionsPerHour and ToolCallsPerHour 1 to 1,000,000.").ValidateOnStart();
        builder.Services.AddSingleton<RunningAnswers>().AddScoped<HourlyLimit>().AddScoped<OpenTurn>().AddScoped<ResumeTurn>()
            .AddScoped<AnswerTurn>().AddScoped<AnswerPump>().AddScoped<ChatStream>().AddScoped<ChatSocket>();
        return builder;
    }

    public static void MapAgent(this IEndpointRouteBuilder api)
    {
        api.MapChat();
        api.MapTools();
        api.MapConversations();
        api.MapMemory();
        api.MapProviders();
        api.MapSemanticLayer();
        api.MapGroup("/agent").MapMcp();
    }
}
