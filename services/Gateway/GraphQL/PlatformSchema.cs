using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Platform.Contracts;
using Platform.GraphQL;
using Platform.GraphQL.Language;

namespace Platform.Gateway.GraphQL;

/// <summary>
/// The schema over all services: its types are in <c>Types/*.graphql</c>, what answers their fields is in the <c>…Fields</c>
/// beside. A field without a resolver is the parent's member of the same name in snake case.
/// </summary>
internal static class PlatformSchema
{
    private const string Folder = "graphql/";

    /// <summary>Node types of connections.</summary>
    private static readonly string[] Listed =
    [
        "Indicator", "ThreatActor", "Campaign", "StixObject", "Relationship", "Import", "Incident", "IncidentLog", "Asset", "GraphNode", "GraphRelationship",
        "Item", "Tenant", "User", "ApiKey", "Conversation", "Message",
    ];

    public static Schema Build() => Schema.Build(schema =>
    {
        var types = Read();
        schema.Describe("Everything that the platform's services hold, in one graph.");
        schema.Sdl(types);
        foreach (var node in Listed)
        {
            schema.Sdl(Connections.Sdl(node));
        }

        ReadMembers(schema, types);
        AddScalars(schema);
        AddEnums(schema);
        schema.AddThreatIntel();
        schema.AddThreatIntelChanges();
        schema.AddInfrastructure();
        schema.AddGraph();
        schema.AddAnalytics();
        schema.AddOrganisation();
        schema.AddHappenings();
    });

    private static string Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var text = new StringBuilder();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Folder, StringComparison.Ordinal) && n.EndsWith(".graphql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            text.AppendLine(reader.ReadToEnd());
        }

        return text.ToString();
    }

    private static void ReadMembers(SchemaBuilder schema, string types)
    {
        foreach (var type in Parser.Parse(types).Definitions.OfType<FieldsDefinitionNode>().Where(t => !t.IsInterface && t.Name is not ("Query" or "Mutation" or "Subscription" or "PageInfo")))
        {
            foreach (var field in type.Fields)
            {
                schema.Object(type.Name).Field(field.Name).From(RestNames.Of(field.Name));
            }
        }
    }

    private static void AddScalars(SchemaBuilder schema)
    {
        schema.Scalar("DateTime").Serialize(value => value is JsonElement ? value : Convert.ToString(value, CultureInfo.InvariantCulture)).Parse(ReadTime);
        schema.Scalar("JSON");
        schema.Scalar("Long").Serialize(value => value).Parse(json => json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out var number)
            ? number
            : throw new CoercionException($"Long cannot represent value: {json.GetRawText()}"));
    }

    /// <summary>The text that was given, so that a service sees what its own clients would have sent.</summary>
    private static object ReadTime(JsonElement json) =>
        json.ValueKind == JsonValueKind.String && DateTimeOffset.TryParse(json.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)
            ? json.GetString()!
            : throw new CoercionException($"DateTime cannot represent value: {json.GetRawText()}");

    private static void AddEnums(SchemaBuilder schema)
    {
        schema.Enum("Tlp", tlp =>
        {
            foreach (var level in TlpLevels.All)
            {
                tlp.Value(level.Replace('+', '_').ToUpperInvariant(), level);
            }
        });
        Add("Severity", "low", "medium", "high", "critical");
        Add("IncidentStatus", "open", "triaged", "contained", "resolved");
        Add("Direction", "out", "in", "both");

        void Add(string name, params string[] values) => schema.Enum(name, type =>
        {
            foreach (var value in values)
            {
                type.Value(value.ToUpperInvariant(), value);
            }
        });
    }
}
