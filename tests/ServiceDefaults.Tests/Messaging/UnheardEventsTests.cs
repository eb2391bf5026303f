namespace Platform.ServiceDefaults.Tests.Messaging;

/// <summary>How often the broker is asked for a listener that is not there.</summary>
public sealed class UnheardEventsTests
{
    private readonly Clock _clock = new();
    private readonly UnheardEvents _unheard;

    public UnheardEventsTests() => _unheard = new UnheardEvents(_clock);

    [Fact]
    public void A_type_that_came_back_is_offered_again_at_doubling_distance_up_to_fifteen_seconds()
    {
        var offered = new List<double>();
        for (var second = 0.0; second < 60; second += 0.5)
        {
            _clock.Now = DateTimeOffset.UnixEpoch.AddSeconds(second);
            if (!_unheard.Has("a"))
            {
                offered.Add(second);
                _unheard.Add("a");
            }
        }

        Assert.Equal([0, 0.5, 1.5, 3.5, 7.5, 15.5, 30.5, 45.5], offered);
    }

    [Fact]
    public void Several_that_come_back_at_once_count_as_one()
    {
        for (var i = 0; i < 16; i++)
        {
            _unheard.Add("a");
        }

        _clock.Now += TimeSpan.FromMilliseconds(501);

        Assert.False(_unheard.Has("a"));
    }

    [Fact]
    public void Other_types_are_not_held_back()
    {
        _unheard.Add("a");

        Assert.True(_unheard.Has("a"));
        Assert.False(_unheard.Has("b"));
    }

    [Fact]
    public void A_listener_ends_it()
    {
        _unheard.Add("a");
        _unheard.Remove("a");

        Assert.False(_unheard.Has("a"));
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
