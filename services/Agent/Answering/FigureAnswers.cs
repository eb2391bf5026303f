using System.Text.Json.Nodes;
using Platform.Agent.Chat;
using Platform.Agent.Planning;
using Platform.Agent.Storage;
using Platform.Agent.Tools;

namespace Platform.Agent.Answering;

/// <summary>Answers that put several figures side by side: a set split by a property, two objects compared.</summary>
internal static class FigureAnswers
{
    private const int ShownValues = 50;

    public static async Task<AnswerStatus> BreakdownAsync(BreakdownPlan plan, AnswerSession session, CancellationToken ct)
    {
        var (result, mark) = await session.CallAsync(ToolIds.RunCypher, CypherCompiler.Breakdown(plan).ToArguments(), ct);
        if (await PlanRunner.FailedAsync(result, session, ct))
        {
            return AnswerStatus.Failed;
        }

        var rows = PlanRunner.Results(result);
        if (rows.Count == 0 && await UnheardOf.SayAsync(plan.Set, session, ct))
        {
            return AnswerStatus.Refused;
        }

        var values = rows.Count;
        var isTime = plan.By is not (BreakdownField.Tactic or BreakdownField.Platform or BreakdownField.Domain);
        if (plan.Limit > 0)
        {
            var kept = Math.Min(plan.Limit, rows.Count);
            while (kept > 0 && kept < rows.Count && PlanRunner.Total(rows[kept]) == PlanRunner.Total(rows[kept - 1]))
            {
                kept++;
            }

            while (rows.Count > kept)
            {
                rows.RemoveAt(rows.Count - 1);
            }
        }

        await session.ShowAsync(rows, ct);
        if (rows.Count > 1)
        {
            var shown = new JsonArray([.. rows.Select(row => (JsonNode)new JsonObject { ["name"] = Name(plan, row!), ["total"] = PlanRunner.Total(row) })]);
            await session.EmitAsync(new ChartEvent(Charts.Of(isTime ? "line" : "bar", Wording.Plan(plan), shown, "name", "total")), ct);
        }

        var by = Wording.By(plan.By);
        var set = Wording.Set(plan.Set);
        await session.SayAsync(
            rows.Count == 0 ? $"There are no {set} with a {by} [{mark}]."
            : plan.Limit > 0 ? $"The {by} with the {(plan.Ascending ? "fewest" : "most")} {set} [{mark}]:"
            : $"{set} by {by}: {Wording.Number(values)} {(isTime ? "periods" : values == 1 ? by : by + "s")} [{mark}]:",
            ct);
        for (var i = 0; i < rows.Count && i < ShownValues; i++)
        {
            await session.SayAsync($"\n- {Name(plan, rows[i]!)}: {Wording.Number(PlanRunner.Total(rows[i]))}", ct);
        }

        await session.SayAsync("\n" + Wording.Conventions(plan.Set) + (isTime ? " Dates are the source's own, in UTC." : " One that has several counts at each."), ct);
        return AnswerStatus.Answered;
    }

    public static async Task<AnswerStatus> CompareAsync(ComparePlan plan, AnswerSession session, CancellationToken ct)
    {
        var first = Of(plan, plan.First);
        var second = Of(plan, plan.Second);
        ObjectSet[] sets =
        [
            ObjectSet.Of(plan.Counted).With(first), ObjectSet.Of(plan.Counted).With(second), ObjectSet.Of(plan.Counted).With(first).With(second),
            ObjectSet.Of(plan.Counted).With(first).With(second with { Negated = true }), ObjectSet.Of(plan.Counted).With(second).With(first with { Negated = true }),
        ];
        var totals = new (long Total, int Mark)[sets.Length];
        for (var i = 0; i < sets.Length; i++)
        {
            if (await PlanRunner.TotalAsync(sets[i], session, ct) is not { } total)
            {
                return AnswerStatus.Failed;
            }

            totals[i] = total;
        }

        string Figure(int i) => $"{Wording.Number(totals[i].Total)} [{totals[i].Mark}]";
        var (one, other) = (Wording.Entity(plan.First), Wording.Entity(plan.Second));
        var gap = totals[0].Total - totals[1].Total;
        await session.SayAsync($"{Capital(Kinds.Info(plan.Counted).Many)}: {one} has {Figure(0)}, {other} has {Figure(1)}; they share {Figure(2)}.", ct);
        await session.SayAsync($"\n{one} alone has {Figure(3)} of them, {other} alone {Figure(4)}.", ct);
        await session.SayAsync(gap == 0 ? "\nBoth have as many." : $"\n{(gap > 0 ? one : other)} has more: the difference is {Wording.Number(Math.Abs(gap))}.", ct);
        await session.SayAsync($"\nWhat is counted: {Wording.Set(sets[0])}, and the same for the other. " + Wording.Conventions(sets[2]), ct);
        return AnswerStatus.Answered;
    }

    private static Link Of(ComparePlan plan, EntityRef entity)
    {
        var (relation, outgoing) = Relations.Between(plan.Counted, entity.Kind) ?? throw new InvalidOperationException($"{plan.Counted} and {entity.Kind} are not linked.");
        return new Link(relation.Kind, outgoing, ObjectSet.Of(entity));
    }

    private static string Name(BreakdownPlan plan, JsonNode row)
    {
        var name = Shown.Name(row["name"]?.ToString() ?? "");
        return plan.By == BreakdownField.Tactic ? Wording.Tactic(name) : name;
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
