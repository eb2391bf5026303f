using System.Threading.Channels;
using Platform.Gateway.Authentication;

namespace Platform.Gateway.Streaming;

/// <summary>
/// One open stream: what it wants to hear and what waits for it. Who reads too slowly loses the oldest and is told how many;
/// nobody waits for them.
/// </summary>
internal sealed class Listener
{
    private const int MostWaiting = 256;

    /// <summary>Who has taken none of so many beats does not read any more.</summary>
    private const int MostBeats = 2;

    private readonly Channel<StreamEvent> _waiting;
    private readonly Action? _cut;
    private long _dropped;
    private int _beats;

    /// <param name="credential">Whose it is.</param>
    /// <param name="interest">What it hears at first.</param>
    /// <param name="cut">Ends a connection whose client has stopped to read.</param>
    public Listener(Credential credential, Interest interest, Action? cut = null)
    {
        Credential = credential;
        Interest = interest;
        _cut = cut;
        _waiting = Channel.CreateBounded<StreamEvent>(
            new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            dropped => Interlocked.Add(ref _dropped, dropped.Sequence > 0 ? 1 : 0));
    }

    public Credential Credential { get; }

    /// <summary>Set by the hub alone while it is open.</summary>
    public Interest Interest { get; set; }

    public ChannelReader<StreamEvent> Waiting => _waiting.Reader;

    /// <summary>Lets it have an event that it is interested in, or a beat.</summary>
    public void Offer(StreamEvent happened) => _waiting.Writer.TryWrite(happened);

    /// <summary>
    /// Lets it know that the line stands. A send that has lasted since the beats before holds a buffer for somebody who does
    /// not read: that connection ends.
    /// </summary>
    public void Beat()
    {
        Offer(StreamEvent.Heartbeat);
        if (Interlocked.Increment(ref _beats) > MostBeats)
        {
            _cut?.Invoke();
        }
    }

    /// <summary>What was sent has been taken.</summary>
    public void Moved() => Volatile.Write(ref _beats, 0);

    /// <summary>How many were lost since the last time this was asked.</summary>
    public long TakeDropped() => Interlocked.Exchange(ref _dropped, 0);

    /// <summary>Nothing more comes.</summary>
    public void End() => _waiting.Writer.TryComplete();
}
