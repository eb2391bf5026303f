namespace Platform.Gateway.Streaming;

/// <summary>
/// Sends one listener what it missed, then what happens. The order is the sequence's; a number is sent once; where some are
/// lost, because they are too old or the reader too slow, a notice says so.
/// </summary>
internal sealed class StreamWriter(
    Listener listener, StreamLog log, Func<StreamEvent, CancellationToken, ValueTask> send, Func<string, string, CancellationToken, ValueTask> notify)
{
    private long _sent;

    /// <param name="last">The number of the last event that the hub does not offer.</param>
    /// <param name="since">The number of the last event that the client has; null to begin now.</param>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(long last, long? since, CancellationToken ct)
    {
        _sent = last;
        await notify("ready", $$"""{"type":"ready","seq":{{last}}}""", ct);
        if (since is { } from)
        {
            await CatchUpAsync(from, last, ct);
        }

        while (await listener.Waiting.WaitToReadAsync(ct))
        {
            while (listener.Waiting.TryRead(out var happened))
            {
                if (listener.TakeDropped() is > 0 and var dropped)
                {
                    await notify("dropped", $$"""{"type":"dropped","count":{{dropped}},"since":{{_sent}}}""", ct);
                }

                if (happened.Sequence == 0 || happened.Sequence > _sent)
                {
                    _sent = Math.Max(_sent, happened.Sequence);
                    await send(happened, ct);
                }
            }
        }

        await notify("end", """{"type":"end"}""", ct);
    }

    private async Task CatchUpAsync(long since, long last, CancellationToken ct)
    {
        if (since > last)
        {
            // The sequence began anew: nothing that the client has is part of it.
            await notify("gap", $$"""{"type":"gap","from":{{since + 1}},"to":{{last}}}""", ct);
            return;
        }

        var next = since + 1;
        while (next <= last)
        {
            if (await log.ReadAsync(listener.Credential.Caller.TenantId, next, last, ct) is not { } events)
            {
                await notify("gap", $$"""{"type":"gap","from":{{next}},"to":{{last}}}""", ct);
                return;
            }

            var first = events.Count > 0 ? events[0].Sequence : last + 1;
            if (first > next)
            {
                await notify("gap", $$"""{"type":"gap","from":{{next}},"to":{{first - 1}}}""", ct);
            }

            foreach (var happened in events)
            {
                if (listener.Interest.Matches(happened))
                {
                    await send(happened, ct);
                }
            }

            next = events.Count > 0 ? events[^1].Sequence + 1 : last + 1;
        }
    }
}
