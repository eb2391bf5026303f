using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Stix;

namespace Platform.ThreatIntel.Objects;

/// <summary>Many objects in one read, for callers that follow references.</summary>
internal static class ManyObjectsEndpoints
{
    public static IEndpointRouteBuilder MapManyObjects(this IEndpointRouteBuilder api)
    {
        api.MapPost("/threat-intel/objects/by-ids", Get).WithTags("Objects").RequirePermission("read:threat_intel");
        return api;
    }

    /// <summary>Up to 500 objects by their ids, as <c>GET /objects/{id}</c> gives each; those that are not there are left out.</summary>
    private static async Task<Ok<ObjectList>> Get(ReadBody<ObjectIds> body, ReadManyObjects read, CancellationToken ct) =>
        TypedResults.Ok(new ObjectList(await read.RunAsync([.. body.Value.Ids.Where(id => StixId.IsValid(id)).Distinct()], ct)));
}

/// <summary>Which objects.</summary>
/// <param name="Ids">STIX ids, 500 at most.</param>
internal sealed record ObjectIds(IReadOnlyList<string> Ids);

/// <summary>Those of the objects that are there, in no order.</summary>
internal sealed record ObjectList(IReadOnlyList<ObjectResource> Items);

/// <summary>An object and what the platform knows of it.</summary>
/// <param name="Id">Its STIX id.</param>
/// <param name="Type">Its STIX type.</param>
/// <param name="Name">Its name.</param>
/// <param name="Tlp">Its level.</param>
/// <param name="Revoked">Whether it was revoked.</param>
/// <param name="Created">STIX <c>created</c>.</param>
/// <param name="Modified">STIX <c>modified</c>.</param>
/// <param name="Object">The object.</param>
internal sealed record ObjectResource(
    string Id, string Type, string? Name, TlpLevel Tlp, bool Revoked, DateTimeOffset? Created, DateTimeOffset Modified, RawStix Object)
{
    public static ObjectResource From(StixObject row, byte[] raw) =>
        new(row.StixId, row.Type, row.Name, row.Tlp, row.Revoked, row.Created, row.Modified, new RawStix(raw));
}

internal sealed class ObjectIdsValidator : AbstractValidator<ObjectIds>
{
    public const int Most = 500;

    public ObjectIdsValidator() =>
        RuleFor(o => o.Ids).NotNull().Must(ids => ids is null || (ids.Count is >= 1 and <= Most && ids.All(id => id is not null))).WithMessage($"must be 1 to {Most} ids");
}
