using Platform.GraphQL;

namespace Platform.Gateway.GraphQL;

/// <summary>Changes of threat intelligence.</summary>
internal static class ThreatIntelChanges
{
    private const string Service = ThreatIntelFields.Service;
    private const string Root = ThreatIntelFields.Root;

    public static void AddThreatIntelChanges(this SchemaBuilder schema) => schema.Mutation(mutation =>
    {
        AddAll(mutation, "Indicator", Root + "/indicators");
        AddAll(mutation, "ThreatActor", Root + "/threat-actors");
        AddAll(mutation, "Campaign", Root + "/campaigns");
        mutation.Field("revokeIndicator").Send(Service, Root + "/indicators/{id}/revoke", "id");
        mutation.Field("recordSighting").ResolveAsync(async context => await context.Api().ChangeAsync(
            HttpMethod.Post, Service, context.Path(Root + "/indicators/{id}/sightings"), context.Argument<InputObject>("input") is { } input ? RestNames.ObjectOf(input) : null,
            context.Argument<string>("idempotencyKey"), context.CancellationToken));
        mutation.Field("createNote").Create(Service, Root + "/notes");
        mutation.Field("createStixObject").ResolveAsync(async context => await context.Api().ChangeAsync(
            HttpMethod.Post, Service, PathOf(context), context.Body("type", "idempotencyKey")["object"]?.DeepClone(), context.Argument<string>("idempotencyKey"), context.CancellationToken));
        mutation.Field("updateStixObject").ResolveAsync(async context => await context.Api().ChangeAsync(
            HttpMethod.Patch, Service, context.Path(PathOf(context) + "/{id}"), context.Body("type", "id")["patch"]?.DeepClone(), null, context.CancellationToken));
        mutation.Field("deleteStixObject").ResolveAsync(async context =>
        {
            await context.Api().ChangeAsync(HttpMethod.Delete, Service, context.Path(PathOf(context) + "/{id}"), null, null, context.CancellationToken);
            return new Dictionary<string, object?> { ["id"] = context.Argument<string>("id") };
        });
        mutation.Field("cancelImport").Delete(Service, Root + "/imports/{id}");
    });

    /// <summary>Creation, change and deletion of a kind of things.</summary>
    private static void AddAll(ObjectBuilder mutation, string name, string path)
    {
        mutation.Field("create" + name).Create(Service, path);
        mutation.Field("update" + name).Update(Service, path + "/{id}");
        mutation.Field("delete" + name).Delete(Service, path + "/{id}");
    }

    private static string PathOf(ResolveContext context) => $"{Root}/{StixPaths.Of(context.Argument<string>("type")!)}";
}
