using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Platform.Agent.Answering;
using Platform.Agent.Confirming;
using Platform.Agent.Models;
using Platform.Agent.Planning;
using Platform.Agent.Remembering;
using Platform.Agent.Storage;
using Platform.Agent.Tools;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Agent.Chat;

/// <summary>An answer as it ended.</summary>
internal sealed record Answer(AnswerStatus Status, AnswerSession Session, double DurationMs);

/// <summary>
/// Answers a question that was taken up: plan, tools, text; everything goes out as events while it happens, and the
/// answer is stored with its evidence, also when it failed or the client went away.
/// </summary>
internal sealed partial class AnswerTurn(
    BuiltInPlanner planner, RecallPlan recall, ModelAnswer model, DecideAction decide, Commands commands, AskFirst askFirst, ToolRegistry tools, AgentDb db, CallContext call, TimeProvider clock, ILogger<AnswerTurn> log)
{
    private static readonly TimeSpan SaveLimit = TimeSpan.FromSeconds(5);
    private static readonly ActivitySource Source = new("Platform.Agent");

    /// <summary>Runs the turn; every outcome but an unexpected exception ends with a done or error event.</summary>
    public async Task<Answer> RunAsync(Turn turn, AnswerEvents events, CancellationToken ct)
    {
        using var activity = Source.StartActivity("agent answer");
        var session = new AnswerSession(tools, events, clock);
        var status = AnswerStatus.Failed;
        Plan? plan = null;
        Exception? failure = null;
        try
        {
            (status, plan) = await ThinkAsync(turn, session, ct);
        }
        catch (Exception) when (ct.IsCancellationRequested)
        {
            // Whatever broke off broke off because nobody waits for it any more.
            status = AnswerStatus.Cancelled;
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        activity?.SetTag("agent.status", status.ToString());
        activity?.SetTag("agent.plan", plan?.GetType().Name);
        var took = Math.Round(clock.GetElapsedTime(turn.StartedAt).TotalMilliseconds, 1);
        var last = LastEvents(turn, status, session, failure, took, events);
        try
        {
            await SaveAsync(turn, status, plan, session, events.Journal);
        }
        catch (Exception exception)
        {
            // An answer that is not kept is no answer: the conversation would go on without it.
            failure ??= exception;
            last = [ErrorOf(failure)];
        }

        if (status != AnswerStatus.Cancelled)
        {
            if (failure is not null)
            {
                activity.Fail(failure);
            }

            await events.SendAsync(last, ct);
        }

        return new Answer(status, session, took);
    }

    /// <summary>How the stream ends: noted before the answer is stored, sent when it is.</summary>
    private List<ChatEvent> LastEvents(Turn turn, AnswerStatus status, AnswerSession session, Exception? failure, double took, AnswerEvents events)
    {
        List<ChatEvent> last = status == AnswerStatus.Cancelled ? []
            : failure is not null ? [ErrorOf(failure)]
            : [.. session.Citations.Select(citation => new CitationEvent(citation)), new UsageEvent(session.Planner, session.Calls.Count, took, session.Tokens?.Input, session.Tokens?.Output), new DoneEvent(turn.ConversationId, turn.AnswerId, status)];
        return [.. last.SelectMany(events.Admit)];
    }

    private ErrorEvent ErrorOf(Exception failure)
    {
        var fault = (failure as FaultException)?.Fault ?? ToFault(failure);
        return new ErrorEvent(fault.Code, fault.Message);
    }

    private async Task<(AnswerStatus Status, Plan? Plan)> ThinkAsync(Turn turn, AnswerSession session, CancellationToken ct)
    {
        await session.EmitAsync(new StatusEvent("planning"), ct);
        if (await decide.RunAsync(turn, session, ct) is { } decided)
        {
            return (decided, null);
        }

        if (await AskModelAsync(turn, session, ct) is { } answered)
        {
            return (answered, null);
        }

        var message = turn.Message;
        if (await commands.ReadAsync(message, ct) is { } command)
        {
            if (tools.Refusal(command.Tool, command.Arguments) is { } refusal)
            {
                await session.SayAsync(refusal.Message, ct);
                return (AnswerStatus.Failed, null);
            }

            await askFirst.RunAsync(turn, command.Tool, command.Arguments, session, ct);
            return (AnswerStatus.Unclear, null);
        }

        var outcome = await planner.PlanAsync(message, await LastPlanAsync(turn, ct), ct);
        if (outcome is Refused { Reason: RefusalReason.UnknownWords or RefusalReason.UnknownShape } or Unclear && await recall.RunAsync(message, ct) is { } recalled)
        {
            outcome = new Planned(recalled.Plan);
        }

        switch (outcome)
        {
            case Planned planned:
                await session.EmitAsync(new PlanEvent(planned.Plan, Wording.Plan(planned.Plan)), ct);
                await session.EmitAsync(new StatusEvent("running"), ct);
                await session.SayAsync(Replies.Reading(planned), ct);
                return (await PlanRunner.RunAsync(planned.Plan, session, ct), planned.Plan);
            case Unclear unclear:
                await session.SayAsync(Replies.Question(unclear), ct);
                return (AnswerStatus.Unclear, null);
            default:
                await session.SayAsync(Replies.Refusal((Refused)outcome), ct);
                return (AnswerStatus.Refused, null);
        }
    }

    /// <summary>What the last answer of the conversation was about; a follow-up starts from it.</summary>
    private async Task<Plan?> LastPlanAsync(Turn turn, CancellationToken ct)
    {
        var last = await db.Messages.AsNoTracking()
            .Where(m => m.ConversationId == turn.ConversationId && m.Role == MessageRole.Assistant && m.Id != turn.AnswerId)
            .OrderByDescending(m => m.Id).FirstOrDefaultAsync(ct);
        return last?.Evidence.Plan;
    }

    /// <summary>Null where the tenant has no model, or it failed: then the built-in planner answers.</summary>
    private async Task<AnswerStatus?> AskModelAsync(Turn turn, AnswerSession session, CancellationToken ct)
    {
        if (await model.ProviderAsync(ct) is not { } provider)
        {
            return null;
        }

        try
        {
            return await model.RunAsync(provider, turn, session, ct);
        }
        catch (ModelException exception)
        {
            LogModelFailed(log, provider.Name, exception.Message);
            session.Planner = "built_in";
            await session.EmitAsync(new StatusEvent("fallback"), ct);
            if (session.Text.Length > 0)
            {
                await session.SayAsync("\n\nThe model broke off here. Without it:\n", ct);
            }

            return null;
        }
    }

    private Fault ToFault(Exception exception)
    {
        LogFailed(log, exception);
        return exception is UpstreamException upstream
            ? new Fault(upstream.Failure == UpstreamFailure.Timeout ? ErrorCodes.UpstreamTimeout : ErrorCodes.UpstreamUnavailable, "The data cannot be reached right now.")
            : new Fault(ErrorCodes.InternalServerError, "Chat processing failed");
    }

    /// <summary>Not under the request's token: a client that goes away must not undo the record of what was done.</summary>
    private async Task SaveAsync(Turn turn, AnswerStatus status, Plan? plan, AnswerSession session, IReadOnlyList<StreamedEvent> journal)
    {
        using var limit = new CancellationTokenSource(SaveLimit, clock);
        db.ChangeTracker.Clear();
        if (!await db.OwnConversations.AnyAsync(c => c.Id == turn.ConversationId, limit.Token))
        {
            return;
        }

        var message = await db.Messages.FirstOrDefaultAsync(m => m.Id == turn.AnswerId, limit.Token);
        if (message is null)
        {
            db.Messages.Add(message = new Message { Id = turn.AnswerId, TenantId = call.TenantId, ConversationId = turn.ConversationId, Role = MessageRole.Assistant, CreatedAt = clock.GetUtcNow() });
        }

        message.Content = session.Text;
        message.Evidence = new MessageEvidence(status, plan, session.Calls, session.Citations);
        if (turn.Stream is { } stream)
        {
            db.Attach(stream);
            stream.Events = journal;
            stream.Complete = status != AnswerStatus.Cancelled;
        }

        await db.SaveChangesAsync(limit.Token);
    }

    [LoggerMessage(LogLevel.Warning, "The model of provider {Provider} failed, the built-in planner answers: {Reason}")]
    private static partial void LogModelFailed(ILogger logger, string provider, string reason);

    [LoggerMessage(LogLevel.Error, "An answer failed")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
