using System.Text.Json;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.TestSupport;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>ATT&amp;CK Enterprise as the events that ThreatIntel makes of it: in the order of the bundle, where some objects come after their relationships.</summary>
internal static class AttackBundle
{
    public const string Apt28 = "intrusion-set--bef4c620-0787-42a8-a96d-b7eb6e85917c";
    public const string Apt29 = "intrusion-set--899ce53f-13a0-479b-a0e4-67d46e241542";

    /// <summary>Null where the data is absent.</summary>
    public static async Task<IReadOnlyList<IIntegrationEvent>?> ReadAsync(CancellationToken ct)
    {
        if (Repository.DataFile("attack/enterprise-attack-18.1.json.xz") is not { } path)
        {
            return null;
        }

        using var bundle = JsonDocument.Parse(await Repository.ReadXzAsync(path, ct));
        var events = new List<IIntegrationEvent>();
        var revision = 0;
        foreach (var part in bundle.RootElement.GetProperty("objects").EnumerateArray().Chunk(2500))
        {
            var objects = new List<ThreatObject>();
            var relationships = new List<Relationship>();
            foreach (var item in part)
            {
                Add(item, ++revision, objects, relationships);
            }

            events.AddRange(objects.Chunk(500).Select(c => new ThreatObjectsUpserted(c)));
            events.AddRange(relationships.Chunk(500).Select(c => new RelationshipsUpserted(c)));
        }

        return events;
    }

    private static void Add(JsonElement item, long revision, List<ThreatObject> objects, List<Relationship> relationships)
    {
        var id = item.GetProperty("id").GetString()!;
        var version = new ObjectVersion(DateTimeOffset.UnixEpoch, revision);
        var properties = item.EnumerateObject().Where(p => IsFlat(p.Value) && p.Name is not ("id" or "type" or "name" or "spec_version" or "source_ref" or "target_ref"))
            .ToDictionary(p => p.Name, p => p.Value.Clone());
        if (item.GetProperty("type").GetString() is "relationship")
        {
            relationships.Add(new Relationship(
                id, item.GetProperty("relationship_type").GetString()!, item.GetProperty("source_ref").GetString()!, item.GetProperty("target_ref").GetString()!,
                version, TlpLevel.Clear, false, false, properties));
            return;
        }

        var name = item.TryGetProperty("name", out var n) ? n.GetString() : null;
        objects.Add(new ThreatObject(id, item.GetProperty("type").GetString()!, name, version, TlpLevel.Clear, false, false, properties));
    }

    private static bool IsFlat(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => false,
        JsonValueKind.Array => value.EnumerateArray().All(v => v.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array)),
        _ => true,
    };
}
