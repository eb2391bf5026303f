using System.Text.Json.Nodes;
using Platform.Agent.Chat;
using Platform.Agent.Planning;
using Platform.Agent.Storage;
using Platform.Agent.Tools;

namespace Platform.Agent.Answering;

/// <summary>Carries out a plan with tools and says what came back. Every figure it says is from a tool's result.</summary>
internal static class PlanRunner
{
    private const int ShownItems = 50;
    private const int TiesFetched = 50;
    private const int PathDepth = 6;

    public static Task<AnswerStatus> RunAsync(Plan plan, AnswerSession session, CancellationToken ct) => plan switch
    {
        CountPlan count => CountAsync(count, session, ct),
        ListPlan list => ListAsync(list, session, ct),
        ExistsPlan exists => ExistsAsync(exists, session, ct),
        TopPlan top => TopAsync(top, session, ct),
        PathPlan path => PathAsync(path, session, ct),
        NeighborsPlan neighbors => ObjectAnswers.NeighborsAsync(neighbors, session, ct),
        DescribePlan describe => ObjectAnswers.DescribeAsync(describe, session, ct),
        LookupPlan lookup => IndicatorAnswers.LookupAsync(lookup, session, ct),
        BreakdownPlan breakdown => FigureAnswers.BreakdownAsync(breakdown, session, ct),
        ComparePlan compare => FigureAnswers.CompareAsync(compare, session, ct),
        AttributePlan attribute => AttributeAnswers.RunAsync(attribute, session, ct),
        AggregatePlan aggregate => AggregateAnswers.RunAsync(aggregate, session, ct),
        SearchPlan search => IndicatorAnswers.SearchAsync(search, session, ct),
        _ => throw new InvalidOperationException($"There is no way to carry out {plan.GetType().Name}."),
    };

    private static async Task<AnswerStatus> CountAsync(CountPlan plan, AnswerSession session, CancellationToken ct)
    {
        if (await TotalAsync(plan.Set, session, ct) is not var (total, mark))
        {
            return AnswerStatus.Failed;
        }

        if (total == 0 && await UnheardOf.SayAsync(plan.Set, session, ct))
        {
            return AnswerStatus.Refused;
        }

        await session.SayAsync($"{Sentence(plan.Set, total)} [{mark}].", ct);
        await session.SayAsync("\n" + Wording.Conventions(plan.Set), ct);
        return AnswerStatus.Answered;
    }

    private static async Task<AnswerStatus> ExistsAsync(ExistsPlan plan, AnswerSession session, CancellationToken ct)
    {
        if (await TotalAsync(plan.Set, session, ct) is not var (total, mark))
        {
            return AnswerStatus.Failed;
        }

        if (total == 0 && await UnheardOf.SayAsync(plan.Set, session, ct))
        {
            return AnswerStatus.Refused;
        }

        var statement = plan.Set is { Entities.Count: > 0, Links: [var link] } ? $"{Wording.Set(plan.Set with { Links = [] })} {Verb(link, plan.Set)}" : Wording.Set(plan.Set);
        await session.SayAsync(total > 0 ? $"Yes: {statement} [{mark}]." : $"No: nothing in the data that you may see says so ({statement}) [{mark}].", ct);
        await session.SayAsync("\n" + Wording.Conventions(plan.Set), ct);
        return AnswerStatus.Answered;
    }

    private static async Task<AnswerStatus> ListAsync(ListPlan plan, AnswerSession session, CancellationToken ct)
    {
        if (plan.Order is { } order)
        {
            return await OrderedAsync(plan, order, session, ct);
        }

        var (result, mark) = await session.CallAsync(ToolIds.RunCypher, CypherCompiler.List(plan.Set, plan.Limit + 1).ToArguments(), ct);
        if (await FailedAsync(result, session, ct))
        {
            return AnswerStatus.Failed;
        }

        var rows = Results(result);
        long total = rows.Count;
        if (total == 0 && await UnheardOf.SayAsync(plan.Set, session, ct))
        {
            return AnswerStatus.Refused;
        }

        if (rows.Count > plan.Limit)
        {
            if (await TotalAsync(plan.Set, session, ct) is not var (all, counted))
            {
                return AnswerStatus.Failed;
            }

            (total, mark) = (all, counted);
            rows.RemoveAt(rows.Count - 1);
        }

        await session.ShowAsync(rows, ct);
        var shown = Math.Min(rows.Count, Math.Min(plan.Limit, ShownItems));
        await session.SayAsync($"{Sentence(plan.Set, total)} [{mark}]{(total == 0 ? "." : total > shown ? $"; here are {Wording.Number(shown)}:" : ":")}", ct);
        for (var i = 0; i < shown; i++)
        {
            await session.SayAsync("\n- " + Item(rows[i]!), ct);
        }

        await session.SayAsync("\n" + Wording.Conventions(plan.Set), ct);
        return AnswerStatus.Answered;
    }

