using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Platform.Agent.Storage;
using Platform.Agent.Upstream;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Agent.Semantics;

/// <summary>The entities that the caller may ask about, each with the service that owns it, and what the tenant adds.</summary>
internal sealed record MergedModel(int Version, string Yaml, IReadOnlyList<MergedEntity> Entities, TenantAdditions Additions);

/// <summary>An entity and who owns it.</summary>
internal sealed record MergedEntity(string Service, SemanticEntityView Entity);

/// <summary>
/// Merges the models that the owning services ship with the tenant's additions, resolves names by them, and has plans
/// carried out where the tables are. A name that no model knows is a fault, never a guess.
/// </summary>
internal sealed class SemanticLayer(PlatformServices services, AgentDb db)
{
    private static readonly string[] Owners = [PlatformServices.ThreatIntel, PlatformServices.Tenancy];

    private MergedModel? _model;

    public async Task<MergedModel> ModelAsync(CancellationToken ct)
    {
        if (_model is null)
        {
            var added = await db.SemanticModels.AsNoTracking().OrderByDescending(m => m.Version).FirstOrDefaultAsync(ct);
            _model = new MergedModel(added?.Version ?? 0, added?.Yaml ?? "", await EntitiesAsync(ct), TenantAdditions.Read(added?.Yaml ?? ""));
        }

        return _model;
    }

    /// <summary>The plan in the models' own names, and the service that carries it out.</summary>
    /// <exception cref="FaultException">422: it names what no model has.</exception>
    public async Task<(string Service, SemanticPlan Plan)> CompileAsync(SemanticPlan plan, CancellationToken ct)
    {
        var model = await ModelAsync(ct);
        return ResolvePlan.Run(model, plan);
    }

    public async Task<ServiceAnswer> QueryAsync(SemanticPlan plan, CancellationToken ct)
    {
        var (service, resolved) = await CompileAsync(plan, ct);
        return await services.ReadAsync(service, HttpMethod.Post, "/internal/semantic/query", JsonSerializer.SerializeToNode(resolved, Json.Options), ct);
    }

    private async Task<IReadOnlyList<MergedEntity>> EntitiesAsync(CancellationToken ct)
    {
        var entities = new List<MergedEntity>();
        foreach (var service in Owners)
        {
            var answer = await services.ReadAsync(service, HttpMethod.Get, "/internal/semantic/models", null, ct);
            if (!answer.Ok || answer.Body.Deserialize<SemanticModelView>(Json.Options) is not { } view)
            {
                throw new FaultException(new Fault(ErrorCodes.UpstreamUnavailable, "The models of the data cannot be read right now.", RetryAfter: TimeSpan.FromSeconds(5)));
            }

            foreach (var entity in view.Entities)
            {
                entities.Add(new MergedEntity(service, entity));
            }
        }

        return entities;
    }
}
