using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Objects;

namespace Platform.ThreatIntel.Relationships;

/// <summary>The relationships of many objects in one read, for callers that follow them.</summary>
internal static class RelationshipsOfEndpoints
{
    public static IEndpointRouteBuilder MapRelationshipsOf(this IEndpointRouteBuilder api)
    {
        api.MapPost("/threat-intel/relationships/by-refs", List).WithTags("Relationships").RequirePermission("read:threat_intel");
        return api;
    }

    /// <summary>The first relationships of each of up to 500 objects, by their ids; <c>after</c> goes on after one of them.</summary>
    private static async Task<Ok<RelationshipLists>> List(ReadBody<RelationshipsOf> body, ReadRelationshipsOf read, CancellationToken ct) =>
        TypedResults.Ok(await read.RunAsync(body.Value, ct));
}

/// <summary>Whose relationships.</summary>
/// <param name="Refs">STIX ids of objects, 500 at most.</param>
/// <param name="Direction"><c>out</c>: those that start at it; <c>in</c>: those that end at it; <c>both</c>.</param>
/// <param name="RelationshipTypes">Of these types; of any where absent. Sightings have the type <c>sighting-of</c>.</param>
/// <param name="Limit">Relationships of each object at most, 1 to 100.</param>
/// <param name="After">Only those whose ids come after this one.</param>
internal sealed record RelationshipsOf(
    IReadOnlyList<string> Refs, string Direction = "both", IReadOnlyList<string>? RelationshipTypes = null, int Limit = 20, string? After = null);

/// <summary>The relationships of each object, in the order asked.</summary>
internal sealed record RelationshipLists(IReadOnlyList<RelationshipList> Items);

/// <summary>The relationships of one object, by their ids.</summary>
/// <param name="Ref">The object.</param>
/// <param name="Relationships">Its relationships; none where it is not there.</param>
/// <param name="HasMore">Whether there are more.</param>
internal sealed record RelationshipList(string Ref, IReadOnlyList<RelationshipResource> Relationships, bool HasMore);

internal sealed class RelationshipsOfValidator : AbstractValidator<RelationshipsOf>
{
    public RelationshipsOfValidator()
    {
        RuleFor(r => r.Refs).NotNull().Must(refs => refs is null || (refs.Count is >= 1 and <= ObjectIdsValidator.Most && refs.All(id => IsText(id))))
            .WithMessage($"must be 1 to {ObjectIdsValidator.Most} ids");
        RuleFor(r => r.Direction).Must(d => d is "in" or "out" or "both").WithMessage("must be one of in, out, both");
        RuleFor(r => r.RelationshipTypes).Must(types => types is null || (types.Count <= 20 && types.All(IsText))).WithMessage("must be at most 20 types");
        RuleFor(r => r.Limit).InclusiveBetween(1, 100);
        RuleFor(r => r.After).Must(after => after is null || IsText(after)).WithMessage("must be an id");
    }

    private static bool IsText(string? text) => text is { Length: <= 300 } && !text.Contains('\0', StringComparison.Ordinal);
}
