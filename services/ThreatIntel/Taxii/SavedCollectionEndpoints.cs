using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Storage;
using Stix;

namespace Platform.ThreatIntel.Taxii;

/// <summary>Filters that TAXII shows as collections.</summary>
internal static class SavedCollectionEndpoints
{
    private static readonly Sorts<SavedCollection> Sorts = Sorts<SavedCollection>.By(c => c.Id).Add("title", c => c.Title).Default("title");

    public static IEndpointRouteBuilder MapSavedCollections(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/threat-intel/collections").WithTags("TAXII collections");
        group.MapGet("/", List).RequirePermission("read:threat_intel");
        group.MapPost("/", Create).RequirePermission("write:threat_intel").WithIdempotency().Audited("collection_created", "collection");
        group.MapDelete("/{id:guid}", Delete).RequirePermission("delete:threat_intel").Audited("collection_deleted", "collection");
        return api;
    }

    /// <summary>The saved filters.</summary>
    private static async Task<PageResult<SavedCollectionResource>> List(PageRequest page, ThreatIntelDb db, CancellationToken ct) =>
        (await db.SavedCollections.AsNoTracking().ToPageAsync(page, Sorts, ct)).Select(SavedCollectionResource.From).ToResult();

    /// <summary>Saves a filter; TAXII clients then find a collection with its id.</summary>
    private static async Task<Results<Created<SavedCollectionResource>, FaultResult>> Create(
        Body<SaveCollection> body, HttpContext context, ThreatIntelDb db, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        if (await db.SavedCollections.CountAsync(ct) >= SavedCollection.Most)
        {
            return Faults.Conflict($"A tenant saves at most {SavedCollection.Most} filters.");
        }

        var saved = new SavedCollection
        {
            Id = Guid.NewGuid(),
            TenantId = call.TenantId,
            Title = body.Value.Title,
            Description = body.Value.Description,
            Types = [.. body.Value.Types ?? []],
            Level = body.Value.Tlp,
            CreatedAt = clock.GetUtcNow(),
        };
        db.SavedCollections.Add(saved);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created(context.ThreatIntel($"collections/{saved.Id}"), SavedCollectionResource.From(saved));
    }

    /// <summary>Deletes a saved filter; the objects stay.</summary>
    private static async Task<NoContent> Delete(Guid id, ThreatIntelDb db, CancellationToken ct)
    {
        await db.SavedCollections.Where(c => c.Id == id).ExecuteDeleteAsync(ct);
        return TypedResults.NoContent();
    }
}

/// <summary>A saved filter.</summary>
internal sealed record SavedCollectionResource(
    Guid Id, string Title, string? Description, IReadOnlyList<string> Types, TlpLevel? Tlp, DateTimeOffset CreatedAt)
{
    public static SavedCollectionResource From(SavedCollection c) => new(c.Id, c.Title, c.Description, c.Types, c.Level, c.CreatedAt);
}

/// <summary>A filter to save.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Types">STIX types; all where absent.</param>
/// <param name="Tlp">One level; all where absent.</param>
internal sealed record SaveCollection(string Title, string? Description = null, IReadOnlyList<string>? Types = null, TlpLevel? Tlp = null);

internal sealed class SaveCollectionValidator : AbstractValidator<SaveCollection>
{
    public SaveCollectionValidator()
    {
        RuleFor(c => c.Title).NotEmpty().MaximumLength(200);
        RuleFor(c => c.Description).MaximumLength(2_000);
        RuleFor(c => c.Types).Must(types => types is null || (types.Count <= 50 && types.All(type => type is not null && StixId.IsType(type)))).WithMessage("must be at most 50 STIX types");
    }
}
