using System.Collections.Concurrent;

namespace Platform.ServiceDefaults;

/// <summary>
/// The types of event that no queue took of late. Each is offered again after a while, at growing distance, so that a
/// consumer that comes late is met, and what nobody listens to costs next to nothing.
/// </summary>
internal sealed class UnheardEvents(TimeProvider clock)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, (TimeSpan Pause, DateTimeOffset Until)> _types = new();

    /// <summary>Whether the broker need not be asked at this moment.</summary>
    public bool Has(string type) => _types.TryGetValue(type, out var known) && clock.GetUtcNow() < known.Until;

    /// <summary>The broker gave one back.</summary>
    public void Add(string type)
    {
        var now = clock.GetUtcNow();
        _types.AddOrUpdate(type, _ => (First, now + First), (_, known) =>
        {
            // Several of one batch came back at once: that is one finding.
            var pause = now < known.Until ? known.Pause : TimeSpan.FromTicks(Math.Min(known.Pause.Ticks * 2, Longest.Ticks));
            return (pause, now + pause);
        });
    }

    /// <summary>A queue took one.</summary>
    public void Remove(string type)
    {
        if (!_types.IsEmpty)
        {
            _types.TryRemove(type, out _);
        }
    }
}
