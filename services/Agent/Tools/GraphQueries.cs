using System.Text.Json.Nodes;
using Platform.Agent.Planning;
using Platform.Agent.Upstream;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Agent.Tools;

/// <summary>The graph look-ups that planning itself needs.</summary>
internal sealed class GraphQueries(PlatformServices services, CallContext call)
{
    private static readonly string FindNamed = string.Join("\nUNION\n", Kinds.NamedLabels.Select(label => $"""
        MATCH (n:{label}) WHERE toLower(n.name) IN $names OR n.external_id IN $numbers OR n.id IN $ids
          OR any(a IN n.aliases WHERE toLower(a) IN $names) OR any(a IN n.x_mitre_aliases WHERE toLower(a) IN $names)
        RETURN n.id AS id, n.name AS name, n.type AS type, n.external_id AS external_id, n.revoked AS revoked, n.deprecated AS deprecated,
          n.aliases AS aliases, n.x_mitre_aliases AS other_aliases
        """));

    private static readonly string AllNames = string.Join("\nUNION\n", Kinds.NamedLabels.Select(label => $"""
        MATCH (n:{label})
        RETURN n.id AS id, n.name AS name, n.type AS type, n.external_id AS external_id, n.revoked AS revoked, n.deprecated AS deprecated,
          n.aliases AS aliases, n.x_mitre_aliases AS other_aliases
        """));

    /// <summary>Objects that go by one of the names (in lower case), numbers or ids.</summary>
    public async Task<IReadOnlyList<NamedObject>> FindNamedAsync(
        IEnumerable<string> names, IEnumerable<string> numbers, IEnumerable<string> ids, CancellationToken ct)
    {
        if (!call.IsAllowed(Permissions.ReadGraph))
        {
            return [];
        }

        return (await NamesAsync(FindNamed, new JsonObject { ["names"] = Texts(names), ["numbers"] = Texts(numbers), ["ids"] = Texts(ids) }, ct)).Found;
    }

    /// <summary>Everything that goes by a name, with all of its names, and whether one answer of the graph holds them all.</summary>
    public Task<(IReadOnlyList<NamedObject> Found, bool IsWhole)> AllNamesAsync(CancellationToken ct) => NamesAsync(AllNames, [], ct);

    /// <summary>Another text whenever the tenant's graph changed; null while it has none.</summary>
    public async Task<string?> VersionAsync(CancellationToken ct)
    {
        var answer = await services.ReadAsync(PlatformServices.KnowledgeGraph, HttpMethod.Get, "/internal/graph/version", null, ct);
        return answer.Ok ? Text(answer.Body?["version"]) : throw Unavailable();
    }

    private async Task<(IReadOnlyList<NamedObject> Found, bool IsWhole)> NamesAsync(string cypher, JsonObject parameters, CancellationToken ct)
    {
        var body = new JsonObject { ["cypher"] = cypher, ["parameters"] = parameters };
        var answer = await services.ReadAsync(PlatformServices.KnowledgeGraph, HttpMethod.Post, "/api/v2/knowledge-graph/query", body, ct);
        if (!answer.Ok)
        {
            throw Unavailable();
        }

        var found = new List<NamedObject>();
        foreach (var row in answer.Body?["results"] as JsonArray ?? [])
        {
            if (row is JsonObject item && Text(item["id"]) is { } id && Text(item["name"]) is { } name)
            {
                var retired = IsTrue(item["revoked"]) || IsTrue(item["deprecated"]);
                var entity = new EntityRef(id, name, Kinds.OfType(Text(item["type"]) ?? ""), Text(item["external_id"]), retired);
                found.Add(new NamedObject(entity, [.. List(item["aliases"]), .. List(item["other_aliases"])]));
            }
        }

        return (found, !IsTrue(answer.Body?["stats"]?["truncated"]));
    }

    private static FaultException Unavailable() =>
        new(new Fault(ErrorCodes.UpstreamUnavailable, "The knowledge graph cannot be asked right now.", RetryAfter: TimeSpan.FromSeconds(5)));

    private static JsonArray Texts(IEnumerable<string> texts)
    {
        var array = new JsonArray();
        foreach (var text in texts)
        {
            array.Add((JsonNode)text);
        }

        return array;
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static bool IsTrue(JsonNode? node) => node is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    private static IEnumerable<string> List(JsonNode? node)
    {
        foreach (var item in node as JsonArray ?? [])
        {
            if (Text(item) is { } text)
            {
                yield return text;
            }
        }
    }
}
