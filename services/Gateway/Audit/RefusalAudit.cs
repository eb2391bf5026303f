using Platform.Contracts;
using Platform.Gateway.Pipeline;
using Platform.Gateway.Usage;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Audit;

/// <summary>
/// Tells the audit log what the gateway itself refuses: wrong credentials, addresses, tenants and limits. Refusals of one
/// kind are added up for some seconds, and by Identity to one row a minute, so that a flood of them costs a bounded number
/// of messages: of the kinds beyond the first few hundred only the number is told, to the default tenant. What is counted and not yet sent is lost
/// with the process.
/// </summary>
internal sealed class RefusalAudit(AuditRecorder recorder, TimeProvider clock) : BackgroundService
{
    private const int MostKinds = 500;
    private const string Action = "access_refused";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private Dictionary<Kind, Tally> _kinds = [];

    /// <summary>Counts a refusal; without a known credential it is the platform's own affair and goes to the default tenant.</summary>
    public void Count(HttpContext context, Fault fault)
    {
        var request = GatewayRequest.Of(context);
        var caller = request.Refused ?? (request.Credential?.Tenant is null ? null : request.Credential.Caller);
        Add(new Kind(
            caller?.TenantId ?? WellKnown.DefaultTenantId,
            caller?.Subject,
            $"endpoint/{context.Request.Method} {EndpointNames.Of(context.Request.Path.Value ?? "/")}",
            HeaderHygiene.AddressOf(context.Connection.RemoteIpAddress).ToString(),
            fault.Code));
    }

    private void Add(Kind kind)
    {
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            if (!_kinds.TryGetValue(kind, out var tally))
            {
                kind = _kinds.Count < MostKinds ? kind : new Kind(WellKnown.DefaultTenantId, null, "endpoint/*", null, kind.Code);
                _kinds.TryGetValue(kind, out tally);
                _kinds[kind] = tally ??= new Tally(now);
            }

            tally.Count++;
        }
    }

    /// <summary>What was counted so far, which is counted no more.</summary>
    internal List<(Guid TenantId, AuditRecorded Record)> Take()
    {
        Dictionary<Kind, Tally> counted;
        lock (_lock)
        {
            (counted, _kinds) = (_kinds, []);
        }

        var told = new List<(Guid, AuditRecorded)>(counted.Count);
        foreach (var (kind, tally) in counted)
        {
            var details = new Dictionary<string, string> { ["code"] = kind.Code };
            told.Add((kind.Tenant, new AuditRecorded(Action, kind.Resource, "refused", kind.Actor, kind.Address, details, tally.Since, tally.Count)));
        }

        return told;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var (tenant, record) in Take())
            {
                await recorder.RecordAsync(tenant, record, stoppingToken);
            }
        }
    }

    /// <summary>Refusals that are told as one.</summary>
    private readonly record struct Kind(Guid Tenant, string? Actor, string Resource, string? Address, string Code);

    private sealed class Tally(DateTimeOffset since)
    {
        public DateTimeOffset Since { get; } = since;

        public int Count { get; set; }
    }
}
