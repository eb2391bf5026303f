using System.Net;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Assets;

/// <summary>The tenant's own systems.</summary>
internal static class AssetEndpoints
{
    private const string Read = "read:infrastructure";
    private const string Write = "write:infrastructure";
    private const int MaxRows = 10_000;

    private static readonly Sorts<Asset> Sorts = Sorts<Asset>.By(a => a.Id)
        .Add("name", a => a.Name).Add("criticality", a => a.Criticality).Add("updated_at", a => a.UpdatedAt).Default("name");

    public static IEndpointRouteBuilder MapAssets(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/infrastructure/assets").WithTags("Assets");
        group.MapGet("/", List).RequirePermission(Read).WithPaging(20, 100);
        group.MapGet("/{id:guid}", Get).RequirePermission(Read);
        group.MapPost("/", Create).RequirePermission(Write).WithIdempotency();
        group.MapPost("/bulk", CreateMany).RequirePermission(Write).WithIdempotency()
            .Accepts<IReadOnlyList<WriteAsset>>("application/json", "application/x-ndjson").WithMetadata(new RequestSizeLimitAttribute(32L << 20));
        group.MapPut("/{id:guid}", Replace).RequirePermission(Write);
        group.MapPatch("/{id:guid}", Change).RequirePermission(Write);
        group.MapDelete("/{id:guid}", Delete).RequirePermission("delete:infrastructure", orElse: Write).Audited("asset_deleted", "asset");
        return api;
    }

    /// <summary>Assets by owner, criticality, exposure, tag, text, or with an address inside a CIDR range.</summary>
    private static async Task<PageResult<AssetResource>> List(
        PageRequest page, HttpRequest request, ThreatIntelDb db,
        string? owner, string? criticality, string? exposure, string? tag, string? cidr, string? search, CancellationToken ct)
    {
        var query = new QueryReader(request.Query);
        var ofCriticality = query.OneOf("criticality", "", Asset.Levels);
        var ofExposure = query.OneOf("exposure", "", Asset.Exposures);
        var text = query.Short("search");
        var range = query.Text("cidr") is { } wanted && !wanted.Contains('/', StringComparison.Ordinal) ? wanted + (wanted.Contains(':', StringComparison.Ordinal) ? "/128" : "/32") : query.Text("cidr");
        if (range is not null && !IPNetwork.TryParse(range, out _))
        {
            query.Fault("cidr", "must be an address or a CIDR range such as 10.20.0.0/16");
        }

        query.ThrowIfInvalid();
        var assets = range is null
            ? db.Assets.AsNoTracking()
            : db.Assets.FromSql($"SELECT * FROM assets WHERE EXISTS (SELECT 1 FROM unnest(addresses) AS a WHERE a::inet <<= {range}::inet)").AsNoTracking();
        assets = string.IsNullOrEmpty(owner) ? assets : assets.Where(a => a.Owner == owner);
        assets = ofCriticality.Length == 0 ? assets : assets.Where(a => a.Criticality == ofCriticality);
        assets = ofExposure.Length == 0 ? assets : assets.Where(a => a.Exposure == ofExposure);
        assets = string.IsNullOrEmpty(tag) ? assets : assets.Where(a => a.Tags.Contains(tag));
        if (text is not null)
        {
            var pattern = ObjectQueries.Containing(text);
            assets = assets.Where(a => EF.Functions.Like(a.Name.ToLower(), pattern, "\\") || EF.Functions.Like((a.Description ?? "").ToLower(), pattern, "\\"));
        }

        return (await assets.ToPageAsync(page, Sorts, ct)).Select(AssetResource.From).ToResult();
    }

    /// <summary>One asset.</summary>
    private static async Task<Results<Ok<AssetResource>, FaultResult>> Get(Guid id, HttpResponse response, ThreatIntelDb db, CancellationToken ct)
    {
        if (await db.Assets.AsNoTracking().SingleOrDefaultAsync(a => a.Id == id, ct) is not { } asset)
        {
            return Faults.NotFound("asset");
        }

        response.SetETag(asset.Version);
        return TypedResults.Ok(AssetResource.From(asset));
    }

