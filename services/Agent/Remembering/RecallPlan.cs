using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Platform.Agent.Planning;
using Platform.Agent.Storage;

namespace Platform.Agent.Remembering;

/// <summary>A plan that answered a question of the same shape before.</summary>
internal sealed record RecalledPlan(Plan Plan, Guid MemoryId);

/// <summary>
/// Finds what a question that the grammar cannot read meant before. The names of the new question take the places of
/// those of the old one; the rest of the plan is as it was.
/// </summary>
internal sealed class RecallPlan(AgentDb db, EntityLinker linker, TimeProvider clock)
{
    public async Task<RecalledPlan?> RunAsync(string message, CancellationToken ct)
    {
        var tokens = Tokenizer.Split(message);
        if (tokens.Count is 0 or > BuiltInPlanner.MaxWords || !await db.ReachableMemories.AnyAsync(m => m.Kind == MemoryKind.Question && m.Plan != null, ct))
        {
            return null;
        }

        var shape = QuestionShape.Of(tokens, await linker.LinkAsync(tokens, ct));
        var alike = await db.ReachableMemories.Where(m => m.Kind == MemoryKind.Question && m.Shape == shape.Text).ToListAsync(ct);
        var now = clock.GetUtcNow();
        Memory? best = null;
        foreach (var memory in alike)
        {
            if (Fading.WeightAt(memory, now) is var weight && weight >= Fading.Forgotten && (best is null || Prefer(memory, weight, best, now)))
            {
                best = memory;
            }
        }

        if (best?.Plan is null || Apply(best.Plan, best.Entities, shape.Entities) is not { } plan)
        {
            return null;
        }

        Fading.Strengthen(best, now);
        await db.SaveChangesAsync(ct);
        return new RecalledPlan(plan, best.Id);
    }

    /// <summary>One's own memory comes before the tenant's, the stronger before the weaker.</summary>
    private static bool Prefer(Memory memory, double weight, Memory best, DateTimeOffset now) =>
        (memory.Owner is not null) != (best.Owner is not null) ? memory.Owner is not null : weight > Fading.WeightAt(best, now);

    /// <summary>The plan with other objects in the places of those it was made for; null where that is not clear.</summary>
    public static Plan? Apply(Plan plan, IReadOnlyList<EntityRef> from, IReadOnlyList<EntityRef> to)
    {
        if (from.Count != to.Count)
        {
            return null;
        }

        var replaced = new Dictionary<string, EntityRef>(StringComparer.Ordinal);
        for (var i = 0; i < from.Count; i++)
        {
            if (!replaced.TryAdd(from[i].Id, to[i]) && replaced[from[i].Id].Id != to[i].Id)
            {
                return null;
            }
        }

        var document = JsonSerializer.SerializeToNode(plan, Documents.Json)!;
        Replace(document, replaced);
        return document.Deserialize<Plan>(Documents.Json);
    }

    private static void Replace(JsonNode node, Dictionary<string, EntityRef> replaced)
    {
        switch (node)
        {
            case JsonArray items:
                foreach (var item in items)
                {
                    if (item is not null)
                    {
                        Replace(item, replaced);
                    }
                }

                break;
            case JsonObject members when members["id"] is JsonValue id && members.ContainsKey("retired") && replaced.TryGetValue(id.GetValue<string>(), out var entity):
                foreach (var (name, value) in JsonSerializer.SerializeToNode(entity, Documents.Json)!.AsObject())
                {
                    members[name] = value?.DeepClone();
                }

                if (entity.ExternalId is null)
                {
                    members.Remove("external_id");
                }

                break;
            case JsonObject members:
                foreach (var (_, value) in members)
                {
                    if (value is not null)
                    {
                        Replace(value, replaced);
                    }
                }

                break;
        }
    }
}
