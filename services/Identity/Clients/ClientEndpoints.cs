using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.Identity.Audit;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Clients;

/// <summary>Integration clients of the caller's tenant.</summary>
internal static class ClientEndpoints
{
    private static readonly Sorts<Client> Sorts = Sorts<Client>.By(c => c.Id)
        .Add("created_at", c => c.CreatedAt).Add("client_name", c => c.Name).Default("created_at");

    public static void MapClients(this IEndpointRouteBuilder routes)
    {
        var clients = routes.MapGroup("/integrations/clients").WithTags("clients");
        clients.MapPost("/", CreateAsync).RequirePermission("manage:clients").WithIdempotency(holdsSecret: true).WithSummary("Create an integration client");
        clients.MapGet("/", ListAsync).RequirePermission("read:clients").WithSummary("List integration clients");
        clients.MapGet("/{id}", GetAsync).RequirePermission("read:clients").WithSummary("One integration client");
        clients.MapDelete("/{id}", DeleteAsync).RequirePermission("manage:clients").WithSummary("Delete an integration client");
    }

    /// <summary>The secret is in this answer only. Permissions must be a subset of the creator's.</summary>
    private static async Task<Results<Created<CreatedClient>, FaultResult>> CreateAsync(
        Body<NewClient> body, CallContext call, HttpContext http, ClientOrigin origin, CreateClient create, CancellationToken ct)
    {
        var (client, secret, fault) = await create.RunAsync(call, body.Value, origin, ct);
        if (client is null)
        {
            return new FaultResult(fault!);
        }

        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created($"{http.Request.Path.Value!.TrimEnd('/')}/{client.ClientId}", CreatedClient.From(client, secret));
    }

    /// <summary>Without secrets; those are shown at creation only.</summary>
    private static async Task<PageResult<ClientView>> ListAsync(PageRequest page, IdentityDb db, CancellationToken ct) =>
        (await Existing(db).AsNoTracking().ToPageAsync(page, Sorts, ct)).Select(ClientView.From).ToResult();

    /// <summary>By its <c>client_id</c>.</summary>
    private static async Task<Results<Ok<ClientView>, FaultResult>> GetAsync(string id, IdentityDb db, HttpResponse response, CancellationToken ct)
    {
        if (await Existing(db).AsNoTracking().SingleOrDefaultAsync(c => c.ClientId == id, ct) is not { } client)
        {
            return Faults.NotFound("client");
        }

        response.SetETag(client.Version);
        return TypedResults.Ok(ClientView.From(client));
    }

    /// <summary>Its credentials stop working at once; tokens it already has expire within 15 minutes.</summary>
    private static async Task<Results<NoContent, FaultResult>> DeleteAsync(
        string id, CallContext call, HttpRequest request, IdentityDb db, AuditTrail audit, ClientOrigin origin, TimeProvider clock, CancellationToken ct)
    {
        if (await Existing(db).SingleOrDefaultAsync(c => c.ClientId == id, ct) is not { } client)
        {
            return TypedResults.NoContent();
        }

        if (!request.IfMatch(client.Version))
        {
            return Faults.PreconditionFailed();
        }

        client.DeletedAt = clock.GetUtcNow();
        audit.Record(db, call.TenantId, AuditActions.ClientDeleted, $"client/{id}", Outcomes.Success, call.Subject, origin.Address);
        await db.SaveChangesAsync(ct);
        return TypedResults.NoContent();
    }

    /// <summary>The platform's own clients are no tenant's to see or change.</summary>
    private static IQueryable<Client> Existing(IdentityDb db) =>
        db.Clients.Where(c => c.DeletedAt == null && c.ClientId != FirstPartyClients.CommandLine && c.ClientId != FirstPartyClients.Docs);
}

/// <summary>An integration client.</summary>
internal sealed record ClientView(
    string ClientId,
    string ClientName,
    string? Description,
    IReadOnlyList<string> Permissions,
    TlpLevel TlpClearance,
    IReadOnlyList<string> GrantTypes,
    IReadOnlyList<string> RedirectUris,
    IReadOnlyList<string> PostLogoutRedirectUris,
    string TokenEndpointAuthMethod,
    bool DpopBoundAccessTokens,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt)
{
    internal static ClientView From(Client c) => new(
        c.ClientId, c.Name, c.Description, c.Permissions, c.Clearance, c.GrantTypes, c.RedirectUris, c.PostLogoutRedirectUris, c.AuthMethod, c.DpopBound, c.CreatedAt, c.ExpiresAt, c.LastUsedAt);
}

/// <summary>A new integration client with its secret; a public one has none.</summary>
internal sealed record CreatedClient(
    string ClientId,
    string? ClientSecret,
    string ClientName,
    string? Description,
    IReadOnlyList<string> Permissions,
    TlpLevel TlpClearance,
    IReadOnlyList<string> GrantTypes,
    IReadOnlyList<string> RedirectUris,
    IReadOnlyList<string> PostLogoutRedirectUris,
    string TokenEndpointAuthMethod,
    bool DpopBoundAccessTokens,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt)
{
    internal static CreatedClient From(Client c, string? secret) => new(
        c.ClientId, secret, c.Name, c.Description, c.Permissions, c.Clearance, c.GrantTypes, c.RedirectUris, c.PostLogoutRedirectUris, c.AuthMethod, c.DpopBound, c.CreatedAt, c.ExpiresAt);
}
