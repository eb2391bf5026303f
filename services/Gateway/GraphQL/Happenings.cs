using System.Runtime.CompilerServices;
using Platform.Contracts;
using Platform.Gateway.Streaming;
using Platform.GraphQL;

namespace Platform.Gateway.GraphQL;

/// <summary>An event as one subscriber gets it.</summary>
/// <param name="Event">The same for everybody.</param>
/// <param name="Missed">How many this subscriber may have lost since the last one.</param>
internal sealed record Happening(StreamEvent Event, long Missed)
{
    public long Sequence => Event.Sequence;
}

/// <summary>
/// One subscription to the events of the caller's tenant that its clearance lets it see. Whoever reads too slowly loses the
/// oldest and is told how many; nobody waits for them.
/// </summary>
internal static class Happenings
{
    public static async ValueTask<IAsyncEnumerable<object?>> OpenAsync(ResolveContext context, string topic, params (string Argument, string Member)[] filters)
    {
        var caller = context.Caller();
        var filter = new Dictionary<string, IReadOnlySet<string>>(StringComparer.Ordinal);
        foreach (var (argument, member) in filters)
        {
            if (context.Argument<string[]>(argument) is { } values)
            {
                filter[member] = values.ToHashSet(StringComparer.Ordinal);
            }
        }

        var hub = context.Service<StreamHub>();
        var listener = new Listener(caller, new Interest(caller.Caller.Clearance, new HashSet<string>(StringComparer.Ordinal) { topic }, filter));
        return await hub.JoinAsync(listener, context.CancellationToken) is { } joined
            ? ReadAsync(hub, context.Service<StreamLog>(), listener, joined.Last, context.Argument<long?>("since"), context.CancellationToken)
            : throw new GraphQLException("The stream of events cannot be told right now.", ErrorCodes.ServiceUnavailable);
    }

    private static async IAsyncEnumerable<object?> ReadAsync(
        StreamHub hub, StreamLog log, Listener listener, long last, long? since, [EnumeratorCancellation] CancellationToken ct)
    {
        try
        {
            var (sent, missed) = (last, 0L);
            // A number beyond the last one is of a sequence that has begun anew: nothing before now is part of it.
            for (var next = since + 1; next <= last;)
            {
                var events = await log.ReadAsync(listener.Credential.Caller.TenantId, next.Value, last, ct) ?? [];
                missed += (events.Count > 0 ? events[0].Sequence : last + 1) - next.Value;
                foreach (var happened in events)
                {
                    if (listener.Interest.Matches(happened))
                    {
                        yield return new Happening(happened, missed);
                        missed = 0;
                    }
                }

                next = events.Count > 0 ? events[^1].Sequence + 1 : last + 1;
            }

            await foreach (var happened in listener.Waiting.ReadAllAsync(ct))
            {
                missed += listener.TakeDropped();
                if (happened.Sequence > sent)
                {
                    sent = happened.Sequence;
                    yield return new Happening(happened, missed);
                    missed = 0;
                }
            }
        }
        finally
        {
            await hub.LeaveAsync(listener, CancellationToken.None);
        }

        // The process stops. What happens is not at its end: clients are to come back.
        throw new OperationCanceledException("The stream of events ends here and goes on elsewhere.");
    }
}
