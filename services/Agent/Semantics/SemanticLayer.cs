using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Platform.Agent.Storage;
using Platform.Agent.Upstream;
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
internal sealed class SemanticLayer(PlatformServices services, KnownModels models, CallContext call, AgentDb db)
{
    private MergedModel? _model;

    public async Task<MergedModel> ModelAsync(CancellationToken ct)
    {
        return _model ??= await MergeAsync(await models.AllAsync(services, call, ct), ct);
    }

    /// <summary>The model as far as the services that own its parts can be asked right now.</summary>
    public async Task<MergedModel> ReachableModelAsync(CancellationToken ct) => _model ?? await MergeAsync(await models.SomeAsync(services, call, ct), ct);

    private async Task<MergedModel> MergeAsync(IReadOnlyList<MergedEntity> entities, CancellationToken ct)
    {
        var added = await db.SemanticModels.AsNoTracking().OrderByDescending(m => m.Version).FirstOrDefaultAsync(ct);
        return new MergedModel(added?.Version ?? 0, added?.Yaml ?? "", entities, TenantAdditions.Read(added?.Yaml ?? ""));
    }

    /// <summary>The plan in the models' own names, and the service that carries it out.</summary>
    /// <exception cref="FaultException">422: it names what no model has.</exception>
    public async Task<(string Service, SemanticPlan Plan)> CompileAsync(SemanticPlan plan, CancellationToken ct)
    {
        var model = await ModelAsync(ct);
        return ResolvePlan.Run(model, plan);
    }

    /// <summary>What the service that owns the entity answers, and which one that is.</summary>
    public async Task<(string Service, ServiceAnswer Answer)> QueryAsync(SemanticPlan plan, CancellationToken ct)
    {
        var (service, resolved) = await CompileAsync(plan, ct);
        return (service, await services.ReadAsync(service, HttpMethod.Post, "/internal/semantic/query", JsonSerializer.SerializeToNode(resolved, Json.Options), ct));
    }
}
