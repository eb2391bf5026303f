using System.Text.Json.Nodes;
using Platform.GraphQL;

namespace Platform.Gateway.GraphQL;

/// <summary>The caller's tenant and its usage, users, API keys, and the caller's conversations.</summary>
internal static class OrganisationFields
{
    private const string Users = "/users";
    private const string Keys = "/admin/api-keys";
    private const string Conversations = "/agent/conversations";

    public static void AddOrganisation(this SchemaBuilder schema)
    {
        schema.Query(query =>
        {
            query.Field("tenant").Get(Upstreams.Tenancy, "/tenant");
            query.Field("tenants").Pages(Upstreams.Tenancy, "/admin/tenants");
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
        schema.Mutation(mutation =>
        {
            mutation.Field("updateTenant").Update(Upstreams.Tenancy, "/tenant");
            mutation.Field("createUser").Create(Upstreams.Identity, Users);
            mutation.Field("updateUser").Update(Upstreams.Identity, Users + "/{id}");
            mutation.Field("deleteUser").Delete(Upstreams.Identity, Users + "/{id}");
            mutation.Field("createApiKey").Create(Upstreams.Tenancy, Keys);
            mutation.Field("updateApiKey").Update(Upstreams.Tenancy, Keys + "/{id}");
            mutation.Field("rotateApiKey").ResolveAsync(async context => await context.Api().ChangeAsync(
                HttpMethod.Post, Upstreams.Tenancy, context.Path(Keys + "/{id}/rotate"), context.Body("id"), null, context.CancellationToken));
            mutation.Field("revokeApiKey").Delete(Upstreams.Tenancy, Keys + "/{id}");
            mutation.Field("renameConversation").ResolveAsync(async context => await context.Api().ChangeAsync(
                HttpMethod.Patch, Upstreams.Agent, context.Path(Conversations + "/{id}"), new JsonObject { ["title"] = context.Argument<string>("title") }, null, context.CancellationToken));
            mutation.Field("deleteConversation").Delete(Upstreams.Agent, Conversations + "/{id}");
        });
    }
}
