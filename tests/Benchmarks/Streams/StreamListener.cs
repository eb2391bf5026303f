using System.Text.Json;
using Platform.TestSupport;

namespace Platform.Benchmarks.Streams;

/// <summary>What one stream has told.</summary>
internal sealed class StreamListener(string group, IncidentPublisher publisher)
{
    private readonly Lock _gate = new();
    private List<double> _times = [];
    private long _last;

    public string Group => group;

    /// <summary>Events that came in their order, each once.</summary>
    public int Distinct { get; private set; }

    /// <summary>Events that came again, or after a later one, or that are none of the group's.</summary>
    public int Wrong { get; private set; }

    /// <summary>Reads a message; one without a number and an id says how the stream stands.</summary>
    public void Hear(ReadOnlySpan<byte> message)
    {
        var told = new Utf8JsonReader(message);
        var (number, id, ours) = (0L, Guid.Empty, false);
        while (told.Read())
        {
            if (told.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            if (told.ValueTextEquals("seq"u8))
            {
                told.Read();
                number = told.GetInt64();
            }
            else if (told.ValueTextEquals("id"u8))
            {
                told.Read();
                id = told.GetGuid();
            }
            else if (told.ValueTextEquals("title"u8))
            {
                told.Read();
                ours = told.ValueTextEquals(group);
            }
        }

        if (id == Guid.Empty)
        {
            return;
        }

        var time = publisher.Since(id);
        lock (_gate)
        {
            _times.Add(time);
            if (number > _last && ours)
            {
                (_last, Distinct) = (number, Distinct + 1);
            }
            else
            {
                Wrong++;
            }
        }
    }

    /// <summary>Milliseconds that each took since the last time this was asked.</summary>
    public IReadOnlyList<double> TakeTimes()
    {
        lock (_gate)
        {
            (var taken, _times) = (_times, new List<double>());
            return taken;
        }
    }

    /// <summary>Waits until so many events more were heard by all, or nothing more can be expected.</summary>
    public static async Task HeardAsync(IReadOnlyCollection<StreamListener> listeners, long expected, TimeSpan patience, CancellationToken ct)
    {
        try
        {
            await Eventually.TrueAsync(() => Task.FromResult(listeners.Sum(l => (long)l.Waiting) >= expected), patience, ct, "All deliveries");
        }
        catch (TimeoutException)
        {
            // What is missing by now is lost.
        }
    }

    private int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _times.Count;
            }
        }
    }
}
