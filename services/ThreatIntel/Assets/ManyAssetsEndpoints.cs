using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Assets;

/// <summary>Many assets in one read, for callers that follow references.</summary>
internal static class ManyAssetsEndpoints
{
    public static IEndpointRouteBuilder MapManyAssets(this IEndpointRouteBuilder api)
    {
        api.MapPost("/infrastructure/assets/by-ids", Get).WithTags("Assets").RequirePermission("read:infrastructure");
        return api;
    }

    /// <summary>Up to 500 assets by their ids; those that are not there are left out.</summary>
    private static async Task<Ok<AssetList>> Get(ReadBody<AssetIds> body, ThreatIntelDb db, CancellationToken ct)
    {
        var ids = body.Value.Ids.ToArray();
        var assets = await db.Assets.AsNoTracking().Where(a => ids.Contains(a.Id)).ToListAsync(ct);
        return TypedResults.Ok(new AssetList(assets.ConvertAll(AssetResource.From)));
    }
}

/// <summary>Which assets.</summary>
/// <param name="Ids">Their ids, 500 at most.</param>
internal sealed record AssetIds(IReadOnlyList<Guid> Ids);

/// <summary>Those of the assets that are there, in no order.</summary>
internal sealed record AssetList(IReadOnlyList<AssetResource> Items);

internal sealed class AssetIdsValidator : AbstractValidator<AssetIds>
{
    private const int Most = 500;

    public AssetIdsValidator() => RuleFor(a => a.Ids).NotNull().Must(ids => ids is null || ids.Count is >= 1 and <= Most).WithMessage($"must be 1 to {Most} ids");
}
