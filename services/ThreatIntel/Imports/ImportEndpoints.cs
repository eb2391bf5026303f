using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.EntityFrameworkCore;
using Microsoft.OpenApi;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Formats;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Imports;

/// <summary>Imports: bringing bundles in and watching them.</summary>
internal static class ImportEndpoints
{
    private static readonly Sorts<Import> Sorts = Sorts<Import>.By(i => i.Id).Add("created_at", i => i.CreatedAt).Default("created_at", descending: true);

    public static IEndpointRouteBuilder MapImports(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/threat-intel").WithTags("Imports");
        group.MapPost("/import", Receive).RequirePermission("write:threat_intel").Audited("import_started", "import")
            .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes))
            .AddOpenApiOperationTransformer(DescribeBody);
        group.MapGet("/imports", List).RequirePermission("read:threat_intel");
        group.MapGet("/imports/{id:guid}", Get).RequirePermission("read:threat_intel");
        group.MapGet("/imports/{id:guid}/events", Watch).RequirePermission("read:threat_intel").Unwrapped();
        group.MapDelete("/imports/{id:guid}", Cancel).RequirePermission("write:threat_intel").Audited("import_cancelled", "import");
        group.MapPost("/imports/{id:guid}/cancel", Cancel).RequirePermission("write:threat_intel").Audited("import_cancelled", "import");
        return api;
    }

    /// <summary>The service's own limit is checked while reading, so that its answer can say what it is.</summary>
    private const long MaxBodyBytes = (1L << 30) + 1;

    /// <summary>Declared here and not by <c>Accepts</c>, whose 415 could not say what is taken instead.</summary>
    private static Task DescribeBody(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var bundle = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.Object, Description = "A STIX 2.0 or 2.1 bundle." } };
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/json"] = bundle,
                ["application/stix+json"] = bundle,
                ["application/x-misp+json"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.Object, Description = "A MISP event." } },
                ["text/csv"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Indicators with a heading; see mapping and delimiter." } },
                ["text/plain"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Description = "A report in prose." } },
            },
        };
        return Task.CompletedTask;
    }

    /// <summary>
    /// Takes a STIX 2.0 or 2.1 bundle, a MISP event, a table of indicators or a report in prose; the import goes on after
    /// the answer. The format is <c>?format=</c>, else the content type, else what the body looks like.
    /// </summary>
    private static async Task<Results<Accepted<ImportResource>, FaultResult>> Receive(
        HttpContext context, ReceiveImport receive, ForeignFormat foreign, CallContext call, CancellationToken ct)
    {
        var (format, fault) = ImportFormat.Of(context.Request);
        if (fault is not null)
        {
            return new FaultResult(fault);
        }

        if (format == ImportFormat.Stix && context.Request.Query["format"].Count == 0
            && await ImportFormat.LooksLikeMispAsync(context.Request.BodyReader, ct))
        {
            format = ForeignFormat.Misp;
        }

        // Through the reader: what was looked at is still in it.
        await using var body = context.Request.BodyReader.AsStream();
        await using var bundle = format == ImportFormat.Stix ? body : await foreign.ToBundleAsync(format!, body, context.Request.Query, call, ct);
        var import = await receive.ReceiveAsync(bundle, format!, call.Caller, ct);
        return TypedResults.Accepted(context.ThreatIntel($"imports/{import.Id}"), ImportResource.From(import, []));
    }

    /// <summary>Imports that the caller may know of, newest first.</summary>
    private static async Task<PageResult<ImportResource>> List(PageRequest page, ThreatIntelDb db, CallContext call, CancellationToken ct)
    {
        var imports = await Visible(db, call).ToPageAsync(page, Sorts, ct);
        return imports.Select(import => ImportResource.From(import, [])).ToResult();
    }

    /// <summary>How far an import has come, and what it refused.</summary>
    private static async Task<Results<Ok<ImportResource>, FaultResult>> Get(Guid id, ThreatIntelDb db, CallContext call, CancellationToken ct) =>
        await FindAsync(db, call, id, ct) is { } resource ? TypedResults.Ok(resource) : Faults.NotFound("import");

    /// <summary>Progress as server-sent events until the import is over.</summary>
    private static async Task<Results<ImportEventStream, FaultResult>> Watch(
        Guid id, IServiceScopeFactory scopes, ThreatIntelDb db, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        if (await FindAsync(db, call, id, ct) is null)
        {
            return Faults.NotFound("import");
        }

        var caller = call.Caller;
        return new ImportEventStream(clock, async token =>
        {
            // A scope each time: a stream may live long, and a connection is not held meanwhile.
            await using var scope = scopes.CreateAsyncScope();
            var inner = scope.ServiceProvider.GetRequiredService<CallContext>();
            inner.Enter(caller);
            return await FindAsync(scope.ServiceProvider.GetRequiredService<ThreatIntelDb>(), inner, id, token);
        });
    }

    /// <summary>Cancels an import; what it has written so far stays. 409 when it is over.</summary>
    private static async Task<Results<NoContent, FaultResult>> Cancel(Guid id, ThreatIntelDb db, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        if (!await Visible(db, call).AnyAsync(i => i.Id == id, ct))
        {
            return TypedResults.NoContent();
        }

        var now = clock.GetUtcNow();
        var cancelled = await db.Imports.Where(i => i.Id == id && (i.Status == ImportStatus.Queued || i.Status == ImportStatus.Running))
            .ExecuteUpdateAsync(row => row.SetProperty(i => i.Status, ImportStatus.Cancelled).SetProperty(i => i.FinishedAt, now), ct);
        return cancelled == 1 || await db.Imports.AnyAsync(i => i.Id == id && i.Status == ImportStatus.Cancelled, ct)
            ? TypedResults.NoContent()
            : Faults.Conflict("The import is over.");
    }

    /// <summary>An import of a higher clearance tells of objects that the caller may not know.</summary>
    private static IQueryable<Import> Visible(ThreatIntelDb db, CallContext call)
    {
        var clearance = call.Clearance;
        var subject = call.Subject;
        return db.Imports.AsNoTracking().Where(i => i.Clearance <= clearance || i.Actor == subject);
    }

    private static async Task<ImportResource?> FindAsync(ThreatIntelDb db, CallContext call, Guid id, CancellationToken ct)
    {
        if (await Visible(db, call).SingleOrDefaultAsync(i => i.Id == id, ct) is not { } import)
        {
            return null;
        }

        var errors = import.Failed == 0 ? [] : await db.ImportErrors.AsNoTracking().Where(e => e.ImportId == id)
            .OrderBy(e => e.Index).Take(ImportProgress.MaxErrors).ToListAsync(ct);
        return ImportResource.From(import, errors);
    }
}

