using System.Collections.Concurrent;
using System.Text.Json;
using Platform.Agent.Upstream;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Agent.Semantics;

/// <summary>
/// The models that services ship, as each caller may see them, kept for a minute. They change with a service's version and
/// the caller's rights only, and the owning service looks at the rights again with every query.
/// </summary>
internal sealed class KnownModels(TimeProvider clock)
{
    private const int MaxKept = 20_000;
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    /// <summary>How long a service that could not be asked is left alone by those who can do without.</summary>
    private static readonly TimeSpan LeftAlone = TimeSpan.FromSeconds(10);
    private static readonly string[] Owners = [PlatformServices.ThreatIntel, PlatformServices.KnowledgeGraph, PlatformServices.Tenancy];

    private readonly ConcurrentDictionary<(Guid Tenant, string Permissions, string Service), (DateTimeOffset At, IReadOnlyList<MergedEntity> Entities)> _kept = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> _failed = new();

    /// <summary>All that the caller may ask about.</summary>
    /// <exception cref="FaultException">502: a service could not be asked.</exception>
    public async Task<IReadOnlyList<MergedEntity>> AllAsync(PlatformServices services, CallContext call, CancellationToken ct)
    {
        var entities = new List<MergedEntity>();
        foreach (var service in Owners)
        {
            entities.AddRange(await OfAsync(service, services, call, ct)
                ?? throw new FaultException(new Fault(ErrorCodes.UpstreamUnavailable, "The models of the data cannot be read right now.", RetryAfter: TimeSpan.FromSeconds(5))));
        }

        return entities;
    }

    /// <summary>What can be had of it right now.</summary>
    public async Task<IReadOnlyList<MergedEntity>> SomeAsync(PlatformServices services, CallContext call, CancellationToken ct)
    {
        var entities = new List<MergedEntity>();
        foreach (var service in Owners)
        {
            if (_failed.TryGetValue(service, out var failed) && clock.GetUtcNow() - failed < LeftAlone)
            {
                continue;
            }

            try
            {
                entities.AddRange(await OfAsync(service, services, call, ct) ?? []);
            }
            catch (Exception exception) when (exception is UpstreamException or FaultException && !ct.IsCancellationRequested)
            {
                _failed[service] = clock.GetUtcNow();
            }
        }

        return entities;
    }

    private async Task<IReadOnlyList<MergedEntity>?> OfAsync(string service, PlatformServices services, CallContext call, CancellationToken ct)
    {
        var key = (call.TenantId, call.Caller.Permissions.ToString(), service);
        var now = clock.GetUtcNow();
        if (_kept.TryGetValue(key, out var kept) && now - kept.At < Kept)
        {
            return kept.Entities;
        }

        var answer = await services.ReadAsync(service, HttpMethod.Get, "/internal/semantic/models", null, ct);
        if (!answer.Ok || answer.Body.Deserialize<SemanticModelView>(Json.Options) is not { } view)
        {
            _failed[service] = now;
            return null;
        }

        if (_kept.Count >= MaxKept)
        {
            _kept.Clear();
        }

        IReadOnlyList<MergedEntity> entities = [.. view.Entities.Select(e => new MergedEntity(service, e))];
        _kept[key] = (now, entities);
        return entities;
    }
}
