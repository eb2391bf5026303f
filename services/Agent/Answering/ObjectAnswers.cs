using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Platform.Agent.Planning;
using Platform.Agent.Storage;
using Platform.Agent.Tools;

namespace Platform.Agent.Answering;

/// <summary>Answers about one object.</summary>
internal static partial class ObjectAnswers
{
    private const int DescriptionLimit = 1500;
    private const int ShownNeighbors = 20;

    public static async Task<AnswerStatus> DescribeAsync(DescribePlan plan, AnswerSession session, CancellationToken ct)
    {
        var (result, mark) = await session.CallAsync(ToolIds.GetObject, new JsonObject { ["id"] = plan.Entity.Id }, ct);
        if (await PlanRunner.FailedAsync(result, session, ct))
        {
            return AnswerStatus.Failed;
        }

        if (result.Data is null)
        {
            await session.SayAsync($"{Wording.Entity(plan.Entity)} is not in the data any more [{mark}].", ct);
            return AnswerStatus.Answered;
        }

        session.Keep([result.Data.DeepClone()]);
        var properties = result.Data["properties"] as JsonObject ?? [];
        await session.SayAsync($"{Wording.Entity(plan.Entity)} is a {Kinds.Info(plan.Entity.Kind).One} [{mark}].", ct);
        if (IsTrue(properties["revoked"]) || IsTrue(properties["deprecated"]))
        {
            await session.SayAsync($"\nIt is {(IsTrue(properties["revoked"]) ? "revoked" : "deprecated")} at its source.", ct);
        }

        var aliases = Texts(properties["aliases"]).Concat(Texts(properties["x_mitre_aliases"])).Where(a => a != plan.Entity.Name).Distinct().Take(30).Select(Shown.Name).ToList();
        if (aliases.Count > 0)
        {
            await session.SayAsync($"\nAlso known as: {string.Join(", ", aliases)}.", ct);
        }

        foreach (var (property, label) in new[] { ("x_mitre_platforms", "Platforms"), ("phases", "Tactics"), ("first_seen", "First seen"), ("last_seen", "Last seen"), ("created", "Created"), ("modified", "Last modified"), ("url", "Source") })
        {
            var values = Texts(properties[property]).Take(20).Select(v => Shown.Line(v, 300)).ToList();
            if (values.Count > 0)
            {
                await session.SayAsync($"\n{label}: {string.Join(", ", values)}", ct);
            }
        }

        if (Texts(properties["description"]).FirstOrDefault() is { } description)
        {
            await session.SayAsync("\nDescription, as its source wrote it: “" + Shown.Line(Plain(description), DescriptionLimit) + "”", ct);
        }

        return AnswerStatus.Answered;
    }

    public static async Task<AnswerStatus> NeighborsAsync(NeighborsPlan plan, AnswerSession session, CancellationToken ct)
    {
        var (result, mark) = await session.CallAsync(ToolIds.Neighbors, new JsonObject { ["id"] = plan.Entity.Id, ["depth"] = 1, ["limit"] = plan.Limit }, ct);
        if (await PlanRunner.FailedAsync(result, session, ct))
        {
            return AnswerStatus.Failed;
        }

        var names = new List<string>();
        foreach (var node in result.Data?["nodes"] as JsonArray ?? [])
        {
            if (node?["id"]?.GetValue<string>() is { } id && id != plan.Entity.Id)
            {
                names.Add(Shown.Name(node["name"]?.GetValue<string>() ?? id));
            }
        }

        session.Keep(result.Data?["nodes"] as JsonArray ?? []);
        var truncated = result.Data?["truncated"] is JsonValue flag && flag.TryGetValue<bool>(out var more) && more;
        var many = truncated ? $"at least {Wording.Number(names.Count)}" : Wording.Number(names.Count);
        await session.SayAsync($"{Wording.Entity(plan.Entity)} has a direct relationship with {many} objects [{mark}]{(names.Count == 0 ? "." : ":")}", ct);
        foreach (var name in names.Take(ShownNeighbors))
        {
            await session.SayAsync("\n- " + name, ct);
        }

        if (names.Count > ShownNeighbors)
        {
            await session.SayAsync($"\n- … and {Wording.Number(names.Count - ShownNeighbors)} more", ct);
        }

        return AnswerStatus.Answered;
    }

    /// <summary>Without ATT&amp;CK's citation marks, and with the words of links instead of their Markdown.</summary>
    private static string Plain(string description) => Links().Replace(Citations().Replace(description, ""), "$1");

    public static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonArray array => array.Select(Text).OfType<string>(),
        _ => Text(node) is { } text ? [text] : [],
    };

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static bool IsTrue(JsonNode? node) => node is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    [GeneratedRegex(@"\(Citation: [^)]{1,200}\)", RegexOptions.CultureInvariant)]
    private static partial Regex Citations();

    [GeneratedRegex(@"\[([^\]]{1,200})\]\(https?://[^)\s]{1,500}\)", RegexOptions.CultureInvariant)]
    private static partial Regex Links();
}