    /// <summary>The first or last by a time; whoever shares the last place's time is named too.</summary>
    private static async Task<AnswerStatus> OrderedAsync(ListPlan plan, TimeOrder order, AnswerSession session, CancellationToken ct)
    {
        var (result, mark) = await session.CallAsync(ToolIds.RunCypher, CypherCompiler.List(plan.Set, plan.Limit + TiesFetched, order).ToArguments(), ct);
        if (await FailedAsync(result, session, ct))
        {
            return AnswerStatus.Failed;
        }

        var rows = Results(result);
        var kept = Math.Min(plan.Limit, rows.Count);
        while (kept > 0 && kept < rows.Count && rows[kept]?["time"]?.ToString() == rows[kept - 1]?["time"]?.ToString())
        {
            kept++;
        }

        while (rows.Count > kept)
        {
            rows.RemoveAt(rows.Count - 1);
        }

        await session.ShowAsync(rows, ct);
        await session.SayAsync(
            rows.Count == 0 ? $"There are no {Wording.Set(plan.Set)} with such a date [{mark}]." : $"{Wording.Set(plan.Set)}, {Wording.Ordered(order)} [{mark}]:", ct);
        for (var i = 0; i < rows.Count; i++)
        {
            await session.SayAsync($"\n{i + 1}. {Item(rows[i]!)}: {AttributeAnswers.Day(rows[i]!["time"])}", ct);
        }

        await session.SayAsync("\n" + Wording.Conventions(plan.Set with { Filters = [.. plan.Set.Filters, new Filter(order.Field, "")] }), ct);
        return AnswerStatus.Answered;
    }

    private static async Task<AnswerStatus> TopAsync(TopPlan plan, AnswerSession session, CancellationToken ct)
    {
        var (result, mark) = await session.CallAsync(ToolIds.RunCypher, CypherCompiler.Top(plan, plan.Limit + TiesFetched).ToArguments(), ct);
        if (await FailedAsync(result, session, ct))
        {
            return AnswerStatus.Failed;
        }

        var rows = Results(result);
        if (rows.Count == 0 && await UnheardOf.SayAsync(plan.Set.With(plan.By), session, ct))
        {
            return AnswerStatus.Refused;
        }

        // Who ties with the last place is on it too.
        var kept = Math.Min(plan.Limit, rows.Count);
        while (kept > 0 && kept < rows.Count && Total(rows[kept]) == Total(rows[kept - 1]))
        {
            kept++;
        }

        while (rows.Count > kept)
        {
            rows.RemoveAt(rows.Count - 1);
        }

        await session.ShowAsync(rows, ct);
        if (rows.Count > 1)
        {
            await session.EmitAsync(new ChartEvent(Charts.Of("bar", Wording.Plan(plan), Named(rows), "name", "total")), ct);
        }

        var most = plan.Ascending ? "fewest" : "most";
        await session.SayAsync(
            rows.Count == 0
                ? $"There are no {Wording.Set(plan.Set)} to rank [{mark}]."
                : $"The {Wording.Set(plan.Set)} with the {most} {Wording.Counted(plan)} [{mark}]:",
            ct);
        for (var i = 0; i < rows.Count; i++)
        {
            await session.SayAsync($"\n{i + 1}. {Item(rows[i]!)}: {Wording.Number(Total(rows[i]))}", ct);
        }

        if (kept > plan.Limit)
        {
            await session.SayAsync("\nSeveral share the last place.", ct);
        }

        await session.SayAsync("\n" + Wording.Conventions(plan.Set.With(plan.By)), ct);
        return AnswerStatus.Answered;
    }

