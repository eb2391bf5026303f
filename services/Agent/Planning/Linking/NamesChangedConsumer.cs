using MassTransit;
using Platform.ServiceDefaults;

namespace Platform.Agent.Planning;

/// <summary>
/// That objects came in or changed; which ones does not matter here, so nothing of them is read. Public, because the exchange
/// of a message that is not would be taken for a temporary one.
/// </summary>
[MessageUrn("Platform.Contracts.ThreatIntel:ThreatObjectsUpserted")]
public sealed record ObjectsChanged;

/// <summary>That objects are gone.</summary>
[MessageUrn("Platform.Contracts.ThreatIntel:ThreatObjectsRemoved")]
public sealed record ObjectsGone;

/// <summary>Ends what this process knows of a tenant's names when its objects change.</summary>
internal sealed class NamesChangedConsumer(KnownNames names) : IConsumer<ObjectsChanged>, IConsumer<ObjectsGone>
{
    public Task Consume(ConsumeContext<ObjectsChanged> context) => Forget(Envelopes.Read(context).TenantId);

    public Task Consume(ConsumeContext<ObjectsGone> context) => Forget(Envelopes.Read(context).TenantId);

    private Task Forget(Guid tenant)
    {
        names.Forget(tenant);
        return Task.CompletedTask;
    }
}
