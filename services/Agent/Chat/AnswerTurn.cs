using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Platform.Agent.Answering;
using Platform.Agent.Planning;
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
    BuiltInPlanner planner, ToolRegistry tools, AgentDb db, CallContext call, TimeProvider clock, ILogger<AnswerTurn> log)
{
    private const string PlannerName = "built_in";
    private static readonly TimeSpan SaveLimit = TimeSpan.FromSeconds(5);
    private static readonly ActivitySource Source = new("Platform.Agent");

    /// <summary>Runs the turn; every outcome but an unexpected exception ends with a done or error event.</summary>
    public async Task<Answer> RunAsync(Turn turn, ChannelWriter<ChatEvent> events, CancellationToken ct)
    {
        using var activity = Source.StartActivity("agent answer");
        var session = new AnswerSession(tools, events, clock);
        var status = AnswerStatus.Failed;
        Plan? plan = null;
        Exception? failure = null;
        try
        {
            (status, plan) = await ThinkAsync(turn.Message, session, ct);
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
        try
        {
            await SaveAsync(turn, status, plan, session);
        }
        catch (Exception exception)
        {
            // An answer that is not kept is no answer: the conversation would go on without it.
            failure ??= exception;
        }

        var took = Math.Round(clock.GetElapsedTime(turn.StartedAt).TotalMilliseconds, 1);
        if (failure is not null && status != AnswerStatus.Cancelled)
        {
            activity.Fail(failure);
            var fault = (failure as FaultException)?.Fault ?? ToFault(failure);
            await events.WriteAsync(new ErrorEvent(fault.Code, fault.Message), ct);
        }
        else if (status != AnswerStatus.Cancelled)
        {
            foreach (var citation in session.Citations)
            {
                await events.WriteAsync(new CitationEvent(citation), ct);
            }

            await events.WriteAsync(new UsageEvent(PlannerName, session.Calls.Count, took), ct);
            await events.WriteAsync(new DoneEvent(turn.ConversationId, turn.AnswerId, status), ct);
        }

        return new Answer(status, session, took);
    }

    private async Task<(AnswerStatus Status, Plan? Plan)> ThinkAsync(string message, AnswerSession session, CancellationToken ct)
    {
        await session.EmitAsync(new StatusEvent("planning"), ct);
        var outcome = await planner.PlanAsync(message, ct);
        switch (outcome)
        {
            case Planned planned:
                await session.EmitAsync(new PlanEvent(planned.Plan, Wording.Plan(planned.Plan)), ct);
                await session.EmitAsync(new StatusEvent("running"), ct);
                return (await PlanRunner.RunAsync(planned.Plan, session, ct), planned.Plan);
            case Unclear unclear:
                await session.SayAsync(Replies.Question(unclear), ct);
                return (AnswerStatus.Unclear, null);
            default:
                await session.SayAsync(Replies.Refusal((Refused)outcome), ct);
                return (AnswerStatus.Refused, null);
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
    private async Task SaveAsync(Turn turn, AnswerStatus status, Plan? plan, AnswerSession session)
    {
        using var limit = new CancellationTokenSource(SaveLimit, clock);
        db.ChangeTracker.Clear();
        if (!await db.OwnConversations.AnyAsync(c => c.Id == turn.ConversationId, limit.Token))
        {
            return;
        }

        db.Messages.Add(new Message
        {
            Id = turn.AnswerId,
            TenantId = call.TenantId,
            ConversationId = turn.ConversationId,
            Role = MessageRole.Assistant,
            Content = session.Text,
            Evidence = new MessageEvidence(status, plan, session.Calls, session.Citations),
            CreatedAt = clock.GetUtcNow(),
        });
        await db.SaveChangesAsync(limit.Token);
    }

    [LoggerMessage(LogLevel.Error, "An answer failed")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
