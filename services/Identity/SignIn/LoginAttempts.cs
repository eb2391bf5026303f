namespace Platform.Identity.SignIn;

/// <summary>
/// The sign-in attempts of one account from one address. Names that do not exist have such rows too, so that they are
/// counted and answered alike. Arithmetic only: the clock is the caller's.
/// </summary>
internal sealed class LoginAttempts
{
    public const int AttemptsPerMinute = 5;
    public const int FailuresToLock = 5;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstLock = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan LongestLock = TimeSpan.FromHours(24);

    public Guid TenantId { get; set; }

    /// <summary>Keyed hash of the normalised name: a list of attempts is no list of addresses.</summary>
    public byte[] Account { get; set; } = [];

    public string Address { get; set; } = "";

    public DateTimeOffset WindowStart { get; set; }

    public int InWindow { get; set; }

    public int Failures { get; set; }

    /// <summary>How often the pair has been locked; each lock is twice as long as the one before.</summary>
    public int Locks { get; set; }

    public DateTimeOffset? LockedUntil { get; set; }

    public DateTimeOffset LastAt { get; set; }

    /// <summary>
    /// Counts an attempt before its password is looked at, as if it had failed: parallel guesses cannot outrun the count.
    /// </summary>
    public AttemptDecision Begin(DateTimeOffset now, int perMinute = AttemptsPerMinute)
    {
        if (LockedUntil > now)
        {
            return new AttemptDecision(AttemptOutcome.Locked, LockedUntil.Value - now);
        }

        if (LockedUntil + LongestLock <= now)
        {
            Locks = 0;
            LockedUntil = null;
        }

        if (now - WindowStart >= Window || now < WindowStart)
        {
            WindowStart = now;
            InWindow = 0;
        }

        if (InWindow >= perMinute)
        {
            return new AttemptDecision(AttemptOutcome.Limited, WindowStart + Window - now);
        }

        InWindow++;
        LastAt = now;
        if (++Failures >= FailuresToLock)
        {
            LockedUntil = now + LockLength(Locks);
            Locks++;
            Failures = 0;
        }

        return new AttemptDecision(AttemptOutcome.Allowed, TimeSpan.Zero);
    }

    /// <summary>The password was right: what was counted in advance is taken back.</summary>
    public void Succeed()
    {
        Failures = 0;
        Locks = 0;
        LockedUntil = null;
    }

    /// <summary>15 minutes, doubling, a day at most.</summary>
    public static TimeSpan LockLength(int locksBefore) =>
        locksBefore >= 7 ? LongestLock : TimeSpan.FromTicks(Math.Min(FirstLock.Ticks << locksBefore, LongestLock.Ticks));
}

internal enum AttemptOutcome
{
    Allowed,
    Limited,
    Locked,
}

/// <summary>Whether an attempt may go on, and if not, when to come back.</summary>
internal readonly record struct AttemptDecision(AttemptOutcome Outcome, TimeSpan RetryAfter);
