using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Storage;
using Stix;

namespace Platform.ThreatIntel.Attack;

/// <summary>MITRE ATT&amp;CK as a matrix, and as a layer for the ATT&amp;CK Navigator.</summary>
internal static class AttackEndpoints
{
    private const string Default = "enterprise-attack";

    public static IEndpointRouteBuilder MapAttack(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/threat-intel/attack").WithTags("ATT&CK").RequirePermission("read:threat_intel").Kept();
        group.MapGet("/matrix", Matrix);
        group.MapGet("/navigator-layer", Layer).Unwrapped();
        return api;
    }

    /// <summary>Tactics with their techniques, and how many actors use each: all of them, or one (<c>actor_id</c>).</summary>
    private static async Task<Ok<MatrixResource>> Matrix(
        HttpRequest request, ThreatIntelDb db, CallContext call, string? domain, string? actor_id, CancellationToken ct)
    {
        var found = await ReadAsync(request, db, call, actor_id, ct);
        var tactics = found.Tactics.Select(tactic => new TacticResource(
            tactic.ExternalId, tactic.Name, tactic.ShortName,
            [.. found.Techniques.Where(technique => technique.Tactics.Contains(tactic.ShortName)).Select(TechniqueResource.From)])).ToList();
        return TypedResults.Ok(new MatrixResource(
            found.Domain, actor_id, found.Techniques.Count, found.Techniques.Count(technique => technique.UsedBy > 0), tactics));
    }

    /// <summary>The same as a layer file (format 4.5): a technique's score is the number of its users.</summary>
    private static async Task<Ok<NavigatorLayer>> Layer(
        HttpRequest request, ThreatIntelDb db, CallContext call, string? domain, string? actor_id, CancellationToken ct)
    {
        var found = await ReadAsync(request, db, call, actor_id, ct);
        var used = found.Techniques.Where(technique => technique.UsedBy > 0).ToList();
        return TypedResults.Ok(new NavigatorLayer(
            actor_id is null ? "Techniques in use" : "Techniques of one actor", new NavigatorVersions("4.5"), found.Domain,
            new NavigatorGradient(["#ffffff", "#ff6666"], 0, used.Count == 0 ? 1 : used.Max(technique => technique.UsedBy)),
            [.. used.SelectMany(technique => technique.Tactics.Select(tactic => new NavigatorTechnique(technique.ExternalId, tactic, technique.UsedBy)))]));
    }

    private static Task<AttackDomain> ReadAsync(HttpRequest request, ThreatIntelDb db, CallContext call, string? actorId, CancellationToken ct)
    {
        var query = new QueryReader(request.Query);
        var domain = query.OneOf("domain", Default, AttackDomain.Names);
        if (actorId is not null && !StixId.IsValid(actorId))
        {
            query.Fault("actor_id", "must be a STIX id");
        }

        query.ThrowIfInvalid();
        return AttackDomain.ReadAsync(db, call.Clearance, domain, actorId, ct);
    }
}

/// <summary>A matrix of ATT&amp;CK.</summary>
/// <param name="Domain">enterprise-attack, ics-attack or mobile-attack.</param>
/// <param name="ActorId">Whose techniques count; everybody's where absent.</param>
/// <param name="Techniques">How many techniques the domain has.</param>
/// <param name="Covered">How many of them are in use.</param>
/// <param name="Tactics">The columns, in ATT&amp;CK's order.</param>
internal sealed record MatrixResource(string Domain, string? ActorId, int Techniques, int Covered, IReadOnlyList<TacticResource> Tactics);

/// <summary>A column.</summary>
internal sealed record TacticResource(string ExternalId, string Name, string ShortName, IReadOnlyList<TechniqueResource> Techniques);

/// <summary>A cell: <paramref name="UsedBy"/> is how many actors use the technique; sub-techniques name their parent.</summary>
internal sealed record TechniqueResource(string Id, string ExternalId, string Name, string? ParentId, int UsedBy)
{
    public static TechniqueResource From(AttackTechnique t) => new(t.Id, t.ExternalId, t.Name, t.ParentId, t.UsedBy);
}

/// <summary>A layer of the ATT&amp;CK Navigator; its file format fixes the names.</summary>
internal sealed record NavigatorLayer(
    string Name,
    NavigatorVersions Versions,
    string Domain,
    NavigatorGradient Gradient,
    IReadOnlyList<NavigatorTechnique> Techniques);

internal sealed record NavigatorVersions(string Layer);

internal sealed record NavigatorGradient(
    IReadOnlyList<string> Colors,
    [property: System.Text.Json.Serialization.JsonPropertyName("minValue")] int MinValue,
    [property: System.Text.Json.Serialization.JsonPropertyName("maxValue")] int MaxValue);

internal sealed record NavigatorTechnique(
    [property: System.Text.Json.Serialization.JsonPropertyName("techniqueID")] string TechniqueId, string Tactic, int Score);
