using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Relationships;
using Platform.ThreatIntel.Storage;
using Stix;

namespace Platform.ThreatIntel.Objects;

/// <summary>
/// Lists and CRUD of STIX types as STIX: one implementation for all. Properties that the standard does not name are
/// custom ones and stay; <c>tlp</c> in a body stands for the marking.
/// </summary>
internal static class CollectionEndpoints
{
    private static readonly Sorts<StixObject> Sorts = Sorts<StixObject>.By(o => o.StixId)
        .Add("id", o => o.StixId).Add("name", o => o.Name ?? "").Add("modified", o => o.Modified).Default("id");

    public static IEndpointRouteBuilder MapCollections(this IEndpointRouteBuilder api)
    {
        foreach (var collection in StixCollection.All)
        {
            var handlers = new Handlers(collection);
            var group = api.MapGroup("/threat-intel/" + collection.Path).WithTags(collection.Tag);
            if (collection.Type != StixTypes.Relationship)
            {
                group.MapGet("/", handlers.List).RequirePermission("read:threat_intel").WithPaging(20, 100).Kept();
                group.MapGet("/{id}", handlers.Get).RequirePermission("read:threat_intel").KeptById();
            }

            var (write, delete) = collection.Type == "note" ? ("write:notes", "delete:notes") : ("write:threat_intel", "delete:threat_intel");
            group.MapPost("/", handlers.Create).RequirePermission("write:threat_intel", write).WithIdempotency();
            group.MapPut("/{id}", handlers.Replace).RequirePermission("write:threat_intel", write);
            group.MapPatch("/{id}", handlers.Change).RequirePermission("write:threat_intel", write);
            group.MapDelete("/{id}", handlers.Delete).RequirePermission("delete:threat_intel", delete).Audited("threat_object_deleted", "threat_object");
        }

        return api;
    }

    private sealed class Handlers(StixCollection collection)
    {
        /// <summary>Objects of the type by text in their name, time of change, or (sightings) what was sighted.</summary>
        public async Task<PageResult<RawStix>> List(
            PageRequest page, HttpRequest request, ThreatIntelDb db, VisibleRefs refs, CallContext call,
            string? search, string? modified_after, string? revoked, string? sighting_of_ref, CancellationToken ct)
        {
            var query = new QueryReader(request.Query);
            var text = query.Short("search");
            var after = query.Time("modified_after");
            var isRevoked = query.Flag("revoked");
            query.ThrowIfInvalid();

            var rows = db.Objects.AsNoTracking().VisibleTo(call.Clearance).Where(o => o.Type == collection.Type);
            if (collection.Type == StixTypes.Sighting)
            {
                var seen = db.VisibleRelationships(call.Clearance).Where(r => r.RelationshipType == StixRelationship.SightingOf);
                seen = string.IsNullOrEmpty(sighting_of_ref) ? seen : seen.Where(r => r.TargetRef == sighting_of_ref);
                rows = rows.Where(o => seen.Any(r => r.StixId == o.StixId));
            }

            if (text is not null)
            {
                var pattern = ObjectQueries.Containing(text);
                rows = rows.Where(o => EF.Functions.Like(o.Name!.ToLower(), pattern, "\\"));
            }

            if (after is { } time)
            {
                rows = rows.Where(o => o.Modified > time);
            }

            if (isRevoked is { } wanted)
            {
                rows = rows.Where(o => o.Revoked == wanted);
            }

            var found = await rows.ToPageAsync(page, Sorts, ct);
            var revisions = found.Items.Select(o => o.Revision).ToArray();
            var ids = found.Items.Select(o => o.StixId).ToArray();
            var versions = await db.ObjectVersions.AsNoTracking().Where(v => ids.Contains(v.StixId) && revisions.Contains(v.Revision))
                .ToDictionaryAsync(v => v.Revision, v => new { v.Raw, v.StatedAt }, ct);
            var shown = await refs.ShowAsync([.. revisions.Select(r => new StatedObject(RawBytes.Unpack(versions[r].Raw), versions[r].StatedAt))], ct);
            return new Page<RawStix>(found.Request, [.. shown.Where(raw => raw is not null).Select(raw => new RawStix(raw!))], found.Total, found.NextCursor).ToResult();
        }

        /// <summary>One object.</summary>
        public async Task<Results<Ok<RawStix>, FaultResult>> Get(string id, HttpResponse response, ReadObject objects, CancellationToken ct) =>
            StixId.IsOfType(id, collection.Type) && await objects.FindConnectedAsync(id, ct) is { } found
                ? TypedResults.Ok(Show(found, response))
                : Faults.NotFound("object");

        /// <summary>Creates one. What the server can fill in (type, id, times) may be absent.</summary>
        public async Task<Results<Created<RawStix>, FaultResult>> Create(
            Body<JsonObject> body, HttpContext context, ReadObject objects, ChangeObject change, TimeProvider clock, CancellationToken ct)
        {
            var draft = StixInput.Create(body.Value, collection.Type, clock.GetUtcNow());
            if (await objects.FindConnectedAsync(draft.Id, ct) is not null)
            {
                return Faults.Exists("An object with this id exists already.");
            }

            await change.CreateAsync(draft, ct);
            var found = (await objects.FindAsync(draft.Id, ct))!.Value;
            return TypedResults.Created(context.ThreatIntel($"{collection.Path}/{draft.Id}"), Show(found, context.Response));
        }

        /// <summary>Replaces one. Its id, type and creation stay.</summary>
        public Task<Results<Ok<RawStix>, FaultResult>> Replace(
            string id, Body<JsonObject> body, HttpContext context, ReadObject objects, ChangeObject change, TimeProvider clock, CancellationToken ct) =>
            UpdateAsync(id, _ => Task.FromResult(body.Value), context, objects, change, clock, ct);

        /// <summary>Changes one by a JSON Merge Patch (RFC 7396).</summary>
        public Task<Results<Ok<RawStix>, FaultResult>> Change(
            string id, Patch<JsonObject> patch, HttpContext context, ReadObject objects, ChangeObject change, TimeProvider clock, CancellationToken ct) =>
            UpdateAsync(id, patch.ApplyAsync, context, objects, change, clock, ct);

        /// <summary>Deletes one.</summary>
        public async Task<NoContent> Delete(string id, HttpRequest request, ChangeObject change, CancellationToken ct)
        {
            await change.DeleteAsync(id, [collection.Type], request, ct);
            return TypedResults.NoContent();
        }

        private async Task<Results<Ok<RawStix>, FaultResult>> UpdateAsync(
            string id, Func<JsonObject, Task<JsonObject>> edit, HttpContext context, ReadObject objects, ChangeObject change,
            TimeProvider clock, CancellationToken ct)
        {
            var isThere = await change.UpdateAsync(
                id, [collection.Type], context.Request,
                async stored => StixInput.Replace(await edit(stored.Json), stored, clock.GetUtcNow()), ct);
            return isThere ? TypedResults.Ok(Show((await objects.FindAsync(id, ct))!.Value, context.Response)) : Faults.NotFound("object");
        }

        private static RawStix Show((StixObject Row, byte[] Raw) found, HttpResponse response)
        {
            response.SetETag(found.Row.Revision);
            return new RawStix(found.Raw);
        }
    }
}
