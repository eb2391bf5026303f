namespace Platform.ServiceDefaults.Telemetry;

/// <summary>Takes everything while there is little and a share while there is much: so many a second, and a ratio of the rest.</summary>
internal sealed class Reservoir(int perSecond, double ratio, TimeProvider clock)
{
    // The second in the upper half, what was taken in it in the lower one; one word, so that no lock is needed.
    private long _taken;

    public bool Takes()
    {
        if (ratio >= 1)
        {
            return true;
        }

        var second = clock.GetTimestamp() / clock.TimestampFrequency;
        var seen = Volatile.Read(ref _taken);
        while (seen >> 32 != second || (int)seen < perSecond)
        {
            var next = seen >> 32 == second ? seen + 1 : (second << 32) | 1;
            if (perSecond == 0)
            {
                break;
            }

            var found = Interlocked.CompareExchange(ref _taken, next, seen);
            if (found == seen)
            {
                return true;
            }

            seen = found;
        }

        return ratio > 0 && Random.Shared.NextDouble() < ratio;
    }
}
