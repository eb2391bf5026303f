using Microsoft.Extensions.Options;
using Platform.ServiceDefaults;
using StackExchange.Redis;

namespace Platform.Gateway.Limits;

/// <summary>
/// Counts requests in Redis, in one round trip for all windows of a caller and, far from its limits, for several of its
/// requests (<see cref="LimitLease"/>). Redis has 30 ms, counted from its last answer to anybody, since one that is slow
/// and not away still counts exactly; when it does not answer the local limiter decides, and Redis is tried again after a short pause. The limit is never off, and one instance alone
/// never exceeds it, whatever Redis does.
/// </summary>
internal sealed partial class RateLimiter(
    [FromKeyedServices(RateLimiter.Store)] RedisConnection redis, LocalLimiter local, IOptions<GatewayOptions> options, TimeProvider clock, ILogger<RateLimiter> log)
{
    /// <summary>Name of the Redis that holds the counters.</summary>
    public const string Store = "state";

    private readonly TimeSpan _patience = TimeSpan.FromMilliseconds(options.Value.LimitPatienceMilliseconds);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Times the patience that a request waits at most for a Redis that answers others.</summary>
    private const int MostPatience = 10;

    private long _answeredAt;
    private long _tryAgainAt;
    private int _away;

    /// <summary>Whether the last decisions were made without Redis.</summary>
    public bool IsLocal => Volatile.Read(ref _away) == 1;

    public ValueTask<LimitDecision> ChargeAsync(LimitPlan plan)
    {
        var now = NowMicroseconds();
        if (plan.RefusalAt(now) is { } refusal)
        {
            return ValueTask.FromResult(refusal);
        }

        if (plan.Lease.TryTake(now) is { } leased)
        {
            return ValueTask.FromResult(Mirrored(plan, leased));
        }

        return now < Interlocked.Read(ref _tryAgainAt) || redis.Database is not { } database
            ? ValueTask.FromResult(ChargeLocally(plan, "there is no connection"))
            : ChargeInRedisAsync(database, plan, now);
    }

    /// <summary>The refusal that holds for a plan at this moment, if one does; nothing is charged.</summary>
    public LimitDecision? RefusalOf(LimitPlan plan) => plan.RefusalAt(NowMicroseconds());

    private async ValueTask<LimitDecision> ChargeInRedisAsync(IDatabase database, LimitPlan plan, long now)
    {
        var requests = plan.Lease.Begin();
        try
        {
            var reply = await redis.RunAsync(
                database, "EVALSHA", (Limiter: this, Plan: plan, Arguments: plan.RedisArgumentsFor(requests)),
                static (db, s) => s.Limiter.EvaluateAsync(db, s.Plan.RedisKeys, s.Arguments));
            if (Interlocked.Exchange(ref _away, 0) == 1)
            {
                LogBack(log);
            }

            return Read(plan, reply, now);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException or InvalidOperationException)
        {
            Interlocked.Exchange(ref _tryAgainAt, NowMicroseconds() + (long)Pause.TotalMicroseconds);
            return ChargeLocally(plan, exception.Message);
        }
        finally
        {
            if (requests > 1)
            {
                plan.Lease.End();
            }
        }
    }

    private async Task<RedisResult[]> EvaluateAsync(IDatabase database, RedisKey[] keys, RedisValue[] arguments)
    {
        try
        {
            return await AnswerAsync(database.ScriptEvaluateAsync(LimitScript.Text, keys, arguments));
        }
        catch (RedisServerException exception) when (exception.Message.Contains("NOSCRIPT", StringComparison.Ordinal))
        {
            // The server was restarted; the client now knows, and sends the text again.
            return await AnswerAsync(database.ScriptEvaluateAsync(LimitScript.Text, keys, arguments));
        }
    }

    private async Task<RedisResult[]> AnswerAsync(Task<RedisResult> pending)
    {
        var askedAt = NowMicroseconds();
        while (true)
        {
            var since = NowMicroseconds();
            try
            {
                var answer = (RedisResult[])await pending.WaitAsync(_patience);
                Volatile.Write(ref _answeredAt, NowMicroseconds());
                return answer;
            }
            catch (TimeoutException) when (!pending.IsFaulted && IsWorthWaiting(askedAt, since))
            {
            }
        }
    }

    /// <summary>Redis answered somebody a moment ago, or the time is over because this process had no turn: it was not Redis that was slow.</summary>
    private bool IsWorthWaiting(long askedAt, long since)
    {
        var (now, patience) = (NowMicroseconds(), (long)_patience.TotalMicroseconds);
        return now - askedAt < MostPatience * patience && (now - Volatile.Read(ref _answeredAt) < patience || now - since > 2 * patience);
    }

    private LimitDecision Read(LimitPlan plan, RedisResult[] reply, long askedAt)
    {
        Span<(long Left, long Wait)> found = stackalloc (long, long)[plan.Windows.Count];
        for (var i = 0; i < found.Length; i++)
        {
            found[i] = ((long)reply[(i * 2) + 2], (long)reply[(i * 2) + 3]);
        }

        var charged = (int)reply[0];
        var decision = LimitDecision.Of(plan, charged > 0, found);
        if (!decision.Allowed)
        {
            plan.Refuse(decision, NowMicroseconds());
            return decision;
        }

        return Mirrored(plan, charged > 1 ? plan.Lease.Grant(decision, charged, askedAt, (long)reply[1]) : decision);
    }

    /// <summary>Counts in this process too what Redis has let pass.</summary>
    private LimitDecision Mirrored(LimitPlan plan, LimitDecision decision)
    {
        var mirrored = local.Charge(plan, instances: 1);
        return mirrored.Allowed ? decision : mirrored;
    }

    private LimitDecision ChargeLocally(LimitPlan plan, string reason)
    {
        if (Interlocked.Exchange(ref _away, 1) == 0)
        {
            LogAway(log, reason);
        }

        var decision = local.Charge(plan, options.Value.Instances);
        if (!decision.Allowed)
        {
            plan.Refuse(decision, NowMicroseconds());
        }

        return decision;
    }

    private long NowMicroseconds() => (long)clock.GetElapsedTime(0).TotalMicroseconds;

    [LoggerMessage(LogLevel.Warning, "Limits are counted in this process: {Reason}")]
    private static partial void LogAway(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Information, "Limits are counted in Redis again")]
    private static partial void LogBack(ILogger logger);
}
