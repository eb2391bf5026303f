using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Clients;

/// <summary>Integration clients of the caller's tenant.</summary>
internal static class ClientEndpoints
{
    private const int MaxUsageDays = 400;

    private static readonly Sorts<Client> Sorts = Sorts<Client>.By(c => c.Id)
        .Add("created_at", c => c.CreatedAt).Add("client_name", c => c.Name).Default("created_at");

    public static void MapClients(this IEndpointRouteBuilder routes)
    {
        var clients = routes.MapGroup("/integrations/clients").WithTags("clients");
        clients.MapPost("/", CreateAsync).RequirePermission("manage:clients").WithIdempotency(holdsSecret: true).WithSummary("Create an integration client");
        clients.MapGet("/", ListAsync).RequirePermission("read:clients").WithPaging(style: PagingStyle.PageNumber).WithSummary("List integration clients");
        clients.MapGet("/{id}", GetAsync).RequirePermission("read:clients").WithSummary("One integration client");
        clients.MapPatch("/{id}", PatchAsync).RequirePermission("manage:clients").WithSummary("Change an integration client (JSON Merge Patch)");
        clients.MapDelete("/{id}", DeleteAsync).RequirePermission("manage:clients").WithSummary("Delete an integration client");
        clients.MapPost("/{id}/rotate-secret", RotateAsync).RequirePermission("manage:clients").WithIdempotency(holdsSecret: true).WithSummary("Give an integration client new secrets");
        clients.MapGet("/{id}/usage", UsageAsync).RequirePermission("read:clients").WithSummary("What an integration client did, by day");
    }

    /// <summary>The secret and the API key are in this answer only. Permissions must be a subset of the creator's.</summary>
    private static async Task<Results<Created<CreatedClient>, FaultResult>> CreateAsync(
        Body<NewClient> body, CallContext call, HttpContext http, ClientOrigin origin, CreateClient create, TimeProvider clock, CancellationToken ct)
    {
        var (client, shown, fault) = await create.RunAsync(call, body.Value, http.GetApiVersion() == ApiVersion.V1, origin, ct);
        if (client is null)
        {
            return new FaultResult(fault!);
        }

        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created(
            $"{http.Request.Path.Value!.TrimEnd('/')}/{client.ClientId}", new CreatedClient(shown!.Secret, shown.ApiKey, ClientView.From(client, clock.GetUtcNow())));
    }

    /// <summary>Without secrets; those are shown at creation and rotation only.</summary>
    private static async Task<PageResult<ClientView>> ListAsync(PageRequest page, IdentityDb db, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return (await Existing(db).AsNoTracking().ToPageAsync(page, Sorts, ct)).Select(c => ClientView.From(c, now)).ToResult();
    }

    /// <summary>By its <c>client_id</c>.</summary>
    private static async Task<Results<Ok<ClientView>, FaultResult>> GetAsync(
        string id, IdentityDb db, HttpResponse response, TimeProvider clock, CancellationToken ct)
    {
        if (await FindAsync(db, id, ct) is not { } client)
        {
            return Faults.NotFound("client");
        }

        response.SetETag(client.Version);
        return TypedResults.Ok(ClientView.From(client, clock.GetUtcNow()));
    }

    /// <summary>New tokens have the new rights; the gateways refuse those of before within a second.</summary>
    private static async Task<Results<Ok<ClientView>, FaultResult>> PatchAsync(
        string id, Patch<ClientState> patch, CallContext call, HttpContext http, ClientOrigin origin, IdentityDb db, ChangeClient change, TimeProvider clock, CancellationToken ct)
    {
        if (await FindAsync(db, id, ct) is not { } client)
        {
            return Faults.NotFound("client");
        }

        if (!http.Request.IfMatch(client.Version))
        {
            return Faults.PreconditionFailed();
        }

        if (await change.UpdateAsync(call, client, await patch.ApplyAsync(ClientState.Of(client)), origin, ct) is { } fault)
        {
            return new FaultResult(fault);
        }

        http.Response.SetETag(client.Version);
        return TypedResults.Ok(ClientView.From(client, clock.GetUtcNow()));
    }

