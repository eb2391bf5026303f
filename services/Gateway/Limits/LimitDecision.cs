using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Platform.Gateway.Limits;

/// <summary>What the limiter said of one request, told by its tightest window.</summary>
/// <param name="Plan">The windows it was counted in.</param>
/// <param name="Allowed">Whether it may pass.</param>
/// <param name="Window">The window with the least left.</param>
/// <param name="Remaining">What is left in it.</param>
/// <param name="WaitMicroseconds">Until it holds more; after a refusal, until every window admits a request.</param>
internal sealed record LimitDecision(LimitPlan Plan, bool Allowed, LimitWindow Window, long Remaining, long WaitMicroseconds)
{
    private long WaitSeconds => Math.Max(1, (WaitMicroseconds + 999_999) / 1_000_000);

    public TimeSpan Wait => TimeSpan.FromSeconds(WaitSeconds);

    /// <summary>
    /// Writes <c>RateLimit</c> and <c>RateLimit-Policy</c> (draft-ietf-httpapi-ratelimit-headers) and the older
    /// <c>X-RateLimit-*</c>, whose reset is in seconds from now.
    /// </summary>
    public void Write(IHeaderDictionary headers)
    {
        var wait = WaitSeconds.ToString(CultureInfo.InvariantCulture);
        var remaining = Remaining.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Policy"] = Plan.Policy;
        headers["RateLimit"] = new StringValues(string.Concat($"\"{Window.Name}\";r=", remaining, ";t=", wait));
        headers["X-RateLimit-Limit"] = Window.Limit.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Remaining"] = remaining;
        headers["X-RateLimit-Reset"] = wait;
    }

    /// <summary>Sums up what was found in each window.</summary>
    public static LimitDecision Of(LimitPlan plan, bool allowed, ReadOnlySpan<(long Left, long Wait)> found)
    {
        var tightest = 0;
        for (var i = 1; i < found.Length; i++)
        {
            var better = allowed
                ? found[i].Left < found[tightest].Left
                : found[i].Left <= 0 && (found[tightest].Left > 0 || found[i].Wait > found[tightest].Wait);
            tightest = better ? i : tightest;
        }

        return new LimitDecision(plan, allowed, plan.Windows[tightest], found[tightest].Left, found[tightest].Wait);
    }
}
