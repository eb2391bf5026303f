using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Platform.Agent.Storage;
using Platform.ServiceDefaults;

namespace Platform.Agent.Chat;

/// <summary>The streamed answers that this process is making, so that one which goes on elsewhere is ended here.</summary>
internal sealed class RunningAnswers
{
    private readonly ConcurrentDictionary<(Guid Tenant, string Owner, Guid Answer), (CancellationTokenSource Stop, Task Ended)> _running = new();

    /// <summary>Announces an answer until the result is disposed of.</summary>
    public IDisposable Begin(Guid answerId, CallContext call, CancellationTokenSource stop)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var key = (call.TenantId, call.Subject, answerId);
        _running[key] = (stop, ended.Task);
        return new Entry(this, key, ended);
    }

    /// <summary>Ends an answer of the caller's and waits until what was sent of it is stored.</summary>
    public async Task EndAsync(Guid answerId, CallContext call, CancellationToken ct)
    {
        if (_running.TryGetValue((call.TenantId, call.Subject, answerId), out var running))
        {
            await running.Stop.CancelAsync();
            await running.Ended.WaitAsync(ct);
        }
    }

    private sealed class Entry(RunningAnswers owner, (Guid Tenant, string Owner, Guid Answer) key, TaskCompletionSource ended) : IDisposable
    {
        public void Dispose()
        {
            owner._running.TryRemove(key, out _);
            ended.TrySetResult();
        }
    }
}

/// <summary>An answer that goes on.</summary>
/// <param name="Turn">Its turn.</param>
/// <param name="Sent">The number of the last event that the client has.</param>
/// <param name="Missed">What was sent after it.</param>
/// <param name="Rest">How the rest of the answer comes about.</param>
internal sealed record ResumedTurn(Turn Turn, int Sent, IReadOnlyList<StreamedEvent> Missed, RestOfAnswer Rest);

/// <summary>What is left of an answer that goes on.</summary>
internal enum RestOfAnswer
{
    /// <summary>Nothing: it was complete.</summary>
    None,

    /// <summary>It was broken off: it is made again, and goes on where it differs from what was sent.</summary>
    Continued,

    /// <summary>Nobody knows what was sent: it is made again from its beginning.</summary>
    Anew,
}

/// <summary>Takes up a streamed answer where a client stopped hearing it.</summary>
internal sealed class ResumeTurn(AgentDb db, CallContext call, RunningAnswers running, HourlyLimit limit, TimeProvider clock)
{
    public async Task<ResumedTurn> RunAsync(LastEventId last, string endpoint, CancellationToken ct)
    {
        await running.EndAsync(last.AnswerId, call, ct);
        var owner = call.Subject;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var stream = await db.AnswerStreams.FirstOrDefaultAsync(a => a.Id == last.AnswerId && a.Owner == owner, ct)
            ?? throw new FaultException(Faults.NotFound("answer").Fault);
        var turn = new Turn(stream.ConversationId, stream.Id, stream.Question, clock.GetTimestamp(), stream);
        var known = Math.Max(0, last.Number - stream.Offset);
        var isKnown = known <= stream.Events.Count;
        if (stream.Complete)
        {
            return isKnown
                ? new ResumedTurn(turn, stream.Offset + known, stream.Events.Skip(known).ToList(), RestOfAnswer.None)
                : throw new FaultException(Faults.ValidationFault(LastEventId.Header, "must be an event that was sent"));
        }

        await limit.CountAsync(endpoint, ct);
        if (!isKnown)
        {
            // The process ended before it could write down what it had sent: the answer begins anew, under ids that the
            // client does not know yet.
            stream.Offset = last.Number;
            stream.Events = [TypedEvents.Of(new StatusEvent("restarted"))];
            known = 0;
        }

        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return new ResumedTurn(turn, stream.Offset + known, stream.Events.Skip(known).ToList(), isKnown ? RestOfAnswer.Continued : RestOfAnswer.Anew);
    }
}