    /// <summary>Creates an asset.</summary>
    private static async Task<Created<AssetResource>> Create(
        Body<WriteAsset> body, HttpContext context, ThreatIntelDb db, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var asset = body.Value.Write(WriteAsset.Create(call.TenantId, now), now);
        db.Assets.Add(asset);
        db.Publish(WriteAsset.EventOf(asset));
        await db.SaveChangesAsync(ct);
        context.Response.SetETag(asset.Version);
        return TypedResults.Created(context.Infrastructure($"assets/{asset.Id}"), AssetResource.From(asset));
    }

    /// <summary>Creates up to 10,000 assets, from a JSON array or one object a line. Rows that are not valid are told, the others stored.</summary>
    private static async Task<Results<Ok<Indicators.BulkResult>, FaultResult>> CreateMany(
        HttpContext context, ThreatIntelDb db, IValidator<WriteAsset> validator, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        var rows = await BulkRows.ReceiveAsync(context.Request, MaxRows, ct);
        var now = clock.GetUtcNow();
        var results = new Indicators.BulkRow[rows.Count];
        for (var i = 0; i < results.Length; i++)
        {
            var (value, errors) = BulkRows.Read(rows[i], context.GetApiVersion() == ApiVersion.V2, validator);
            if (errors is not null)
            {
                results[i] = Indicators.BulkRow.Refused(i, errors);
                continue;
            }

            var asset = value!.Write(WriteAsset.Create(call.TenantId, now), now);
            db.Assets.Add(asset);
            db.Publish(WriteAsset.EventOf(asset));
            results[i] = new Indicators.BulkRow(i, "created", asset.Id.ToString(), null);
        }

        await db.SaveChangesAsync(ct);
        var created = results.Count(row => row.Errors is null);
        return TypedResults.Ok(new Indicators.BulkResult(results.Length, created, results.Length - created, results));
    }

    /// <summary>Replaces an asset.</summary>
    private static Task<Results<Ok<AssetResource>, FaultResult>> Replace(
        Guid id, Body<WriteAsset> body, HttpContext context, ThreatIntelDb db, TimeProvider clock, CancellationToken ct) =>
        UpdateAsync(id, _ => Task.FromResult(body.Value), context, db, clock, ct);

    /// <summary>Changes an asset by a JSON Merge Patch (RFC 7396).</summary>
    private static Task<Results<Ok<AssetResource>, FaultResult>> Change(
        Guid id, Patch<WriteAsset> patch, HttpContext context, ThreatIntelDb db, TimeProvider clock, CancellationToken ct) =>
        UpdateAsync(id, asset => patch.ApplyAsync(WriteAsset.Of(asset)), context, db, clock, ct);

    /// <summary>Deletes an asset; incidents that name it stay.</summary>
    private static async Task<Results<NoContent, FaultResult>> Delete(Guid id, HttpRequest request, ThreatIntelDb db, CancellationToken ct)
    {
        if (await db.Assets.SingleOrDefaultAsync(a => a.Id == id, ct) is not { } asset)
        {
            return TypedResults.NoContent();
        }

        if (!request.IfMatch(asset.Version))
        {
            return Faults.PreconditionFailed();
        }

        db.Assets.Remove(asset);
        await db.SaveChangesAsync(ct);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<AssetResource>, FaultResult>> UpdateAsync(
        Guid id, Func<Asset, Task<WriteAsset>> edit, HttpContext context, ThreatIntelDb db, TimeProvider clock, CancellationToken ct)
    {
        if (await db.Assets.SingleOrDefaultAsync(a => a.Id == id, ct) is not { } asset)
        {
            return Faults.NotFound("asset");
        }

        if (!context.Request.IfMatch(asset.Version))
        {
            return Faults.PreconditionFailed();
        }

        (await edit(asset)).Write(asset, clock.GetUtcNow());
        db.Publish(WriteAsset.EventOf(asset));
        await db.SaveChangesAsync(ct);
        context.Response.SetETag(asset.Version);
        return TypedResults.Ok(AssetResource.From(asset));
    }
}
