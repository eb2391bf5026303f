using System.Text.Json.Nodes;
using Platform.Agent.Planning;
using Platform.Agent.Storage;
using Platform.Agent.Tools;

namespace Platform.Agent.Answering;

/// <summary>Answers about indicators.</summary>
internal static class IndicatorAnswers
{
    private const int ShownMatches = 5;

    public static async Task<AnswerStatus> LookupAsync(LookupPlan plan, AnswerSession session, CancellationToken ct)
    {
        var values = new JsonArray();
        foreach (var value in plan.Values)
        {
            values.Add((JsonNode)value);
        }

        var (result, mark) = await session.CallAsync(ToolIds.LookupObservables, new JsonObject { ["values"] = values }, ct);
        if (await PlanRunner.FailedAsync(result, session, ct))
        {
            return AnswerStatus.Failed;
        }

        var results = result.Data?["results"] as JsonArray ?? [];
        session.Keep(results);
        var known = results.Count(r => r?["matches"] is JsonArray { Count: > 0 });
        await session.SayAsync($"{Wording.Number(known)} of {Wording.Number(plan.Values.Count)} {(plan.Values.Count == 1 ? "value is a known indicator" : "values are known indicators")} [{mark}]:", ct);
        foreach (var entry in results)
        {
            await session.SayAsync("\n- " + Line(entry!), ct);
        }

        return AnswerStatus.Answered;
    }

    public static async Task<AnswerStatus> SearchAsync(SearchPlan plan, AnswerSession session, CancellationToken ct)
    {
        var (result, mark) = await session.CallAsync(ToolIds.SearchIndicators, new JsonObject { ["search_query"] = plan.Text, ["limit"] = plan.Limit }, ct);
        if (await PlanRunner.FailedAsync(result, session, ct))
        {
            return AnswerStatus.Failed;
        }

        var items = (result.Data?["items"] ?? result.Data?["results"]) as JsonArray ?? [];
        session.Keep(items);
        var text = Shown.Name(plan.Text);
        await session.SayAsync(
            items.Count == 0 ? $"No indicator matches “{text}” [{mark}]." : $"The {Wording.Number(items.Count)} best matches for “{text}” among the indicators [{mark}]:", ct);
        foreach (var item in items)
        {
            await session.SayAsync("\n- " + Match(item!["indicator"] ?? item), ct);
        }

        return AnswerStatus.Answered;
    }

    private static string Line(JsonNode entry)
    {
        var value = Shown.Name(entry["value"]?.GetValue<string>() ?? "");
        if (entry["matches"] is not JsonArray { Count: > 0 } matches)
        {
            return $"{value}: not known";
        }

        var shown = string.Join("; ", matches.Take(ShownMatches).Select(m => Match(m!)));
        return matches.Count > ShownMatches ? $"{value}: {shown}; and {Wording.Number(matches.Count - ShownMatches)} more" : $"{value}: {shown}";
    }

    private static string Match(JsonNode match)
    {
        var facts = new List<string>();
        foreach (var (member, label) in new[] { ("indicator_type", ""), ("severity", "severity "), ("confidence", "confidence "), ("tlp", "TLP "), ("valid_until", "valid until ") })
        {
            if (match[member] is JsonValue value)
            {
                facts.Add(label + Shown.Name(value.ToString()));
            }
        }

        var name = Shown.Name((match["name"] ?? match["id"])?.ToString() ?? "");
        return facts.Count == 0 ? name : $"{name} ({string.Join(", ", facts)})";
    }
}
