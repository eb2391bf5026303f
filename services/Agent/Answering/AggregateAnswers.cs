using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Agent.Chat;
using Platform.Agent.Planning;
using Platform.Agent.Storage;
using Platform.Agent.Tools;
using Platform.ServiceDefaults;

namespace Platform.Agent.Answering;

/// <summary>Answers by measures of the semantic layer.</summary>
internal static class AggregateAnswers
{
    private const int ShownRows = 50;
    private const int TiesFetched = 50;
    private const int MostRows = 1000;

    public static async Task<AnswerStatus> RunAsync(AggregatePlan plan, AnswerSession session, CancellationToken ct)
    {
        var query = plan.Query with { Limit = plan.Ranks is { } ranks ? Math.Min(ranks + TiesFetched, MostRows) : MostRows };
        var (result, mark) = await session.CallAsync(ToolIds.RunSemanticQuery, JsonSerializer.SerializeToNode(query, Json.Options)!.AsObject(), ct);
        if (await PlanRunner.FailedAsync(result, session, ct))
        {
            return AnswerStatus.Failed;
        }

        var columns = (result.Data?["columns"] as JsonArray ?? []).Select(c => c!.GetValue<string>()).ToList();
        var rows = Rows(result.Data?["rows"] as JsonArray ?? [], columns);
        var measure = columns.Count == 0 ? "" : columns[^1];
        if (plan.Ranks is { } wanted)
        {
            Cut(rows, wanted, measure);
        }

        await session.ShowAsync(rows, ct);
        var what = Capital(Wording.Aggregate(plan));
        if (columns.Count == 1 && rows is [var only])
        {
            await session.SayAsync($"{what}: {Value(only?[measure])} [{mark}].", ct);
        }
        else
        {
            await TellAsync(plan, what, rows, columns, mark, session, ct);
        }

        if (result.Data?["truncated"] is JsonValue more && more.GetValue<bool>() && plan.Ranks is null)
        {
            await session.SayAsync($"\nThese are the first {Wording.Number(rows.Count)} only; there are more.", ct);
        }

        await session.SayAsync($"\nConvention: {Wording.AggregateConventions(plan.Query)}", ct);
        return AnswerStatus.Answered;
    }

    private static async Task TellAsync(AggregatePlan plan, string what, JsonArray rows, List<string> columns, int mark, AnswerSession session, CancellationToken ct)
    {
        var isTime = plan.Query.Time?.Granularity is not null;
        if (rows.Count > 1)
        {
            var color = columns.Count > 2 ? columns[1] : null;
            await session.EmitAsync(new ChartEvent(Charts.Of(isTime ? "line" : "bar", what, rows, columns[0], columns[^1], color)), ct);
        }

        await session.SayAsync(rows.Count == 0 ? $"{what}: there is nothing to count [{mark}]." : $"{what} [{mark}]:", ct);
        for (var i = 0; i < rows.Count && i < ShownRows; i++)
        {
            var row = rows[i]!;
            var name = string.Join(", ", columns.Take(columns.Count - 1).Select(c => isTime && c == columns[0] ? Point(row[c], plan.Query.Time!.Granularity!) : Value(row[c])));
            await session.SayAsync($"\n- {name}: {Value(row[columns[^1]])}", ct);
        }

        if (rows.Count > ShownRows)
        {
            await session.SayAsync($"\n- and {Wording.Number(rows.Count - ShownRows)} more", ct);
        }
    }

    private static JsonArray Rows(JsonArray values, List<string> columns)
    {
        var rows = new JsonArray();
        foreach (var line in values)
        {
            var row = new JsonObject();
            for (var i = 0; i < columns.Count; i++)
            {
                row[columns[i]] = line![i]?.DeepClone();
            }

            rows.Add((JsonNode)row);
        }

        return rows;
    }

    /// <summary>Who ties with the last place is on it too.</summary>
    private static void Cut(JsonArray rows, int wanted, string measure)
    {
        var kept = Math.Min(wanted, rows.Count);
        while (kept > 0 && kept < rows.Count && rows[kept]?[measure]?.ToJsonString() == rows[kept - 1]?[measure]?.ToJsonString())
        {
            kept++;
        }

        while (rows.Count > kept)
        {
            rows.RemoveAt(rows.Count - 1);
        }
    }

    private static string Value(JsonNode? node) => node switch
    {
        null => "none",
        JsonValue value when value.TryGetValue<long>(out var whole) => Wording.Number(whole),
        JsonValue value when value.GetValueKind() == JsonValueKind.Number => value.ToJsonString(),
        JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => value.GetValue<bool>() ? "yes" : "no",
        _ => Shown.Name(node.ToString()),
    };

    /// <summary>A point in time as long as its width.</summary>
    private static string Point(JsonNode? node, string granularity) => DateTimeOffset.TryParse(node?.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
        ? at.UtcDateTime.ToString(
            granularity switch
            {
                "year" => "yyyy",
                "month" or "quarter" => "yyyy-MM",
                "hour" => "yyyy-MM-dd HH:00",
                _ => "yyyy-MM-dd",
            },
            CultureInfo.InvariantCulture)
        : Value(node);

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
