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

    private readonly Channel<StreamEvent> _waiting;
    private long _dropped;

    public Listener(Credential credential, Interest interest)
    {
        Credential = credential;
        Interest = interest;
        _waiting = Channel.CreateBounded<StreamEvent>(
            new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            dropped => Interlocked.Add(ref _dropped, dropped.Sequence > 0 ? 1 : 0));
    }

    public Credential Credential { get; }

    /// <summary>May be replaced while the stream is open.</summary>
    public Interest Interest { get; set; }

    public ChannelReader<StreamEvent> Waiting => _waiting.Reader;

    public void Offer(StreamEvent happened)
    {
        if (happened.Sequence == 0 || Interest.Matches(happened))
        {
            _waiting.Writer.TryWrite(happened);
        }
    }

    /// <summary>How many were lost since the last time this was asked.</summary>
    public long TakeDropped() => Interlocked.Exchange(ref _dropped, 0);

    /// <summary>Nothing more comes.</summary>
    public void End() => _waiting.Writer.TryComplete();
}
