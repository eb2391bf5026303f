using System.Text.Json;
using Platform.Contracts;
using Platform.KnowledgeGraph.Projection;
using Platform.KnowledgeGraph.Repeats;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph;

/// <summary>
/// What users add to the graph themselves. It goes the way of the events, so that levels, and relationships whose ends rise or
/// go, are the same for both; the property <c>origin</c> tells it from what events own.
/// </summary>
internal sealed class UserContent(CallContext call, Projector projector, Ledger ledger, Creation creation)
{
    public const string Origin = "origin";
    public const string User = "user";

    /// <summary>Keys that the platform sets.</summary>
    private static readonly string[] Reserved = ["id", "type", "name", "tlp", "revoked", "deprecated", "search_terms", "relationship_type", Origin];

    public static bool IsUserMade(IReadOnlyDictionary<string, object?> properties) => properties.GetValueOrDefault(Origin) is User;

    /// <summary>Faults of properties that a client sends: names of letters, digits and _, scalars or lists of scalars.</summary>
    public static Dictionary<string, string[]> Check(IReadOnlyDictionary<string, JsonElement>? properties)
    {
        var faults = new Dictionary<string, string[]>();
        foreach (var (key, value) in properties ?? new Dictionary<string, JsonElement>())
        {
            if (!Vocabulary.IsIdentifier(key) || Reserved.Contains(key))
            {
                faults[$"properties.{key}"] = ["is not a name that a property can have"];
            }
            else if (!IsFlat(value))
            {
                faults[$"properties.{key}"] = ["must be a text, number, boolean or a list of these, without U+0000"];
            }
        }

        return faults;
    }

    /// <summary>Applies one change, as newer than all that is known of the id.</summary>
    public async Task ApplyAsync(string id, Func<long, Change> change, CancellationToken ct)
    {
        var known = await ledger.ReadAsync(call.TenantId, [], [id], ct);
        var last = known.Slots.TryGetValue(id, out var slots) ? slots.Codes.Max() >> 1 : 0;
        await projector.ApplyAsync(call.TenantId, [new Incoming(Guid.CreateVersion7(), null, [change(last + 1)])], ct);
    }

    /// <summary>Adds what has an id that was never used, all of it as one message.</summary>
    public Task CreateAsync(IReadOnlyList<Change> changes, CancellationToken ct) =>
        projector.ApplyAsync(call.TenantId, [new Incoming(creation.MessageId, null, changes)], ct);

    /// <summary>The level of new content: as asked, not above the caller's clearance; unmarked is clear.</summary>
    public TlpLevel? LevelOf(TlpLevel? asked) => asked is { } level && level > call.Clearance ? null : asked ?? TlpLevel.Clear;

    public static Dictionary<string, object?> Properties(string id, IReadOnlyDictionary<string, JsonElement>? properties, TlpLevel level)
    {
        var all = GraphProperties.From(properties ?? new Dictionary<string, JsonElement>());
        all["id"] = id;
        all["tlp"] = level.ToWire();
        all[Origin] = User;
        return all;
    }

    private static bool IsFlat(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.GetArrayLength() <= 1000 && value.EnumerateArray().All(i => i.ValueKind != JsonValueKind.Array && IsFlat(i)),
        JsonValueKind.String => value.GetString() is { Length: <= 32_768 } text && !text.Contains('\0', StringComparison.Ordinal),
        JsonValueKind.Number => value.TryGetDouble(out var number) && double.IsFinite(number),
        JsonValueKind.True or JsonValueKind.False => true,
        _ => false,
    };
}