/// <summary>An import.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Status">queued, running, completed, failed or cancelled.</param>
/// <param name="Format">What the body was: <c>stix</c>, <c>misp</c>, <c>csv</c> or <c>text</c>.</param>
/// <param name="Total">Objects in the bundle; 0 until they have been counted.</param>
/// <param name="Processed">Objects dealt with so far.</param>
/// <param name="Created">New objects.</param>
/// <param name="Updated">Objects of which a newer version came.</param>
/// <param name="Unchanged">Objects that stayed as they were.</param>
/// <param name="Failed">Objects that were refused.</param>
/// <param name="Errors">Why, for the first 1,000 of them.</param>
/// <param name="Message">Why the import as a whole failed.</param>
/// <param name="SizeBytes">Size of the body.</param>
/// <param name="CreatedAt">When the body had come.</param>
/// <param name="StartedAt">When work on it began.</param>
/// <param name="FinishedAt">When it was over.</param>
internal sealed record ImportResource(
    Guid Id,
    ImportStatus Status,
    string Format,
    long Total,
    long Processed,
    long Created,
    long Updated,
    long Unchanged,
    long Failed,
    IReadOnlyList<ImportErrorResource> Errors,
    string? Message,
    long SizeBytes,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt)
{
    public static ImportResource From(Import import, IReadOnlyList<ImportError> errors) => new(
        import.Id, import.Status, import.Format, import.Total, import.Processed, import.Created, import.Updated, import.Unchanged, import.Failed,
        [.. errors.Select(e => new ImportErrorResource(e.Index, e.StixId, e.Path, e.Message))],
        import.Message, import.SizeBytes, import.CreatedAt, import.StartedAt, import.FinishedAt);
}

/// <summary>An object that was refused: its place in the bundle, its id if it has one, the JSON path and the reason.</summary>
internal sealed record ImportErrorResource(long Index, string? Id, string Path, string Message);
