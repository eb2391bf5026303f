using System.Collections.Concurrent;

namespace Platform.Gateway.Streaming;

/// <summary>Those who listen to one tenant at this process, and how far they were told.</summary>
internal sealed class TenantStream
{
    private int _asked;

    /// <summary>Who has it may change who listens, and tell.</summary>
    public SemaphoreSlim Telling { get; } = new(1);

    /// <summary>Those who listen, by what they want to hear; changed by whoever has <see cref="Telling"/>, read by all.</summary>
    public ConcurrentDictionary<Interest, Listener[]> Audiences { get; } = new();

    /// <summary>The number of the last event that was told.</summary>
    public long Last { get; set; }

    /// <summary>Nobody listens any more, and whoever comes begins another one.</summary>
    public bool IsGone { get; set; }

    /// <summary>Whether somebody waits to tell already; if not, it is the one who asks.</summary>
    public bool IsAsked() => Interlocked.Exchange(ref _asked, 1) == 1;

    /// <summary>From now on what is written may not be read by this one.</summary>
    public void Answer() => Volatile.Write(ref _asked, 0);

    public void Add(Listener listener) =>
        Audiences.AddOrUpdate(listener.Interest, static (_, l) => [l], static (_, others, l) => [.. others, l], listener);

    /// <summary>Whether it was there.</summary>
    public bool Remove(Listener listener)
    {
        if (!Audiences.TryGetValue(listener.Interest, out var audience) || !audience.Contains(listener))
        {
            return false;
        }

        var rest = Array.FindAll(audience, l => !ReferenceEquals(l, listener));
        if (rest.Length > 0)
        {
            Audiences[listener.Interest] = rest;
        }
        else
        {
            Audiences.TryRemove(listener.Interest, out _);
        }

        return true;
    }

    /// <summary>Whether an event is for a listener is asked once for all who want to hear the same.</summary>
    public void Tell(StreamEvent happened)
    {
        foreach (var (interest, audience) in Audiences)
        {
            if (!interest.Matches(happened))
            {
                continue;
            }

            foreach (var listener in audience)
            {
                listener.Offer(happened);
            }
        }
    }
}
