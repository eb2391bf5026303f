using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Agent.Storage;
using Platform.Agent.Tools;
using Platform.ServiceDefaults;

namespace Platform.Agent.Semantics;

/// <summary>What can be asked about, and typed plans over it.</summary>
internal static class SemanticLayerEndpoints
{
    public static IEndpointRouteBuilder MapSemanticLayer(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/agent/semantic-layer").WithTags("agent").RequirePermission(Permissions.UseChat);
        group.MapGet("/models", GetAsync).WithSummary("Read what can be asked about")
            .WithDescription("Entities with dimensions, measures and synonyms, as far as the caller may read them, and the tenant's additions as YAML.");
        group.MapPut("/models", PutAsync).RequirePermission(Permissions.ManageConfig).Audited("semantic_model_changed", "semantic_model").WithSummary("Set the tenant's additions")
            .WithDescription("YAML with `synonyms`, named `metrics` and `examples`; every change is a new version. Honours `If-Match`.");
        group.MapPost("/compile", CompileAsync).WithSummary("Resolve a plan")
            .WithDescription("Synonyms and named metrics become the models' own names; what no model knows is 422.");
        group.MapPost("/query", QueryAsync).WithSummary("Carry out a plan").WithDescription("By the service that owns the tables, with the caller's rights.");
        return api;
    }

    private static async Task<Ok<SemanticModels>> GetAsync(SemanticLayer layer, HttpResponse response, CancellationToken ct)
    {
        var model = await layer.ModelAsync(ct);
        response.SetETag(model.Version);
        return TypedResults.Ok(SemanticModels.From(model));
    }

    private static async Task<Results<Ok<SemanticModels>, FaultResult>> PutAsync(
        Body<WriteSemanticModels> body, SemanticLayer layer, AgentDb db, CallContext call, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        var model = await layer.ModelAsync(ct);
        if (!http.Request.IfMatch(model.Version))
        {
            return Faults.PreconditionFailed();
        }

        var additions = TenantAdditions.Read(body.Value.Yaml!);
        if (ResolvePlan.Check(model with { Additions = new TenantAdditions() }, additions) is { Count: > 0 } faults)
        {
            return Faults.Validation(faults);
        }

        var next = new SemanticModelVersion { TenantId = call.TenantId, Version = model.Version + 1, Yaml = body.Value.Yaml!, Author = call.Subject, CreatedAt = clock.GetUtcNow() };
        db.SemanticModels.Add(next);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException exception) when (exception.InnerException is Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.UniqueViolation })
        {
            return Faults.Conflict("Somebody else changed the model just now.");
        }

        http.Response.SetETag(next.Version);
        return TypedResults.Ok(SemanticModels.From(model with { Version = next.Version, Yaml = next.Yaml, Additions = additions }));
    }

    private static async Task<Ok<CompiledSemanticPlan>> CompileAsync(Body<SemanticPlan> body, SemanticLayer layer, CancellationToken ct)
    {
        var (service, plan) = await layer.CompileAsync(body.Value, ct);
        return TypedResults.Ok(new CompiledSemanticPlan(service, plan));
    }

    private static async Task<Results<Ok<System.Text.Json.Nodes.JsonNode>, FaultResult>> QueryAsync(Body<SemanticPlan> body, SemanticLayer layer, CancellationToken ct)
    {
        try
        {
            var result = ServiceTool.Of((await layer.QueryAsync(body.Value, ct)).Answer, static data => ServiceTool.Items(data, "rows"));
            return result.Error is { } error ? new FaultResult(error) : TypedResults.Ok(result.Data!);
        }
        catch (UpstreamException exception)
        {
            return new FaultResult(ServiceTool.Unreachable(exception).Error!);
        }
    }
}

/// <summary>The tenant's additions.</summary>
/// <param name="Yaml">With <c>synonyms</c>, <c>metrics</c> and <c>examples</c>; up to 64 KB.</param>
internal sealed record WriteSemanticModels(string? Yaml);

internal sealed class WriteSemanticModelsValidator : AbstractValidator<WriteSemanticModels>
{
    public WriteSemanticModelsValidator() => RuleFor(m => m.Yaml)
        .Must(y => y is { Length: <= TenantAdditions.MaxLength } && !y.Contains('\0', StringComparison.Ordinal)).WithMessage("must be at most 64 KB of YAML");
}

/// <summary>What can be asked about.</summary>
/// <param name="Version">Version of the tenant's additions; 0 where there are none.</param>
/// <param name="Entities">The entities.</param>
/// <param name="Metrics">The tenant's named metrics.</param>
/// <param name="Yaml">The tenant's additions as they were written.</param>
internal sealed record SemanticModels(int Version, IReadOnlyList<OwnedEntity> Entities, IReadOnlyList<string> Metrics, string Yaml)
{
    internal static SemanticModels From(MergedModel model) => new(
        model.Version, [.. model.Entities.Select(e => OwnedEntity.From(e, model.Additions))], [.. model.Additions.Metrics.Select(m => m.Name)], model.Yaml);
}

/// <summary>An entity and the service that owns it.</summary>
internal sealed record OwnedEntity(
    string Name, string Service, string Description, IReadOnlyList<string> Synonyms, IReadOnlyList<SemanticMemberView> Dimensions, IReadOnlyList<SemanticMemberView> Measures)
{
    internal static OwnedEntity From(MergedEntity e, TenantAdditions additions) => new(
        e.Entity.Name, e.Service, e.Entity.Description, [.. e.Entity.Synonyms, .. additions.Synonyms.GetValueOrDefault(e.Entity.Name) ?? []], e.Entity.Dimensions, e.Entity.Measures);
}

/// <summary>A plan in the models' own names, and who carries it out.</summary>
internal sealed record CompiledSemanticPlan(string Service, SemanticPlan Plan);
