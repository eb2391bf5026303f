using Platform.Agent.Conversations;
using Platform.Agent.Storage;
using Platform.Agent.Tenants;
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
        builder.AddMessaging<AgentDb>(ServiceName, consumers => consumers.AddBatchConsumer<TenantCreatedConsumer, TenantCreated>());
        return builder;
    }

    public static void MapAgent(this IEndpointRouteBuilder api) => api.MapConversations();
}
