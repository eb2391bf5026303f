using Microsoft.EntityFrameworkCore;
using Platform.Agent.Answering;
using Platform.Agent.Chat;
using Platform.Agent.Storage;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Agent.Confirming;

/// <summary>
/// Carries out, or drops, what waits in a conversation when the user's next message says so. Any other message drops it:
/// a yes means what was asked just before, and nothing older.
/// </summary>
internal sealed class DecideAction(AgentDb db, CallContext call, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly HashSet<string> Yes = new(StringComparer.OrdinalIgnoreCase) { "yes", "y", "yes please", "confirm", "confirmed", "i confirm", "do it", "go ahead", "ok do it" };
    private static readonly HashSet<string> No = new(StringComparer.OrdinalIgnoreCase) { "no", "n", "no thanks", "cancel", "don't", "do not", "leave it", "stop" };

    /// <summary>Null where nothing waits or the message is about something else.</summary>
    public async Task<AnswerStatus?> RunAsync(Turn turn, AnswerSession session, CancellationToken ct)
    {
        var owner = call.Subject;
        var now = clock.GetUtcNow();
        var since = now - Patience;
        var waiting = await db.PendingActions
            .Where(a => a.ConversationId == turn.ConversationId && a.Owner == owner && a.DecidedAt == null && a.CreatedAt > since)
            .OrderBy(a => a.Id).ToListAsync(ct);
        if (waiting.Count == 0)
        {
            return null;
        }

        var message = turn.Message.Trim().TrimEnd('.', '!');
        var confirmed = Yes.Contains(message);
        var decided = new List<PendingAction>();
        foreach (var action in waiting)
        {
            // Taken before it is carried out: of two answers at once, one finds nothing waiting.
            if (await db.PendingActions.Where(a => a.Id == action.Id && a.DecidedAt == null).ExecuteUpdateAsync(s => s.SetProperty(a => a.DecidedAt, now), ct) == 1)
            {
                decided.Add(action);
            }
        }

        if (!confirmed && !No.Contains(message))
        {
            return null;
        }

        var status = AnswerStatus.Answered;
        foreach (var action in decided)
        {
            if (!confirmed)
            {
                await session.SayAsync($"Left undone: {action.Tool}.\n", ct);
                continue;
            }

            var (result, mark) = await session.CallAsync(action.Tool, action.Arguments, ct);
            if (result.Error is { } error)
            {
                status = AnswerStatus.Failed;
                await session.SayAsync($"{action.Tool} was not carried out: {error.Message}\n", ct);
                continue;
            }

            // What was written was written, also when its client has gone away.
            db.Publish(new AuditRecorded("tool_invoked", $"tool/{action.Tool}", "success", owner, null, null, now));
            await db.SaveChangesAsync(CancellationToken.None);
            var id = result.Data?["id"]?.ToString();
            await session.SayAsync($"Done: {action.Tool}{(id is null ? "" : $", {id}")} [{mark}].\n", ct);
        }

        if (decided.Count == 0)
        {
            await session.SayAsync("Nothing waits to be confirmed any more.", ct);
        }

        return status;
    }
}
