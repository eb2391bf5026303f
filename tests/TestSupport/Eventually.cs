namespace Platform.TestSupport;

/// <summary>Waits on conditions, never on time.</summary>
public static class Eventually
{
    /// <summary>Asks again and again until the condition holds; fails with a message after the limit.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan limit, CancellationToken ct, string what = "The condition")
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > limit)
            {
                throw new TimeoutException($"{what} did not come true in {limit.TotalSeconds:0} s.");
            }

            await timer.WaitForNextTickAsync(ct);
        }
    }
}
