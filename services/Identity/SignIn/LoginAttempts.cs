namespace Platform.Identity.SignIn;

/// <summary>What is counted: guesses of each kind have counts and locks of their own.</summary>
internal enum AttemptKind
{
    Password,
    OneTimeCode,
    PasswordReset,
}

/// <summary>
/// The attempts on one account from one address; the row with <see cref="AnyAddress"/> counts them from everywhere. Names
/// that do not exist have such rows too, so that they are counted and answered alike. Arithmetic only: the clock is the
/// caller's.
/// </summary>
internal sealed class LoginAttempts
{
    public const int AttemptsPerMinute = 5;
    public const int FailuresToLock = 5;
    public const int AddressesToLock = 3;

    /// <summary>Stands for all addresses; no address is spelled like this.</summary>
    public const string AnyAddress = "*";

    /// <summary>How long failures from several addresses are counted together.</summary>
    public static readonly TimeSpan AccountWindow = TimeSpan.FromMinutes(15);

    /// <summary>How long a row is of use after its last attempt or lock: until then the next lock is twice as long.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(25);

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstLock = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan LongestLock = TimeSpan.FromHours(24);

    public Guid TenantId { get; set; }

    /// <summary>Keyed hash of the normalised name: a list of attempts is no list of addresses.</summary>
    public byte[] Account { get; set; } = [];

    public string Address { get; set; } = "";

    public AttemptKind Kind { get; set; }

    public DateTimeOffset WindowStart { get; set; }

    public int InWindow { get; set; }

    public int Failures { get; set; }

    /// <summary>How often it has been locked; each lock is twice as long as the one before.</summary>
    public int Locks { get; set; }

    public DateTimeOffset? LockedUntil { get; set; }

    public DateTimeOffset LastAt { get; set; }

    /// <summary>The last attempt that did not succeed.</summary>
    public DateTimeOffset? LastFailedAt { get; set; }

    /// <summary>
    /// Counts an attempt from the row's address before its secret is looked at, as if it had failed: parallel guesses
    /// cannot outrun the count.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="perMinute">How many are allowed a minute.</param>
    /// <param name="locks">Whether failures lock; asking for a password reset only has its rate limited.</param>
    public AttemptDecision Begin(DateTimeOffset now, int perMinute = AttemptsPerMinute, bool locks = true)
    {
        if (LockedUntil > now)
        {
            return new AttemptDecision(AttemptOutcome.Locked, LockedUntil.Value - now);
        }

        Forgive(now);
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
        if (!locks)
        {
            return AttemptDecision.Allowed;
        }

        LastFailedAt = now;
        if (++Failures >= FailuresToLock)
        {
            Lock(now);
        }

        return AttemptDecision.Allowed;
    }

    /// <summary>
    /// Counts an attempt in the row of all addresses. Failures from one or two addresses never lock here, so that nobody
    /// can lock others out from where they are; the pairs' own locks hold them.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="addresses">From how many addresses attempts failed lately, this one included.</param>
    /// <param name="isTrusted">The attempt comes from a device that the user trusts.</param>
    public AttemptDecision BeginAnywhere(DateTimeOffset now, int addresses, bool isTrusted)
    {
        if (LockedUntil > now)
        {
            return isTrusted ? AttemptDecision.Allowed : new AttemptDecision(AttemptOutcome.Locked, LockedUntil.Value - now);
        }

        Forgive(now);
        if (now - WindowStart >= AccountWindow || now < WindowStart)
        {
            WindowStart = now;
            Failures = 0;
        }

        LastAt = now;
        if (++Failures < FailuresToLock || addresses < AddressesToLock)
        {
            return AttemptDecision.Allowed;
        }

        Lock(now);
        return AttemptDecision.Allowed with { LocksAccount = true };
    }

    /// <summary>The secret was right: what was counted in advance is taken back.</summary>
    public void Succeed()
    {
        Failures = 0;
        Locks = 0;
        LockedUntil = null;
        LastFailedAt = null;
    }

    /// <summary>Takes back one attempt in the row of all addresses, and the lock if it was this attempt that set it; other people's failures stay.</summary>
    public void SucceedAnywhere(bool locked)
    {
        if (locked)
        {
            LockedUntil = null;
            Locks = Math.Max(0, Locks - 1);
            Failures = FailuresToLock - 1;
        }
        else
        {
            Failures = Math.Max(0, Failures - 1);
        }
    }

    /// <summary>15 minutes, doubling, a day at most.</summary>
    public static TimeSpan LockLength(int locksBefore) =>
        locksBefore >= 7 ? LongestLock : TimeSpan.FromTicks(Math.Min(FirstLock.Ticks << locksBefore, LongestLock.Ticks));

    private void Lock(DateTimeOffset now)
    {
        LockedUntil = now + LockLength(Locks);
        Locks++;
        Failures = 0;
    }

    /// <summary>After a day in peace locks begin with the shortest again.</summary>
    private void Forgive(DateTimeOffset now)
    {
        if (LockedUntil + LongestLock <= now)
        {
            Locks = 0;
            LockedUntil = null;
        }
    }
}

internal enum AttemptOutcome
{
    Allowed,
    Limited,
    Locked,
}

/// <summary>Whether an attempt may go on, and if not, when to come back.</summary>
/// <param name="Outcome">Whether it may.</param>
/// <param name="RetryAfter">When to come back.</param>
/// <param name="LocksAccount">Unless it succeeds, it is the one that locks the account for all addresses.</param>
internal readonly record struct AttemptDecision(AttemptOutcome Outcome, TimeSpan RetryAfter, bool LocksAccount = false)
{
    public static readonly AttemptDecision Allowed = new(AttemptOutcome.Allowed, TimeSpan.Zero);
}
