namespace Platform.Gateway.Revocation;

/// <summary>
/// Whether revocations reach this instance. While its own heartbeat comes back through the broker, cached credentials
/// stand; when it has been silent for two seconds, they are confirmed at their owner every two seconds.
/// </summary>
internal sealed class FeedState(TimeProvider clock)
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    private long _heardAt = DateTimeOffset.MinValue.UtcTicks;

    public bool IsAlive => clock.GetUtcNow().UtcTicks - Interlocked.Read(ref _heardAt) < Silence.Ticks;

    /// <summary>How old a cached answer of an owner may be; null for the cache's own age.</summary>
    public TimeSpan? MaxAge => IsAlive ? null : Silence;

    public void Heard() => Interlocked.Exchange(ref _heardAt, clock.GetUtcNow().UtcTicks);
}
