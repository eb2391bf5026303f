namespace Platform.Gateway.Streaming;

/// <summary>
/// Sends one listener what it missed, then what happens. The order is the sequence's; a number is sent once; where some are
/// lost, because they are too old or the reader too slow, a notice says so. What waits together goes out together.
/// </summary>
/// <param name="listener">Whose stream it is.</param>
/// <param name="log">Where it finds what was missed.</param>
/// <param name="send">Sends an event, or keeps it until <paramref name="flush"/>.</param>
/// <param name="notify">Sends a notice, by its name and its JSON.</param>
/// <param name="flush">Lets go of what was kept.</param>
internal sealed class StreamWriter(
    Listener listener, StreamLog log, Func<StreamEvent, ValueTask> send, Func<string, string, ValueTask> notify, Func<ValueTask> flush)
{
    private long _sent;

    /// <param name="last">The number of the last event that the hub does not offer.</param>
    /// <param name="since">The number of the last event that the client has; null to begin now.</param>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(long last, long? since, CancellationToken ct)
    {
        _sent = last;
        await notify("ready", $$"""{"type":"ready","seq":{{last}}}""");
        if (since is { } from)
        {
            await CatchUpAsync(from, last, ct);
        }

        // The end of the stream is told once: waits that might be cancelled would each be made anew.
        using var ending = ct.UnsafeRegister(static l => ((Listener)l!).End(), listener);
        while (await listener.Waiting.WaitToReadAsync(CancellationToken.None))
        {
            while (!ct.IsCancellationRequested && listener.Waiting.TryRead(out var happened))
            {
                if (listener.TakeDropped() is > 0 and var dropped)
                {
                    await notify("dropped", $$"""{"type":"dropped","count":{{dropped}},"since":{{_sent}}}""");
                }

                if (happened.Sequence == 0 || happened.Sequence > _sent)
                {
                    _sent = Math.Max(_sent, happened.Sequence);
                    await send(happened);
                    listener.Moved();
                }
            }

            ct.ThrowIfCancellationRequested();
            await flush();
            listener.Moved();
        }

        ct.ThrowIfCancellationRequested();
        await notify("end", """{"type":"end"}""");
    }

    private async Task CatchUpAsync(long since, long last, CancellationToken ct)
    {
        if (since > last)
        {
            // The sequence began anew: nothing that the client has is part of it.
            await notify("gap", $$"""{"type":"gap","from":{{since + 1}},"to":{{last}}}""");
            return;
        }

        var next = since + 1;
        while (next <= last)
        {
            if (await log.ReadAsync(listener.Credential.Caller.TenantId, next, last, ct) is not { } events)
            {
                await notify("gap", $$"""{"type":"gap","from":{{next}},"to":{{last}}}""");
                return;
            }

            var first = events.Count > 0 ? events[0].Sequence : last + 1;
            if (first > next)
            {
                await notify("gap", $$"""{"type":"gap","from":{{next}},"to":{{first - 1}}}""");
            }

            foreach (var happened in events)
            {
                if (listener.Interest.Matches(happened))
                {
                    await send(happened);
                    listener.Moved();
                }
            }

            await flush();
            listener.Moved();
            ct.ThrowIfCancellationRequested();
            next = events.Count > 0 ? events[^1].Sequence + 1 : last + 1;
        }
    }
}
