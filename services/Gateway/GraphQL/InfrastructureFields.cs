using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.GraphQL;

namespace Platform.Gateway.GraphQL;

/// <summary>Incidents and assets.</summary>
internal static class InfrastructureFields
{
    public const string Service = Upstreams.ThreatIntel;
    public const string Incidents = "/infrastructure/incidents";
    private const string Assets = "/infrastructure/assets";

    public static void AddInfrastructure(this SchemaBuilder schema)
    {
        schema.Query(query =>
        {
            query.Field("incidents").Pages(Service, Incidents);
            query.Field("incident").Get(Service, Incidents + "/{id}");
            query.Field("incidentTimeline").Pages(Service, Incidents + "/{id}/timeline", "id");
            query.Field("assets").Pages(Service, Assets);
            query.Field("asset").Get(Service, Assets + "/{id}");
            query.Field("assetExposure").Get(Service, Assets + "/{id}/exposure");
        });
        schema.Object("Incident", incident =>
        {
            incident.Field("objects").ResolveAsync(async context => ThreatIntelFields.Found(await context.LoadObjectsAsync(context.Texts("object_refs"))));
            incident.Field("assets").ResolveAsync(async context =>
                (await AssetLoader(context).LoadAsync(context.Texts("asset_ids"))).Where(static asset => asset.ValueKind == JsonValueKind.Object).ToList());
        });
        schema.Object("NamedObject").Field("object").ResolveAsync(async context => await context.LoadObjectAsync(context.Text("id")));
        schema.Mutation(mutation =>
        {
            mutation.Field("createIncident").Create(Service, Incidents);
            mutation.Field("updateIncident").Update(Service, Incidents + "/{id}");
            mutation.Field("deleteIncident").Delete(Service, Incidents + "/{id}");
            mutation.Field("addIncidentRemark").Send(Service, Incidents + "/{id}/timeline", "id");
            mutation.Field("createAsset").Create(Service, Assets);
            mutation.Field("updateAsset").Update(Service, Assets + "/{id}");
            mutation.Field("deleteAsset").Delete(Service, Assets + "/{id}");
        });
    }

    private static Loader<string, JsonElement> AssetLoader(ResolveContext context)
    {
        var api = context.Api();
        return context.Loader<string, JsonElement>("assets", async (ids, ct) =>
        {
            var answer = await api.AskAsync(Service, Assets + "/by-ids", new JsonObject { ["ids"] = RestNames.Json(ids) }, ct);
            return answer!.Value.GetProperty("items").EnumerateArray().ToDictionary(static item => item.GetProperty("id").GetString()!, StringComparer.Ordinal);
        });
    }
}
