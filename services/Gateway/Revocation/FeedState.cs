namespace Platform.Gateway.Revocation;

/// <summary>
/// Whether revocations reach this instance. While its own heartbeat comes back through the broker, cached credentials
/// stand; when it has been silent for two seconds, they are confirmed at their owner every two seconds.
/// </summary>
internal sealed class FeedState(TimeProvider clock)
{
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    private long _heardAt = DateTimeOffset.MinValue.UtcTicks;
    private long _aliveSince = DateTimeOffset.MaxValue.UtcTicks;

    public bool IsAlive => clock.GetUtcNow().UtcTicks - Interlocked.Read(ref _heardAt) < Silence.Ticks;

    /// <summary>How old a cached answer of an owner may be; null for the cache's own age.</summary>
    public TimeSpan? MaxAge => IsAlive ? null : Silence;

    /// <summary>
    /// From when on nothing was missed. What an owner said before it, and tokens issued before it, need the owner's word
    /// once more.
    /// </summary>
    public DateTimeOffset AliveSince => IsAlive ? new DateTimeOffset(Interlocked.Read(ref _aliveSince), TimeSpan.Zero) : DateTimeOffset.MaxValue;

    public void Heard()
    {
        var now = clock.GetUtcNow().UtcTicks;
        if (now - Interlocked.Exchange(ref _heardAt, now) >= Silence.Ticks)
        {
            Interlocked.Exchange(ref _aliveSince, now);
        }
    }
}
