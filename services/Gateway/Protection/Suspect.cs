namespace Platform.Gateway.Protection;

/// <summary>What is held against one address or caller. Points halve every minute; a rate is compared with what was usual.</summary>
internal sealed class Suspect
{
    private const double HalfLifeSeconds = 60;
    private const int BurstFloor = 200;
    private const int BurstFactor = 8;
    private const int BurstPoints = 10;

    private readonly Lock _gate = new();
    private double _score;
    private double _at;
    private long _second;
    private int _inSecond;
    private double _usual;

    /// <summary>0 while nothing is held against it: the one thing that an ordinary request looks at.</summary>
    public double Score => Volatile.Read(ref _score) is 0 ? 0 : ScoreAt(_at);

    /// <summary>How often it was blocked, and when last.</summary>
    public int Blocks { get; set; }

    public DateTimeOffset LastBlock { get; set; }

    /// <summary>Whether threat intelligence names it; null until somebody looked.</summary>
    public bool? IsKnownBad { get; set; }

    /// <summary>A request came; the answer is the points that its second costs.</summary>
    public int Arrived(double now)
    {
        var second = (long)now;
        if (Volatile.Read(ref _second) == second)
        {
            return Interlocked.Increment(ref _inSecond) == BurstFloor && BurstFloor > _usual * BurstFactor ? BurstPoints : 0;
        }

        lock (_gate)
        {
            if (_second != second)
            {
                // A minute's memory of the rate.
                _usual += (_inSecond - _usual) / 60;
                _inSecond = 1;
                _second = second;
            }
        }

        return 0;
    }

    /// <summary>Adds points; the answer is the score.</summary>
    public double Add(double points, double now)
    {
        lock (_gate)
        {
            var score = ScoreAt(now) + (IsKnownBad == true ? 2 * points : points);
            _at = now;
            Volatile.Write(ref _score, score);
            return score;
        }
    }

    public double ScoreAt(double now) => _score * Math.Pow(0.5, Math.Max(0, now - _at) / HalfLifeSeconds);

    public void Clear()
    {
        lock (_gate)
        {
            Volatile.Write(ref _score, 0);
        }
    }
}
