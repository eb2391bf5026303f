using System.Diagnostics.Metrics;
using Platform.ServiceDefaults.Telemetry;

namespace Platform.ServiceDefaults;

/// <summary>
/// Hits and misses of the caches of this process: <c>cache_requests_total{cache,result}</c>. Counted without a measurement
/// each, because caches are asked on every request.
/// </summary>
public sealed class CacheFigures
{
    private readonly List<Counts> _caches = [];

    public CacheFigures(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        meters.Create(SignalSources.Own).CreateObservableCounter("cache_requests_total", Observe, null, "Questions to a cache, by cache and result.");
    }

    /// <summary>The counts of a cache; called once a cache.</summary>
    public Counts Of(string cache)
    {
        var counts = new Counts(cache);
        lock (_caches)
        {
            _caches.Add(counts);
        }

        return counts;
    }

    private IEnumerable<Measurement<long>> Observe()
    {
        Counts[] caches;
        lock (_caches)
        {
            caches = [.. _caches];
        }

        foreach (var cache in caches)
        {
            yield return cache.Measure(cache.Hits, "hit");
            yield return cache.Measure(cache.Misses, "miss");
        }
    }

    /// <summary>What one cache answered.</summary>
    public sealed class Counts(string cache)
    {
        private long _hits;
        private long _misses;

        internal long Hits => Interlocked.Read(ref _hits);

        internal long Misses => Interlocked.Read(ref _misses);

        /// <summary>The cache knew the answer.</summary>
        public void Hit() => Interlocked.Increment(ref _hits);

        /// <summary>Somebody else had to be asked.</summary>
        public void Miss() => Interlocked.Increment(ref _misses);

        internal Measurement<long> Measure(long value, string result) => new(value, new("cache", cache), new("result", result));
    }
}
