using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;
using Stix;

namespace Platform.ThreatIntel.Taxii;

/// <summary>The TAXII 2.1 server: an API root for each tenant.</summary>
internal static class TaxiiEndpoints
{
    /// <summary>The largest body of a request that adds objects, in bytes.</summary>
    public const long MaxContentLength = 32L << 20;

    private const string Read = "read:threat_intel";

    public static WebApplication MapTaxii(this WebApplication app)
    {
        var taxii = app.MapGroup("/taxii2").WithTags("TAXII").WithGroupName("v2").RequireAuthorization().Unwrapped().AddEndpointFilter(CheckAsync);
        taxii.MapGet("/", Discover).RequirePermission(Read);
        var root = taxii.MapGroup("/{root}");
        root.MapGet("/", ApiRoot).RequirePermission(Read);
        root.MapGet("/status/{id}", Status).RequirePermission(Read, orElse: "write:threat_intel");
        root.MapGet("/collections", Collections).RequirePermission(Read);
        root.MapGet("/collections/{collection}", Collection).RequirePermission(Read);
        root.MapGet("/collections/{collection}/manifest", Manifest).RequirePermission(Read);
        root.MapGet("/collections/{collection}/objects", Objects).RequirePermission(Read);
        root.MapPost("/collections/{collection}/objects", Add).RequirePermission("write:threat_intel")
            .WithMetadata(new RequestSizeLimitAttribute(MaxContentLength));
        root.MapGet("/collections/{collection}/objects/{id}", Object).RequirePermission(Read);
        root.MapDelete("/collections/{collection}/objects/{id}", Delete).RequirePermission("delete:threat_intel").Audited("threat_object_deleted", "threat_object");
        root.MapGet("/collections/{collection}/objects/{id}/versions", Versions).RequirePermission(Read);
        return app;
    }

