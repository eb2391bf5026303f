using System.Text.Json;
using Platform.Gateway.Streaming;
using Platform.GraphQL;

namespace Platform.Gateway.GraphQL;

/// <summary>What happens in the tenant, as it happens: the gateway's stream of events as subscriptions.</summary>
internal static class HappeningFields
{
    private static readonly string[] OfAll = ["sequence", "missed"];
    private static readonly string[] OfEntry = ["type", "at"];

    public static void AddHappenings(this SchemaBuilder schema)
    {
        schema.Subscription(subscription =>
        {
            subscription.Tells("indicatorChanged", StreamTopics.Indicators, ("ids", "id"));
            subscription.Tells("incidentChanged", StreamTopics.Incidents, ("ids", "id"), ("severities", "severity"), ("statuses", "status"));
            subscription.Tells("importChanged", StreamTopics.Imports, ("ids", "id"));
            subscription.Tells("alertRaised", StreamTopics.Alerts, ("kinds", "kind"));
        });
        AddEvent(schema, "IndicatorEvent", "id", "count", "name", "pattern", "tlp", "revoked");
        AddEvent(schema, "IncidentEvent", "id", "title", "severity", "status");
        AddEvent(schema, "ImportEvent", "id", "total", "processed", "created", "updated", "unchanged", "failed");
        AddEvent(schema, "AlertEvent", "kind", "subject", "address");
        AddThing(schema, "IndicatorEvent", "indicator", ThreatIntelFields.Service, ThreatIntelFields.Root + "/indicators/");
        AddThing(schema, "IncidentEvent", "incident", InfrastructureFields.Service, InfrastructureFields.Incidents + "/");
        AddThing(schema, "ImportEvent", "import", ThreatIntelFields.Service, ThreatIntelFields.Root + "/imports/");
    }

    /// <summary>Events of a topic; each filter is an argument and the member of the data that it chooses by.</summary>
    private static void Tells(this ObjectBuilder subscription, string field, string topic, params (string Argument, string Member)[] filters) =>
        subscription.Field(field).SubscribeAsync(context => Happenings.OpenAsync(context, topic, [("types", "type"), .. filters]));

    private static void AddEvent(SchemaBuilder schema, string type, params string[] data) => schema.Object(type, happened =>
    {
        foreach (var name in OfAll)
        {
            happened.Field(name).From(name);
        }

        foreach (var name in OfEntry)
        {
            happened.Field(name).Resolve(context => context.Happening().Event.Entry.GetProperty(name));
        }

        foreach (var name in data)
        {
            happened.Field(name).Resolve(context => Data(context, name));
        }
    });

    private static void AddThing(SchemaBuilder schema, string type, string field, string service, string path) =>
        schema.Object(type).Field(field).ResolveAsync(async context =>
            Data(context, "id") is { ValueKind: JsonValueKind.String } id ? await context.Api().GetAsync(service, path + CallerApi.Segment(id.GetString()!), context.CancellationToken) : null);

    private static Happening Happening(this ResolveContext context) => (Happening)context.Parent!;

    private static JsonElement? Data(ResolveContext context, string name) =>
        context.Happening().Event.Entry.GetProperty("data").TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
