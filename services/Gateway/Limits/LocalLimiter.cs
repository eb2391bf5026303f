namespace Platform.Gateway.Limits;

/// <summary>
/// Stands in while Redis is away: the same windows, counted in this process, each with this instance's share of the
/// limit, so that all instances together stay within it.
/// </summary>
internal sealed class LocalLimiter(TimeProvider clock)
{
    private const int WindowsKept = 100_000;

    private readonly Lock _gate = new();
    private readonly BoundedCache<string, Ring> _rings = new(WindowsKept);

    public LimitDecision Charge(LimitPlan plan, int instances)
    {
        var now = (long)clock.GetElapsedTime(0).TotalMicroseconds;
        var count = plan.Windows.Count;
        Span<(long Left, long Wait)> found = stackalloc (long, long)[count];
        var allowed = true;
        lock (_gate)
        {
            for (var i = 0; i < count; i++)
            {
                var window = plan.Windows[i];
                var ring = RingOf(plan.LocalKeys[i], window);
                found[i] = ring.Look(now, window.SlotMicroseconds, Math.Max(1, window.Limit / instances));
                allowed &= found[i].Left >= 1;
            }

            for (var i = 0; allowed && i < count; i++)
            {
                RingOf(plan.LocalKeys[i], plan.Windows[i]).Add();
                found[i].Left--;
            }
        }

        return LimitDecision.Of(plan, allowed, found);
    }

    private Ring RingOf(string key, LimitWindow window)
    {
        if (!_rings.TryGet(key, out var ring))
        {
            ring = new Ring(window.Slots + 1);
            _rings.Set(key, ring);
        }

        return ring;
    }

    /// <summary>The ring of slots of <see cref="LimitScript"/>, on the process' own steady clock.</summary>
    internal sealed class Ring(int size)
    {
        private readonly long[] _slots = new long[size];
        private long _slot = long.MinValue;
        private long _sum;

        /// <summary>What is left of a limit, and how long until more is.</summary>
        public (long Left, long Wait) Look(long now, long slotLength, long limit)
        {
            var slot = now / slotLength;
            if (_slot == long.MinValue)
            {
                _slot = slot;
            }

            for (var steps = Math.Min(slot - _slot, size); steps > 0; steps--)
            {
                var index = (int)((slot - steps + 1) % size);
                _sum -= _slots[index];
                _slots[index] = 0;
            }

            _slot = Math.Max(slot, _slot);
            var left = limit - _sum;
            var need = left < 1 ? Math.Min(1 - left, _sum) : 1;
            long freed = 0;
            for (var age = size - 1; age >= 0; age--)
            {
                freed += _slots[(int)((_slot - age + size) % size)];
                if (freed >= need && freed > 0)
                {
                    return (Math.Max(0, left), ((_slot - age + size) * slotLength) - now);
                }
            }

            return (Math.Max(0, left), ((_slot + size) * slotLength) - now);
        }

        public void Add()
        {
            _slots[(int)(_slot % size)]++;
            _sum++;
        }
    }
}
