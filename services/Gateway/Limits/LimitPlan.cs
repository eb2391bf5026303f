using System.Globalization;
using System.Text;
using Platform.Gateway.Authentication;
using Platform.Gateway.Tenants;
using StackExchange.Redis;

namespace Platform.Gateway.Limits;

/// <summary>One window that a request is counted in.</summary>
/// <param name="Name">As it is called in <c>RateLimit-Policy</c>.</param>
/// <param name="Field">Its field in the hash of its subject.</param>
/// <param name="Seconds">How long it is.</param>
/// <param name="Slots">Into how many slots it is cut.</param>
/// <param name="Limit">Requests in any such span of time.</param>
internal sealed record LimitWindow(string Name, string Field, int Seconds, int Slots, int Limit)
{
    public long SlotMicroseconds { get; } = Seconds * 1_000_000L / Slots;
}

/// <summary>
/// All windows of one caller, with everything prepared that asking Redis takes. Plans are made when limits change, not
/// per request.
/// </summary>
internal sealed class LimitPlan
{
    private static readonly CompositeFormat Quota = CompositeFormat.Parse("\"{0}\";q={1};w={2}");
    private long _refusedUntil;
    private LimitDecision? _refusal;

    public LimitPlan(string key, IReadOnlyList<LimitWindow> windows)
    {
        Key = key;
        Windows = windows;
        RedisKeys = [key];
        RedisArguments = new RedisValue[1 + (windows.Count * 4)];
        RedisArguments[0] = 1;
        LocalKeys = new string[windows.Count];
        var policies = new string[windows.Count];
        for (var i = 0; i < windows.Count; i++)
        {
            var window = windows[i];
            RedisArguments[(i * 4) + 1] = window.Field;
            RedisArguments[(i * 4) + 2] = window.SlotMicroseconds;
            RedisArguments[(i * 4) + 3] = window.Slots;
            RedisArguments[(i * 4) + 4] = window.Limit;
            LocalKeys[i] = key + "/" + window.Field;
            policies[i] = string.Format(CultureInfo.InvariantCulture, Quota, window.Name, window.Limit, window.Seconds);
        }

        Policy = string.Join(", ", policies);
    }

    public string Key { get; }

    public IReadOnlyList<LimitWindow> Windows { get; }

    public RedisKey[] RedisKeys { get; }

    /// <summary>The script's arguments for one request.</summary>
    public RedisValue[] RedisArguments { get; }

    /// <summary>Names of the windows in the local limiter.</summary>
    public string[] LocalKeys { get; }

    /// <summary>The windows in the local limiter, once it has met the plan.</summary>
    public LocalLimiter.Ring[]? Rings { get; set; }

    /// <summary>Requests of this plan that are charged and not yet made.</summary>
    public LimitLease Lease { get; } = new();

    /// <summary>Value of <c>RateLimit-Policy</c>.</summary>
    public string Policy { get; }

    /// <summary>The arguments for several requests at once.</summary>
    public RedisValue[] RedisArgumentsFor(int requests)
    {
        if (requests == 1)
        {
            return RedisArguments;
        }

        RedisValue[] arguments = [.. RedisArguments];
        arguments[0] = requests;
        return arguments;
    }

    /// <summary>The refusal that still holds at a moment; a refused caller is not asked for again until it ends.</summary>
    public LimitDecision? RefusalAt(long microseconds) =>
        Interlocked.Read(ref _refusedUntil) is var until && until > microseconds ? _refusal! with { WaitMicroseconds = until - microseconds } : null;

    public void Refuse(LimitDecision refusal, long microseconds)
    {
        _refusal = refusal;
        Interlocked.Exchange(ref _refusedUntil, microseconds + refusal.WaitMicroseconds);
    }

    /// <summary>
    /// The plan of a tenant's caller; an API key's own limits, and those of an operation for each caller, stand beside its
    /// tenant's, in the same hash.
    /// </summary>
    public static LimitPlan Of(TenantEntry tenant, TenantLimits limits, Credential credential, RouteLimit? route = null)
    {
        var windows = new List<LimitWindow>
        {
            Minute("minute", "m", limits.RequestsPerMinute),
            Hour("hour", "h", limits.RequestsPerHour),
            Day("day", "d", limits.RequestsPerDay),
        };
        if (credential is { Limits: { } own, ApiKeyId: { } id })
        {
            var prefix = $"k:{id:N}:";
            Add(windows, own.RequestsPerMinute, n => Minute("key-minute", prefix + "m", n));
            Add(windows, own.RequestsPerHour, n => Hour("key-hour", prefix + "h", n));
            Add(windows, own.RequestsPerDay, n => Day("key-day", prefix + "d", n));
        }

        if (route is not null)
        {
            windows.Add(Hour(route.Route, $"r:{route.Route}:{credential.Caller.Subject}", route.RequestsPerHour));
        }

        return new LimitPlan($"t:{tenant.Id:D}:limits", windows);
    }

    /// <summary>The plan of an address without a credential.</summary>
    public static LimitPlan OfAddress(string address, int limit, int seconds = 60) => new(
        $"limits:address:{address}",
        // Another length counts in another field: slots of different lengths do not add up.
        [seconds == 60 ? Minute("minute", "m", limit) : new LimitWindow($"{seconds} seconds", $"s{seconds}", seconds, 20, limit)]);

    /// <summary>The plan of an address at an operation with an hourly limit of its own that needs no credential.</summary>
    public static LimitPlan OfAddress(string address, string route, int limit) =>
        new($"limits:address:{address}", [Hour(route, "r:" + route, limit)]);

    private static LimitWindow Minute(string name, string field, int limit) => new(name, field, 60, 20, limit);

    private static LimitWindow Hour(string name, string field, int limit) => new(name, field, 3600, 30, limit);

    private static LimitWindow Day(string name, string field, int limit) => new(name, field, 86_400, 24, limit);

    private static void Add(List<LimitWindow> windows, int? limit, Func<int, LimitWindow> window)
    {
        if (limit is { } number)
        {
            windows.Add(window(number));
        }
    }
}
