using Platform.Identity.SignIn;

namespace Platform.Identity.Tests;

public sealed class LoginAttemptsTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static LoginAttempts New() => new() { WindowStart = Start };

    private static AttemptDecision Fail(LoginAttempts attempts, DateTimeOffset from, int count)
    {
        var last = default(AttemptDecision);
        for (var i = 0; i < count; i++)
        {
            last = attempts.Begin(from);
        }

        return last;
    }

    [Fact]
    public void The_fifth_failure_locks_for_fifteen_minutes()
    {
        var attempts = New();
        Assert.Equal(AttemptOutcome.Allowed, Fail(attempts, Start, 5).Outcome);
        var sixth = attempts.Begin(Start.AddSeconds(1));
        Assert.Equal(AttemptOutcome.Locked, sixth.Outcome);
        Assert.Equal(TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(1), sixth.RetryAfter);
        Assert.Equal(AttemptOutcome.Allowed, attempts.Begin(Start.AddMinutes(15)).Outcome);
    }

    [Fact]
    public void Each_lock_is_twice_as_long_up_to_a_day()
    {
        var attempts = New();
        var now = Start;
        foreach (var minutes in new[] { 15, 30, 60, 120, 240, 480, 960, 1440, 1440 })
        {
            Fail(attempts, now, 5);
            Assert.Equal(TimeSpan.FromMinutes(minutes), attempts.LockedUntil!.Value - now);
            now = attempts.LockedUntil.Value;
        }
    }

    [Fact]
    public void A_day_without_a_lock_forgets_the_doubling()
    {
        var attempts = New();
        Fail(attempts, Start, 5);
        var later = attempts.LockedUntil!.Value.AddHours(24);
        Fail(attempts, later, 5);
        Assert.Equal(TimeSpan.FromMinutes(15), attempts.LockedUntil!.Value - later);
    }

    [Fact]
    public void Success_takes_back_what_was_counted_in_advance()
    {
        var attempts = New();
        Fail(attempts, Start, 5);
        attempts.Succeed();
        Assert.Null(attempts.LockedUntil);
        Assert.Equal(AttemptOutcome.Allowed, attempts.Begin(Start.AddMinutes(1)).Outcome);
    }

    [Fact]
    public void More_than_five_attempts_a_minute_are_turned_away_even_when_they_succeed()
    {
        var attempts = New();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(AttemptOutcome.Allowed, attempts.Begin(Start.AddSeconds(i)).Outcome);
            attempts.Succeed();
        }

        var sixth = attempts.Begin(Start.AddSeconds(10));
        Assert.Equal(AttemptOutcome.Limited, sixth.Outcome);
        Assert.Equal(TimeSpan.FromSeconds(50), sixth.RetryAfter);
        Assert.Equal(AttemptOutcome.Allowed, attempts.Begin(Start.AddSeconds(60)).Outcome);
    }

    [Fact]
    public void A_clock_that_steps_back_does_not_keep_the_window_closed()
    {
        var attempts = New();
        for (var i = 0; i < 5; i++)
        {
            attempts.Begin(Start);
            attempts.Succeed();
        }

        Assert.Equal(AttemptOutcome.Allowed, attempts.Begin(Start.AddHours(-1)).Outcome);
    }
}
