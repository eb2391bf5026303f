using Platform.Agent.Planning;
using Platform.Agent.Tools;

namespace Platform.Agent.Answering;

/// <summary>
/// Tells "none" from "nobody says": where the data holds no relationship of a kind at all, or no object of a kind, zero
/// would be a figure that nobody stated.
/// </summary>
internal static class UnheardOf
{
    /// <summary>Says what the data does not hold, and is true, where that is why a set is empty.</summary>
    public static async Task<bool> SayAsync(ObjectSet set, AnswerSession session, CancellationToken ct)
    {
        if (set.Entities.Count == 0 && !set.IncludeRetired && await IsEmptyAsync(CypherCompiler.Count(ObjectSet.Of(set.Kind)), session, ct))
        {
            await session.SayAsync($"I cannot answer that: the data that you may see holds no {Kinds.Info(set.Kind).Many} at all, so that a figure would say nothing.", ct);
            return true;
        }

        foreach (var link in set.Links)
        {
            if (await IsEmptyAsync(CypherCompiler.Any(set.Kind, link), session, ct))
            {
                var (source, target) = link.Outgoing ? (set.Kind, link.Other.Kind) : (link.Other.Kind, set.Kind);
                await session.SayAsync(
                    $"I cannot answer that: the data that you may see does not say of any of the {Kinds.Info(source).Many} which {Kinds.Info(target).Many} they {Relations.Info(link.Relation).SaysMany}.", ct);
                return true;
            }

            if (!link.Negated && await SayAsync(link.Other, session, ct))
            {
                return true;
            }
        }

        return false;
    }

    private static async Task<bool> IsEmptyAsync(CypherQuery query, AnswerSession session, CancellationToken ct)
    {
        var (result, _) = await session.CallAsync(ToolIds.RunCypher, query.ToArguments(), ct);
        return result.Error is null && PlanRunner.Results(result) is [var row, ..] && PlanRunner.Total(row) == 0;
    }
}
