using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.GraphQL;

namespace Platform.Gateway.GraphQL;

/// <summary>Threat objects, their relationships, indicators and their look-up, imports.</summary>
internal static class ThreatIntelFields
{
    public const string Service = Upstreams.ThreatIntel;
    public const string Root = "/threat-intel";

    public static void AddThreatIntel(this SchemaBuilder schema)
    {
        schema.Query(query =>
        {
            query.Field("indicators").Pages(Service, Root + "/indicators");
            query.Field("indicator").Get(Service, Root + "/indicators/{id}");
            query.Field("lookup").Ask(Service, Root + "/indicators/lookup", "results");
            query.Field("threatActors").Pages(Service, Root + "/threat-actors");
            query.Field("threatActor").Get(Service, Root + "/threat-actors/{id}");
            query.Field("campaigns").Pages(Service, Root + "/campaigns");
            query.Field("campaign").Get(Service, Root + "/campaigns/{id}");
            query.Field("stixObjects").ResolveAsync(async context =>
                await Connections.ReadAsync(context, Service, Root + "/" + StixPaths.Of(context.Argument<string>("type")!), context.Query("type", "first", "after")));
            query.Field("threatObject").ResolveAsync(async context => await context.LoadObjectAsync(context.Argument<string>("id")));
            query.Field("threatObjects").ResolveAsync(async context => await context.LoadObjectsAsync(context.Argument<string[]>("ids")!));
            query.Field("relationships").Pages(Service, Root + "/relationships");
            query.Field("imports").Pages(Service, Root + "/imports");
            query.Field("import").Get(Service, Root + "/imports/{id}");
        });
        schema.Interface("ThreatObject", type => type.TypeOf(static _ => "StixObject"));
        foreach (var name in (string[])["Indicator", "ThreatActor", "Campaign", "StixObject"])
        {
            schema.Object(name).Field("relationships").ResolveAsync(RelationshipFields.ReadAsync);
        }

        foreach (var name in (string[])["Indicator", "ThreatActor", "Campaign"])
        {
            schema.Object(name).Field("stix").ResolveAsync(async context => await context.LoadObjectAsync(context.Text("id")));
        }

        schema.Object("Indicator").Field("createdBy").ResolveAsync(async context => await context.LoadObjectAsync(context.Text("created_by_ref")));
        schema.Object("Campaign").Field("actors").ResolveAsync(async context => Found(await context.LoadObjectsAsync(context.Texts("threat_actor_ids"))));
        schema.Object("Relationship", type =>
        {
            type.Field("source").ResolveAsync(async context => await context.LoadObjectAsync(context.Text("source_ref")));
            type.Field("target").ResolveAsync(async context => await context.LoadObjectAsync(context.Text("target_ref")));
        });
        AddStix(schema);
        schema.Object("Import").Field("errors").Resolve(static context => context.Json().TryGetProperty("errors", out var errors) ? errors : Array.Empty<object>());
        schema.Subscription(subscription => subscription.Field("importProgressed").SubscribeAsync(ImportEvents.OpenAsync));
    }

    /// <summary>A STIX object is the object itself; what the platform knows beside is asked for when it is wanted.</summary>
    private static void AddStix(SchemaBuilder schema) => schema.Object("StixObject", type =>
    {
        type.Field("name").Resolve(static context => context.Text("name"));
        type.Field("description").Resolve(static context => context.Text("description"));
        type.Field("confidence").Resolve(static context =>
            context.Json().TryGetProperty("confidence", out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null);
        type.Field("labels").Resolve(static context => context.Json().TryGetProperty("labels", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(static l => l.ValueKind == JsonValueKind.String).Select(static l => l.GetString()).ToList()
            : null);
        type.Field("created").Resolve(static context => context.Text("created"));
        type.Field("modified").Resolve(static context => context.Text("modified"));
        type.Field("revoked").Resolve(static context => context.Json().TryGetProperty("revoked", out var revoked) && revoked.ValueKind == JsonValueKind.True);
        type.Field("properties").Resolve(static context => context.Parent);
        type.Field("tlp").ResolveAsync(async context => (await context.ObjectLoader().LoadAsync(context.Text("id")!)).Text("tlp"));
    });

    /// <summary>All objects that an answer wants at a time, in one call.</summary>
    private static Loader<string, JsonElement> ObjectLoader(this ResolveContext context)
    {
        var api = context.Api();
        return context.Loader<string, JsonElement>("objects", async (ids, ct) =>
        {
            var answer = await api.AskAsync(Service, Root + "/objects/by-ids", new JsonObject { ["ids"] = RestNames.Json(ids) }, ct);
            return answer!.Value.GetProperty("items").EnumerateArray().ToDictionary(static item => item.GetProperty("id").GetString()!, StringComparer.Ordinal);
        });
    }

    /// <summary>An object as STIX; null where the caller sees none.</summary>
    public static async Task<object?> LoadObjectAsync(this ResolveContext context, string? id) =>
        id is null ? null : Stix(await context.ObjectLoader().LoadAsync(id));

    public static async Task<IReadOnlyList<object?>> LoadObjectsAsync(this ResolveContext context, IReadOnlyList<string> ids) =>
        [.. (await context.ObjectLoader().LoadAsync(ids)).Select(Stix)];

    /// <summary>Without what the caller does not see.</summary>
    public static IReadOnlyList<object> Found(IReadOnlyList<object?> objects) => [.. objects.OfType<object>()];

    private static object? Stix(JsonElement item) => item.ValueKind == JsonValueKind.Undefined ? null : item.GetProperty("object");
}

/// <summary>The parts of the REST API that hold a STIX type.</summary>
internal static class StixPaths
{
    public static string Of(string type) => type switch
    {
        "MALWARE" => "malware",
        "VULNERABILITY" => "vulnerabilities",
        "COURSE_OF_ACTION" => "courses-of-action",
        "IDENTITY" => "identities",
        _ => type.ToLowerInvariant().Replace('_', '-') + "s",
    };
}
