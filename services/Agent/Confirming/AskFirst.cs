using System.Text.Json.Nodes;
using Platform.Agent.Answering;
using Platform.Agent.Chat;
using Platform.Agent.Storage;
using Platform.ServiceDefaults;

namespace Platform.Agent.Confirming;

/// <summary>Puts a change aside until the user says yes to exactly this.</summary>
internal sealed class AskFirst(AgentDb db, CallContext call, TimeProvider clock)
{
    /// <summary>Changes that may wait at once; more than anybody can tell apart.</summary>
    private const int MostWaiting = 3;

    public async Task RunAsync(Turn turn, string tool, JsonObject arguments, AnswerSession session, CancellationToken ct)
    {
        if (session.Waiting >= MostWaiting)
        {
            return;
        }

        var now = clock.GetUtcNow();
        var action = new PendingAction
        {
            Id = Guid.CreateVersion7(now),
            TenantId = call.TenantId,
            Owner = call.Subject,
            ConversationId = turn.ConversationId,
            Tool = tool,
            Arguments = (JsonObject)arguments.DeepClone(),
            CreatedAt = now,
        };
        db.PendingActions.Add(action);
        await db.SaveChangesAsync(ct);
        session.Waiting++;
        await session.EmitAsync(new ConfirmationEvent(action.Id, tool, action.Arguments), ct);
        // In the agent's own words, and whole: what is confirmed is what is shown, not what a model says about it.
        await session.SayAsync($"\nTo be confirmed: {ActionWords.Of(tool, arguments)}\nAnswer “yes” to do it, or “no” to leave it.", ct);
    }
}
