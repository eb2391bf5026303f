using System.Text.Json;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;

namespace Platform.IntegrationTests.Agent.Questions;

internal sealed record Fact(string Id, string Type, string Name, string? Number, bool IsLive, JsonElement Json)
{
    public bool Revoked => Json.TryGetProperty("revoked", out var revoked) && revoked.ValueKind == JsonValueKind.True;

    public bool IsDeprecated => Json.TryGetProperty("x_mitre_deprecated", out var deprecated) && deprecated.ValueKind == JsonValueKind.True;

    public string Created => Json.GetProperty("created").GetString()!;

    public string Modified => Json.GetProperty("modified").GetString()!;

    public string? Text(string name) => Json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public string[] Texts(string name) => Json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(v => v.GetString()!)] : [];

    public string[] Platforms => Texts("x_mitre_platforms");

    public string[] Tactics => Json.TryGetProperty("kill_chain_phases", out var phases) ? [.. phases.EnumerateArray().Select(p => p.GetProperty("phase_name").GetString()!)] : [];

    public bool IsSub => Json.TryGetProperty("x_mitre_is_subtechnique", out var sub) && sub.ValueKind == JsonValueKind.True;

    public string[] OtherNames => [.. Texts("aliases").Concat(Texts("x_mitre_aliases")).Where(a => a != Name).Distinct()];
}

/// <summary>The ATT&amp;CK bundle with its relationships as plain lists: what the answers are checked against.</summary>
internal sealed class AttackFacts
{
    private readonly Dictionary<string, Fact> _objects = [];
    private readonly List<(string Id, string Source, string Type, string Target, bool IsLive)> _links = [];
    private readonly ILookup<(string, string), string> _out;
    private readonly ILookup<(string, string), string> _in;

    public AttackFacts(JsonElement objects)
    {
        foreach (var item in objects.EnumerateArray())
        {
            var id = item.GetProperty("id").GetString()!;
            var type = item.GetProperty("type").GetString()!;
            var live = !Is(item, "revoked") && !Is(item, "x_mitre_deprecated");
            if (type == "relationship")
            {
                _links.Add((id, item.GetProperty("source_ref").GetString()!, item.GetProperty("relationship_type").GetString()!, item.GetProperty("target_ref").GetString()!, live));
            }
            else
            {
                _objects[id] = new Fact(id, type, item.TryGetProperty("name", out var name) ? name.GetString()! : "", NumberOf(item), live, item);
            }
        }

        var told = _links.Where(l => l.IsLive && _objects[l.Source].IsLive && _objects[l.Target].IsLive).ToList();
        _out = told.ToLookup(l => (l.Source, l.Type), l => l.Target);
        _in = told.ToLookup(l => (l.Target, l.Type), l => l.Source);
    }

    public IEnumerable<Fact> All => _objects.Values;

    public Fact[] Live(params string[] types) => [.. _objects.Values.Where(o => o.IsLive && types.Contains(o.Type))];

    public Fact Named(string name, string? type = null) => _objects.Values.Single(o => o.IsLive && (o.Name == name || o.Number == name) && (type is null ? o.Type is not ("x-mitre-tactic" or "x-mitre-detection-strategy") : o.Type == type));

    /// <summary>What relationships of a type lead to from an object, of the types that count.</summary>
    public HashSet<Fact> To(Fact source, string relation, params string[] types) => [.. _out[(source.Id, relation)].Select(id => _objects[id]).Where(o => types.Contains(o.Type))];

    /// <summary>Where they come from.</summary>
    public HashSet<Fact> From(Fact target, string relation, params string[] types) => [.. _in[(target.Id, relation)].Select(id => _objects[id]).Where(o => types.Contains(o.Type))];

    /// <summary>How many relationships apart two objects are, whatever their state.</summary>
    public int Apart(Fact from, Fact to)
    {
        var beside = _links.SelectMany(l => new[] { (l.Source, l.Target), (l.Target, l.Source) }).ToLookup(p => p.Item1, p => p.Item2);
        var seen = new HashSet<string> { from.Id };
        var front = new List<string> { from.Id };
        for (var hops = 0; front.Count > 0; hops++)
        {
            if (front.Contains(to.Id))
            {
                return hops;
            }

            front = [.. front.SelectMany(id => beside[id]).Where(seen.Add)];
        }

        return -1;
    }

    /// <summary>What ThreatIntel would publish of it.</summary>
    public IEnumerable<IIntegrationEvent> Events()
    {
        var revision = 0;
        foreach (var part in _objects.Values.Chunk(500))
        {
            yield return new ThreatObjectsUpserted(part.Select(o => new ThreatObject(
                o.Id, o.Type, o.Name, new ObjectVersion(DateTimeOffset.UnixEpoch, ++revision), TlpLevel.Clear, o.Revoked, Is(o.Json, "x_mitre_deprecated"), Properties(o))).ToList());
        }

        foreach (var part in _links.Chunk(500))
        {
            yield return new RelationshipsUpserted(part.Select(l => new Relationship(
                l.Id, l.Type, l.Source, l.Target, new ObjectVersion(DateTimeOffset.UnixEpoch, ++revision), TlpLevel.Clear, !l.IsLive, false, new Dictionary<string, JsonElement>())).ToList());
        }
    }

    private static Dictionary<string, JsonElement> Properties(Fact item)
    {
        var properties = item.Json.EnumerateObject()
            .Where(p => p.Name is "aliases" or "x_mitre_aliases" or "x_mitre_platforms" or "x_mitre_domains" or "x_mitre_is_subtechnique" or "created" or "modified" or "first_seen" or "last_seen" or "description" or "x_mitre_version" or "x_mitre_shortname")
            .ToDictionary(p => p.Name, p => p.Value);
        if (item.Number is { } number)
        {
            properties["external_id"] = JsonSerializer.SerializeToElement(number);
        }

        if (item.Tactics is { Length: > 0 } tactics)
        {
            properties["phases"] = JsonSerializer.SerializeToElement(tactics);
        }

        return properties;
    }

    private static string? NumberOf(JsonElement item) => item.TryGetProperty("external_references", out var references)
        ? references.EnumerateArray().Where(r => r.TryGetProperty("external_id", out _) && r.GetProperty("source_name").GetString()!.StartsWith("mitre", StringComparison.Ordinal))
            .Select(r => r.GetProperty("external_id").GetString()).FirstOrDefault()
        : null;

    private static bool Is(JsonElement item, string name) => item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}
