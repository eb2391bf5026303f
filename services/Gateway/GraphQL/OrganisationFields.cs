using System.Text.Json.Nodes;
using Platform.GraphQL;

namespace Platform.Gateway.GraphQL;

/// <summary>The caller's tenant and its usage, users, API keys, and the caller's conversations.</summary>
internal static class OrganisationFields
{
    private const string Users = "/users";
    private const string Tenants = "/admin/tenants";
    private const string Keys = "/admin/api-keys";
    private const string Conversations = "/agent/conversations";

    public static void AddOrganisation(this SchemaBuilder schema)
    {
        schema.Query(query =>
        {
            query.Field("tenant").Get(Upstreams.Tenancy, "/tenant");
            query.Field("tenants").Pages(Upstreams.Tenancy, Tenants);
            query.Field("tenantById").Get(Upstreams.Tenancy, Tenants + "/{id}");
            query.Field("usage").Get(Upstreams.Tenancy, "/usage");
            query.Field("usageLimits").Get(Upstreams.Tenancy, "/usage/limits");
            query.Field("me").Get(Upstreams.Identity, Users + "/me");
            query.Field("users").Pages(Upstreams.Identity, Users);
            query.Field("user").Get(Upstreams.Identity, Users + "/{id}");
            query.Field("apiKeys").Pages(Upstreams.Tenancy, Keys);
            query.Field("apiKey").Get(Upstreams.Tenancy, Keys + "/{id}");
            query.Field("conversations").Pages(Upstreams.Agent, Conversations);
            query.Field("conversation").Get(Upstreams.Agent, Conversations + "/{id}");
            query.Field("messages").Pages(Upstreams.Agent, Conversations + "/{conversationId}/messages", "conversationId");
        });
        schema.Object("User").Field("id").From("user_id");
        schema.Object("Invitation").Field("id").From("invitation_id");
        schema.Mutation(mutation =>
        {
            mutation.Field("updateTenant").Update(Upstreams.Tenancy, "/tenant");
            mutation.Field("createTenant").Create(Upstreams.Tenancy, Tenants);
            mutation.Field("updateTenantById").Update(Upstreams.Tenancy, Tenants + "/{id}");
            mutation.Field("suspendTenant").Send(Upstreams.Tenancy, Tenants + "/{id}/suspend", "id");
            mutation.Field("reactivateTenant").Send(Upstreams.Tenancy, Tenants + "/{id}/reactivate", "id");
            mutation.Field("deleteTenant").Delete(Upstreams.Tenancy, Tenants + "/{id}");
            mutation.Field("createUser").Create(Upstreams.Identity, Users);
            mutation.Field("updateUser").Update(Upstreams.Identity, Users + "/{id}");
            mutation.Field("deleteUser").Delete(Upstreams.Identity, Users + "/{id}");
            mutation.Field("inviteUser").Create(Upstreams.Identity, Users + "/invitations");
            mutation.Field("unlockUser").Send(Upstreams.Identity, Users + "/{id}/unlock", "id");
            mutation.Field("createApiKey").Create(Upstreams.Tenancy, Keys);
            mutation.Field("updateApiKey").Update(Upstreams.Tenancy, Keys + "/{id}");
            mutation.Field("rotateApiKey").Send(Upstreams.Tenancy, Keys + "/{id}/rotate", "id");
            mutation.Field("revokeApiKey").Delete(Upstreams.Tenancy, Keys + "/{id}");
            mutation.Field("renameConversation").ResolveAsync(async context => await context.Api().ChangeAsync(
                HttpMethod.Patch, Upstreams.Agent, context.Path(Conversations + "/{id}"), new JsonObject { ["title"] = context.Argument<string>("title") }, null, context.CancellationToken));
            mutation.Field("rateMessage").Send(Upstreams.Agent, Conversations + "/{conversationId}/messages/{messageId}/feedback", "conversationId", "messageId");
            mutation.Field("deleteConversation").Delete(Upstreams.Agent, Conversations + "/{id}");
        });
    }
}
