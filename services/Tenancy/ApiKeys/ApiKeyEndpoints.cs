using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.ApiKeys;

/// <summary>API keys of the caller's tenant.</summary>
internal static class ApiKeyEndpoints
{
    private static readonly Sorts<ApiKey> Order = Sorts<ApiKey>.By(k => k.Id)
        .Add("created_at", k => k.CreatedAt)
        .Add("updated_at", k => k.UpdatedAt)
        .Add("name", k => k.Name)
        .Default("created_at", descending: true);

    public static void MapApiKeys(this IEndpointRouteBuilder api)
    {
        var keys = api.MapGroup("/admin/api-keys").RequirePermission("manage:api_keys", orElse: "manage:own_api_keys").WithTags("api-keys");
        keys.MapPost("", CreateAsync).WithIdempotency(holdsSecret: true).WithSummary("Create an API key; the key is shown this once");
        keys.MapGet("", ListAsync).WithPaging().WithSummary("List API keys");
        keys.MapGet("/{id:guid}", GetAsync).WithSummary("Read an API key");
        keys.MapPatch("/{id:guid}", UpdateAsync).WithSummary("Change an API key (JSON Merge Patch)");
        keys.MapDelete("/{id:guid}", RevokeAsync).WithSummary("Revoke an API key");
        keys.MapPost("/{id:guid}/rotate", RotateAsync).WithIdempotency(holdsSecret: true)
            .WithSummary("Replace the key; the old one works until the grace ends");
    }

    private static async Task<Created<ApiKeyView>> CreateAsync(
        Body<KeySpec> body, CreateKey create, HttpContext http, TimeProvider clock, CancellationToken ct)
    {
        var (key, text) = await create.RunAsync(body.Value, http.GetApiVersion(), ct);
        return Show(http, $"{http.Request.Path.Value!.TrimEnd('/')}/{key.Id}", key, text, clock);
    }

    private static async Task<PageResult<ApiKeyView>> ListAsync(
        PageRequest page, HttpContext http, TenancyDb db, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        var query = new QueryReader(http.Request.Query);
        var status = query.OneOf("status", "active", "active", "revoked") == "revoked" ? ApiKeyStatus.Revoked : ApiKeyStatus.Active;
        query.ThrowIfInvalid();
        var now = clock.GetUtcNow();
        var keys = await db.ApiKeys.AsNoTracking().ManagedBy(call).Where(k => k.Status == status).ToPageAsync(page, Order, ct);
        return keys.Select(k => ApiKeyView.Of(k, now)).ToResult();
    }

    private static async Task<Results<Ok<ApiKeyView>, FaultResult>> GetAsync(
        Guid id, HttpContext http, TenancyDb db, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        if (await db.ApiKeys.AsNoTracking().FindActiveAsync(id, call, ct) is not { } key)
        {
            return Faults.NotFound("API key");
        }

        http.Response.SetETag(key.Version);
        return TypedResults.Ok(ApiKeyView.Of(key, clock.GetUtcNow()));
    }

    private static async Task<Results<Ok<ApiKeyView>, FaultResult>> UpdateAsync(
        Guid id, Patch<KeySpec> patch, UpdateKey update, HttpContext http, TenancyDb db, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        if (await db.ApiKeys.FindActiveAsync(id, call, ct) is not { } key)
        {
            return Faults.NotFound("API key");
        }

        if (!http.Request.IfMatch(key.Version))
        {
            return Faults.PreconditionFailed();
        }

        await update.RunAsync(key, patch, http.GetApiVersion(), ct);
        http.Response.SetETag(key.Version);
        return TypedResults.Ok(ApiKeyView.Of(key, clock.GetUtcNow()));
    }

    private static async Task<Results<NoContent, FaultResult>> RevokeAsync(
        Guid id, RevokeKey revoke, HttpContext http, TenancyDb db, CallContext call, CancellationToken ct)
    {
        if (await db.ApiKeys.FindActiveAsync(id, call, ct) is { } key)
        {
            if (!http.Request.IfMatch(key.Version))
            {
                return Faults.PreconditionFailed();
            }

            await revoke.RunAsync(key, ct);
        }

        return TypedResults.NoContent();
    }

    private static async Task<Results<Created<ApiKeyView>, FaultResult>> RotateAsync(
        Guid id, OptionalBody<Rotation> body, RotateKey rotate, HttpContext http, TenancyDb db, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        if (await db.ApiKeys.FindActiveAsync(id, call, ct) is not { } key)
        {
            return Faults.NotFound("API key");
        }

        var text = await rotate.RunAsync(key, body.Value ?? new Rotation(null), ct);
        return Show(http, http.Request.Path.Value!.TrimEnd('/')[..^"/rotate".Length], key, text, clock);
    }

    private static Created<ApiKeyView> Show(HttpContext http, string location, ApiKey key, KeyText text, TimeProvider clock)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.SetETag(key.Version);
        return TypedResults.Created(location, ApiKeyView.Of(key, clock.GetUtcNow(), text));
    }
}
