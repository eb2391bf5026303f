using MassTransit;
using Microsoft.EntityFrameworkCore;
using Platform.Agent.Storage;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;

namespace Platform.Agent.Tenants;

/// <summary>Keeps the limits that administrators set for tenants.</summary>
internal sealed class RateLimitsChangedConsumer(Inbox<AgentDb> inbox) : IConsumer<Batch<RateLimitsChanged>>
{
    public Task Consume(ConsumeContext<Batch<RateLimitsChanged>> context) => inbox.ProcessAsync(context, "agent.rate-limits-changed", async (db, _, messages, ct) =>
    {
        var last = messages.MaxBy(m => m.OccurredAt)!;
        var tenant = last.Event.TenantId;
        var limits = await db.TenantLimits.FirstOrDefaultAsync(l => l.TenantId == tenant, ct);
        if (limits is null)
        {
            db.TenantLimits.Add(limits = new TenantLimits { TenantId = tenant });
        }
        else if (limits.ChangedAt > last.OccurredAt)
        {
            return;
        }

        limits.Routes = last.Event.Routes ?? limits.Routes;
        limits.ModelTokensPerMonth = last.Event.ModelTokensPerMonth;
        limits.ChangedAt = last.OccurredAt;
    });
}