    /// <summary>What holds for every request: the media type that is accepted, and the root, which is the caller's own tenant.</summary>
    private static async ValueTask<object?> CheckAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!TaxiiMedia.IsAccepted(http.Request))
        {
            return new TaxiiFault(StatusCodes.Status406NotAcceptable, "This server speaks TAXII 2.1 only.", $"Accept {TaxiiMedia.Taxii}.");
        }

        var root = http.Request.RouteValues["root"] as string;
        var call = http.RequestServices.GetRequiredService<CallContext>();
        return root is not null && !(Guid.TryParse(root, out var tenant) && tenant == call.TenantId)
            ? TaxiiFault.NotFound("API root")
            : await next(context);
    }

    /// <summary>Discovery: the API root of the caller's tenant (section 4.1).</summary>
    private static TaxiiAnswer<TaxiiDiscovery> Discover(CallContext call)
    {
        // Relative, so that it holds behind any host.
        var root = $"/taxii2/{call.TenantId}/";
        return new(new TaxiiDiscovery("Platform", "Threat intelligence of your tenant, up to your clearance.", root, [root]));
    }

    /// <summary>The API root (section 4.2).</summary>
    private static TaxiiAnswer<TaxiiApiRoot> ApiRoot() =>
        new(new TaxiiApiRoot("Threat intelligence", "Objects that you may see, as STIX.", [TaxiiMedia.Taxii], MaxContentLength));

    /// <summary>What became of objects that the caller added (section 4.3).</summary>
    private static async Task<IResult> Status(string id, ThreatIntelDb db, CallContext call, CancellationToken ct)
    {
        var subject = call.Subject;
        return Guid.TryParse(id, out var key) && await db.TaxiiStatuses.AsNoTracking().SingleOrDefaultAsync(s => s.Id == key && s.Subject == subject, ct) is { } stored
            ? new TaxiiAnswer<TaxiiStatus>(JsonSerializer.Deserialize<TaxiiStatus>(stored.Body, Json.Options)!)
            : TaxiiFault.NotFound("status");
    }

    /// <summary>The collections (section 5.1).</summary>
    private static async Task<IResult> Collections(ThreatIntelDb db, CallContext call, CancellationToken ct) =>
        new TaxiiAnswer<TaxiiCollectionList>(new([.. (await TaxiiScopes.AllAsync(db, call, ct)).Select(scope => scope.For(call))]));

    /// <summary>One collection (section 5.2).</summary>
    private static async Task<IResult> Collection(string collection, ThreatIntelDb db, CallContext call, CancellationToken ct) =>
        await TaxiiScopes.FindAsync(collection, db, call, ct) is { } scope ? new TaxiiAnswer<TaxiiCollection>(scope.For(call)) : TaxiiFault.NotFound("collection");

    /// <summary>Which objects are there (section 5.3).</summary>
    private static Task<IResult> Manifest(string collection, HttpRequest request, ThreatIntelDb db, NpgsqlDataSource source, VisibleRefs refs, CallContext call, CancellationToken ct) =>
        PageAsync(collection, null, "last", TaxiiPageResult.Manifest, request, db, source, refs, call, ct);

    /// <summary>Objects (section 5.4).</summary>
    private static Task<IResult> Objects(string collection, HttpRequest request, ThreatIntelDb db, NpgsqlDataSource source, VisibleRefs refs, CallContext call, CancellationToken ct) =>
        PageAsync(collection, null, "last", TaxiiPageResult.Envelope, request, db, source, refs, call, ct);

    /// <summary>One object (section 5.6).</summary>
    private static Task<IResult> Object(
        string collection, string id, HttpRequest request, ThreatIntelDb db, NpgsqlDataSource source, VisibleRefs refs, CallContext call, CancellationToken ct) =>
        PageAsync(collection, id, "last", TaxiiPageResult.Envelope, request, db, source, refs, call, ct);

    /// <summary>The versions of one object (section 5.8).</summary>
    private static Task<IResult> Versions(
        string collection, string id, HttpRequest request, ThreatIntelDb db, NpgsqlDataSource source, VisibleRefs refs, CallContext call, CancellationToken ct) =>
        PageAsync(collection, id, "all", TaxiiPageResult.Versions, request, db, source, refs, call, ct);

    /// <summary>Adds objects (section 5.5). They are stored when the answer comes; the status says what became of each.</summary>
    private static async Task<IResult> Add(
        string collection, HttpContext context, ThreatIntelDb db, AddTaxiiObjects add, CallContext call, CancellationToken ct)
    {
        if (await TaxiiScopes.FindAsync(collection, db, call, ct) is not { } scope)
        {
            return TaxiiFault.NotFound("collection");
        }

        if (!scope.CanWrite)
        {
            return TaxiiFault.Forbidden("It is there to be read only.");
        }

        if (!TaxiiMedia.IsDeclared(context.Request))
        {
            return new TaxiiFault(StatusCodes.Status415UnsupportedMediaType, "The body must be a TAXII 2.1 envelope.", $"Send it as {TaxiiMedia.Taxii}.");
        }

        if (context.Request.ContentLength > MaxContentLength)
        {
            return new TaxiiFault(StatusCodes.Status413PayloadTooLarge, "The envelope is too large.", $"It has at most {MaxContentLength} bytes.");
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, ct);
        if (TaxiiEnvelope.Read(body.GetBuffer().AsMemory(0, (int)body.Length)) is not { } objects)
        {
            return TaxiiFault.Malformed("The body must be an envelope: a JSON object whose objects are a list of JSON objects.");
        }

        return objects.Count == 0
            ? new TaxiiFault(StatusCodes.Status422UnprocessableEntity, "The envelope is empty.")
            : new TaxiiAnswer<TaxiiStatus>(await add.AddAsync(objects, ct), StatusCodes.Status202Accepted);
    }

    /// <summary>Deletes an object, or the versions of it that <c>match[version]</c> names (section 5.7).</summary>
    private static async Task<IResult> Delete(
        string collection, string id, HttpRequest request, ThreatIntelDb db, DeleteTaxiiObject delete, CallContext call, CancellationToken ct)
    {
        if (await TaxiiScopes.FindAsync(collection, db, call, ct) is not { } scope)
        {
            return TaxiiFault.NotFound("collection");
        }

        if (!scope.CanRead || !scope.CanWrite)
        {
            return TaxiiFault.Forbidden("Only from a collection that can be read and written can be deleted.");
        }

        var (filter, fault) = TaxiiFilter.Read(request.Query, versionWithout: "all");
        return fault is not null ? TaxiiFault.Malformed(fault)
            : StixId.IsValid(id) && await delete.DeleteAsync(scope, id, filter!, ct) ? TypedResults.StatusCode(StatusCodes.Status200OK)
            : TaxiiFault.NotFound("object");
    }

    private static async Task<IResult> PageAsync(
        string collection, string? id, string versionWithout, Func<TaxiiPage, TaxiiPageResult> show, HttpRequest request, ThreatIntelDb db,
        NpgsqlDataSource source, VisibleRefs refs, CallContext call, CancellationToken ct)
    {
        if (await TaxiiScopes.FindAsync(collection, db, call, ct) is not { } scope)
        {
            return TaxiiFault.NotFound("collection");
        }

        if (!scope.CanRead)
        {
            return TaxiiFault.Forbidden("It is there to be written to only.");
        }

        var (filter, fault) = TaxiiFilter.Read(request.Query, versionWithout);
        if (fault is not null)
        {
            return TaxiiFault.Malformed(fault);
        }

        await using var session = await TenantSession.OpenAsync(source, call.TenantId, ct);
        if (id is null)
        {
            return show(await VisibleAsync(await TaxiiQuery.ReadAsync(session, scope, call.Clearance, filter!, ct), refs, ct));
        }

        var page = await TaxiiQuery.ReadAsync(session, scope, call.Clearance, filter! with { Ids = [id] }, ct);
        var visible = await VisibleAsync(page, refs, ct);
        return visible.Rows.Count > 0 || (page.Rows.Count == 0 && await IsThereAsync(session, scope, call, id, ct)) ? show(visible) : TaxiiFault.NotFound("object");
    }

    /// <summary>The page without references to what the caller does not see, and without objects of which nothing is left then.</summary>
    private static async Task<TaxiiPage> VisibleAsync(TaxiiPage page, VisibleRefs refs, CancellationToken ct)
    {
        var shown = await refs.ShowAsync([.. page.Rows.Select(row => new StatedObject(row.Raw, row.StatedAt))], ct);
        var rows = new List<TaxiiRow>(shown.Count);
        for (var i = 0; i < shown.Count; i++)
        {
            if (shown[i] is { } raw)
            {
                rows.Add(page.Rows[i] with { Raw = raw });
            }
        }

        return page with { Rows = rows };
    }

    /// <summary>An object that is there and fits no filter is an empty answer; one that is not there is 404.</summary>
    private static async Task<bool> IsThereAsync(TenantSession session, TaxiiScope scope, CallContext call, string id, CancellationToken ct)
    {
        var (any, _) = TaxiiFilter.Read(QueryCollection.Empty);
        return StixId.IsValid(id) && (await TaxiiQuery.ReadAsync(session, scope, call.Clearance, any! with { Ids = [id] }, ct)).Rows.Count > 0;
    }
}