    private static async Task<AnswerStatus> PathAsync(PathPlan plan, AnswerSession session, CancellationToken ct)
    {
        var arguments = new JsonObject { ["source_id"] = plan.From.Id, ["target_id"] = plan.To.Id, ["max_depth"] = PathDepth };
        var (result, mark) = await session.CallAsync(ToolIds.FindPath, arguments, ct);
        if (await FailedAsync(result, session, ct))
        {
            return AnswerStatus.Failed;
        }

        var ends = $"{Wording.Entity(plan.From)} and {Wording.Entity(plan.To)}";
        if (result.Data is null)
        {
            await session.SayAsync($"There is no connection between {ends} within {PathDepth} relationships [{mark}].", ct);
            return AnswerStatus.Answered;
        }

        var hops = result.Data["relationships"] as JsonArray ?? [];
        session.Keep(result.Data["nodes"] as JsonArray ?? []);
        await session.SayAsync($"{ends} are {Wording.Number(hops.Count)} {(hops.Count == 1 ? "relationship" : "relationships")} apart [{mark}]:\n", ct);
        await session.SayAsync(PathText.Of(result.Data), ct);
        await session.SayAsync("\nConvention: a shortest path, relationships taken in either direction; there may be others of the same length.", ct);
        return AnswerStatus.Answered;
    }

    /// <summary>How many objects a set holds, from the graph; null after saying why that cannot be told.</summary>
    public static async Task<(long Total, int Mark)?> TotalAsync(ObjectSet set, AnswerSession session, CancellationToken ct)
    {
        var (result, mark) = await session.CallAsync(ToolIds.RunCypher, CypherCompiler.Count(set).ToArguments(), ct);
        if (await FailedAsync(result, session, ct))
        {
            return null;
        }

        var rows = Results(result);
        session.Keep(rows);
        return (rows.Count == 0 ? 0 : Total(rows[0]), mark);
    }

    public static async Task<bool> FailedAsync(ToolResult result, AnswerSession session, CancellationToken ct)
    {
        if (result.Error is null)
        {
            return false;
        }

        await session.SayAsync("I could not find out: " + result.Error.Message, ct);
        return true;
    }

    /// <summary>Names and totals as they are shown: what a chart says is read by people.</summary>
    private static JsonArray Named(JsonArray rows) => [.. rows.Select(row => new JsonObject { ["name"] = Item(row!), ["total"] = Total(row) })];

    public static JsonArray Results(ToolResult result) => result.Data?["results"] as JsonArray ?? [];

    public static long Total(JsonNode? row) => row?["total"] is JsonValue value && value.TryGetValue<long>(out var total) ? total : 0;

    private static string Item(JsonNode row)
    {
        var name = Shown.Name(row["name"]?.GetValue<string>() ?? row["id"]?.GetValue<string>() ?? "");
        return row["external_id"]?.GetValue<string>() is { } id ? $"{name} ({Shown.Name(id)})" : name;
    }

    /// <summary>"APT28 (G0007) uses 91 techniques", or "There are 12 groups that use Mimikatz".</summary>
    private static string Sentence(ObjectSet set, long total)
    {
        var info = Kinds.Info(set.Kind);
        if (set is { Entities.Count: 0, Links: [{ Outgoing: false, Negated: false, Other: { IsNamed: true, Entities.Count: 1 } } link] })
        {
            var what = Wording.Set(set with { Links = [] });
            if (total == 1 && what == info.Many)
            {
                what = info.One;
            }

            var says = link.Relation is RelationKind.AttributedTo or RelationKind.SubtechniqueOf ? "has" : Relations.Info(link.Relation).Says;
            return $"{Wording.Entity(link.Other.Entities[0])} {says} {Count(total)} {what}";
        }

        return total == 1 ? $"There is 1 match among {Wording.Set(set)}" : $"There are {Count(total)} {Wording.Set(set)}";
    }

    private static string Count(long total) => total == 0 ? "no" : Wording.Number(total);

    private static string Verb(Link link, ObjectSet set)
    {
        var relation = Relations.Info(link.Relation);
        var many = set.Entities.Count > 1;
        var other = Wording.Set(link.Other);
        return link.Outgoing ? $"{(many ? relation.SaysMany : relation.Says)} {other}" : $"{(many ? "are" : "is")} {relation.SaysPassive} {other}";
    }
}
