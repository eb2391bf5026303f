using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Gateway.Limits;
using Platform.Gateway.Pipeline;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Protection;

/// <summary>
/// One score for each address and each caller, of what was refused to them and how fast they come. Above a threshold
/// requests are answered more slowly, above another they are refused, each time for longer. The address is the connection's
/// and never a header's; nobody is scored for what somebody else sent.
/// </summary>
internal sealed class ThreatGuard(
    Blocks blocks, SecurityEvents events, KnownBad known, IOptions<ProtectionOptions> options, TimeProvider clock)
{
    private const int SuspectsKept = 50_000;
    private const int MostDelayed = 500;
    private const int Growth = 4;
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestBlock = TimeSpan.FromDays(1);

    private readonly IPNetwork[] _allowed = options.Value.Allowed();
    private readonly BoundedCache<IPAddress, Suspect> _addresses = new(SuspectsKept);
    private readonly BoundedCache<string, Suspect> _callers = new(SuspectsKept);
    private int _delayed;

    /// <summary>Whether an address is never scored, slowed down or blocked.</summary>
    public bool IsAllowed(IPAddress? address)
    {
        if (address is null)
        {
            return true;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in _allowed)
        {
            if (network.Contains(plain))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A request came in. The answer is its refusal; a suspect's request is held back before.</summary>
    public ValueTask<Fault?> ArriveAsync(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        if (IsAllowed(address))
        {
            return default;
        }

        var subject = LimitPlans.Subject(address!);
        if (blocks.Of(subject) is { } block)
        {
            return ValueTask.FromResult<Fault?>(Refused(block));
        }

        var suspect = SuspectOf(_addresses, subject);
        var now = Now();
        if (suspect.Arrived(now) is > 0 and var points)
        {
            Add(suspect, points, now, new Target(subject.ToString(), Blocks.IdOf(subject), subject, null), "burst");
        }

        return suspect.Score >= options.Value.SlowAt && suspect.ScoreAt(now) is var score && score >= options.Value.SlowAt ? DelayAsync(score, context.RequestAborted) : default;
    }

    /// <summary>The refusal of a caller who is blocked; asking costs a comparison while nobody is.</summary>
    public Fault? Refusal(HttpContext context, Caller caller) =>
        blocks.Of(caller) is { } block && !IsAllowed(context.Connection.RemoteIpAddress) ? Refused(block) : null;

    /// <summary>A request was refused, by the gateway or by a service.</summary>
    public void Refuse(HttpContext context, int status)
    {
        var address = context.Connection.RemoteIpAddress;
        if (IsAllowed(address))
        {
            return;
        }

        var code = context.Features.Get<Fault>()?.Code;
        var points = RequestSigns.PointsOf(status, code, context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        if (points == 0 || code == ErrorCodes.IpBlocked)
        {
            return;
        }

        var now = Now();
        var reason = string.Create(CultureInfo.InvariantCulture, $"{status} {context.Request.Method}");
        var subject = LimitPlans.Subject(address!);
        Add(SuspectOf(_addresses, subject), points, now, new Target(subject.ToString(), Blocks.IdOf(subject), subject, null), reason);
        if (GatewayRequest.Of(context).Credential is { Tenant: not null } credential)
        {
            var caller = credential.Caller;
            var id = Blocks.IdOf(caller.TenantId, caller.Subject);
            Add(SuspectOf(_callers, id), points, now, new Target(id, id, null, caller), reason);
        }
    }

    /// <summary>Nothing is held against somebody any more.</summary>
    public void Forgive(Block block)
    {
        if (block.Address is { } text && IPAddress.TryParse(text, out var address))
        {
            SuspectOf(_addresses, address).Clear();
        }
        else if (_callers.TryGet(block.Id, out var suspect))
        {
            suspect.Clear();
        }
    }

    private void Add(Suspect suspect, double points, double now, Target target, string reason)
    {
        var before = suspect.ScoreAt(now);
        var score = suspect.Add(points, now);
        if (target.Address is { } address && suspect.IsKnownBad is null)
        {
            known.LookUp(address, suspect);
        }

        if (score >= options.Value.BlockAt)
        {
            Block(suspect, score, target, reason);
        }
        else if (before < options.Value.SlowAt && score >= options.Value.SlowAt)
        {
            events.Add(new SecurityEvent(clock.GetUtcNow(), "slowed", target.Name, Math.Round(score, 1), reason));
        }
    }

    private void Block(Suspect suspect, double score, Target target, string reason)
    {
        var now = clock.GetUtcNow();
        lock (suspect)
        {
            if (blocks.Find(target.Id) is not null)
            {
                return;
            }

            suspect.Blocks = now - suspect.LastBlock > LongestBlock ? 1 : suspect.Blocks + 1;
            suspect.LastBlock = now;
            suspect.Clear();
        }

        var seconds = Math.Min(LongestBlock.TotalSeconds, options.Value.BlockSeconds * Math.Pow(Growth, suspect.Blocks - 1));
        var block = new Block(
            target.Id, target.Address?.ToString(), target.Caller?.TenantId, target.Caller?.Subject, $"Threat score, last by {reason}", Math.Round(score, 1), "gateway", now, now.AddSeconds(seconds));
        _ = blocks.AddAsync(block, CancellationToken.None);
        events.Add(new SecurityEvent(now, "blocked", target.Name, block.Score, block.Reason));
    }

    /// <summary>The worse the score, the longer; and never so many that holding them back is itself a burden.</summary>
    private async ValueTask<Fault?> DelayAsync(double score, CancellationToken ct)
    {
        if (Interlocked.Increment(ref _delayed) <= MostDelayed)
        {
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(LongestDelay.TotalMilliseconds, score * LongestDelay.TotalMilliseconds / options.Value.BlockAt)), clock, ct);
            }
            finally
            {
                Interlocked.Decrement(ref _delayed);
            }

            return null;
        }

        Interlocked.Decrement(ref _delayed);
        return new Fault(ErrorCodes.RateLimitExceeded, "Too many suspicious requests at once.", RetryAfter: LongestDelay);
    }

    private Fault Refused(Block block) => new(
        ErrorCodes.IpBlocked, "Requests from here are refused for a time.", RetryAfter: block.ExpiresAt - clock.GetUtcNow());

    private double Now() => clock.GetElapsedTime(0).TotalSeconds;

    private static Suspect SuspectOf<TKey>(BoundedCache<TKey, Suspect> suspects, TKey key)
        where TKey : notnull
    {
        if (!suspects.TryGet(key, out var suspect))
        {
            suspects.Set(key, suspect = new Suspect());
        }

        return suspect;
    }

    private sealed record Target(string Name, string Id, IPAddress? Address, Caller? Caller);
}