    /// <summary>Its credentials and its tokens stop working at once.</summary>
    private static async Task<Results<NoContent, FaultResult>> DeleteAsync(
        string id, CallContext call, HttpRequest request, IdentityDb db, ChangeClient change, ClientOrigin origin, CancellationToken ct)
    {
        if (await FindAsync(db, id, ct) is not { } client)
        {
            return TypedResults.NoContent();
        }

        if (!request.IfMatch(client.Version))
        {
            return Faults.PreconditionFailed();
        }

        await change.DeleteAsync(call, client, origin, ct);
        return TypedResults.NoContent();
    }

    /// <summary>
    /// A new secret and API key, shown in this answer only. The former ones are good for <c>grace_seconds</c> more: a day
    /// unless given, a week at most, none when they leaked.
    /// </summary>
    private static async Task<Results<Ok<CreatedClient>, FaultResult>> RotateAsync(
        string id, OptionalBody<Rotation> body, CallContext call, HttpResponse response, IdentityDb db, ChangeClient change, ClientOrigin origin, TimeProvider clock, CancellationToken ct)
    {
        if (await FindAsync(db, id, ct) is not { } client)
        {
            return Faults.NotFound("client");
        }

        if (client.SecretHash is null)
        {
            return Faults.Conflict("A public client has no secret.");
        }

        var grace = body.Value?.GraceSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : ChangeClient.Grace;
        var shown = await change.RotateAsync(call, client, grace, origin, ct);
        response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new CreatedClient(shown.Secret, shown.ApiKey, ClientView.From(client, clock.GetUtcNow())));
    }

    /// <summary>Requests that came through the gateway, by day (UTC); the last 30 days unless <c>from</c> and <c>to</c> are given.</summary>
    private static async Task<Results<Ok<ClientUsageReport>, FaultResult>> UsageAsync(
        string id, DateOnly? from, DateOnly? to, IdentityDb db, TimeProvider clock, CancellationToken ct)
    {
        var last = to ?? DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var first = from ?? last.AddDays(-29);
        if (first > last || last.DayNumber - first.DayNumber > MaxUsageDays)
        {
            return Faults.Invalid("from", $"must be at most {MaxUsageDays} days before to");
        }

        if (await FindAsync(db, id, ct) is not { } client)
        {
            return Faults.NotFound("client");
        }

        var days = await db.ClientUsage.AsNoTracking().Where(u => u.ClientId == id && u.Day >= first && u.Day <= last).OrderBy(u => u.Day).ToListAsync(ct);
        return TypedResults.Ok(new ClientUsageReport(
            id, first, last, days.Sum(d => d.Requests), days.Sum(d => d.Errors), client.LastUsedAt,
            [.. days.Select(d => new ClientUsageDay(d.Day, d.Requests, d.Errors, d.RequestBytes, d.ResponseBytes))]));
    }

    private static Task<Client?> FindAsync(IdentityDb db, string id, CancellationToken ct) => Existing(db).SingleOrDefaultAsync(c => c.ClientId == id, ct);

    /// <summary>The platform's own clients are no tenant's to see or change.</summary>
    private static IQueryable<Client> Existing(IdentityDb db) =>
        db.Clients.Where(c => c.DeletedAt == null && c.ClientId != FirstPartyClients.CommandLine && c.ClientId != FirstPartyClients.Docs);
}

/// <summary>How a rotation is wanted.</summary>
/// <param name="GraceSeconds">How long the former secrets are good.</param>
internal sealed record Rotation(int? GraceSeconds);

internal sealed class RotationValidator : AbstractValidator<Rotation>
{
    public RotationValidator() => RuleFor(r => r.GraceSeconds).Must(s => s is null or (>= 0 and <= 7 * 24 * 3600)).WithMessage("must be 0 to 604800");
}
