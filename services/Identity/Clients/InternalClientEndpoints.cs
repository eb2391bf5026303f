using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Identity.Storage;
using Platform.Identity.Tenants;
using Platform.ServiceDefaults;

namespace Platform.Identity.Clients;

/// <summary>What the gateway asks about clients that sign their requests or show an API key; never routed from outside.</summary>
internal static class InternalClientEndpoints
{
    public static IEndpointRouteBuilder MapInternalClients(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/internal/clients/resolve", ResolveAsync)
            .RequirePermission("use:internal")
            .ExcludeFromDescription()
            .WithSummary("A client by its id or API key");
        return routes;
    }

    /// <summary>The context under which a signing secret is sealed to the gateway (<see cref="InternalSecrets"/>).</summary>
    public static string SealContext(string clientId) => "client/" + clientId;

    /// <summary>404 for whatever is wrong with it: unknown, expired, deleted, of a tenant that is not active, or a wrong key.</summary>
    private static async Task<Results<Ok<ResolvedClient>, FaultResult>> ResolveAsync(
        Body<ClientQuestion> body, TenantScopes scopes, ClientCredentials credentials, IOptions<InternalAuthOptions> options, TimeProvider clock, CancellationToken ct)
    {
        var (id, key) = (body.Value.ClientId ?? ClientCredentials.ClientIdOf(body.Value.ApiKey) ?? "", body.Value.ApiKey);
        var tenantId = ClientSecrets.TenantOf(id);
        await using var scope = scopes.Enter(tenantId, "gateway");
        var client = await scope.Db.Clients.AsNoTracking().SingleOrDefaultAsync(c => c.ClientId == id, ct);
        var now = clock.GetUtcNow();
        if (client is null || !client.IsUsable(now) || (key is not null && !credentials.MatchesApiKey(client, key, now))
            || !await scope.Db.Tenants.AnyAsync(t => t.Id == tenantId && t.Status == TenantStatus.Active, ct))
        {
            return Faults.NotFound("client");
        }

        var internalKey = Convert.FromBase64String(options.Value.Key);
        var secrets = key is null
            ? credentials.SigningSecrets(client, now).Select(s => Convert.ToBase64String(InternalSecrets.Seal(internalKey, s, SealContext(id)))).ToList()
            : [];
        return TypedResults.Ok(new ResolvedClient(
            client.ClientId, tenantId, client.Name, client.Permissions, client.Clearance, client.AllowedCidrs, client.ExpiresAt, client.DpopBound,
            client.PreviousUntil > now ? client.PreviousUntil : null, client.ChangedAt, secrets));
    }

    internal sealed record ClientQuestion(string? ClientId, string? ApiKey);

    internal sealed class ClientQuestionValidator : AbstractValidator<ClientQuestion>
    {
        public ClientQuestionValidator() => RuleFor(q => q.ClientId).Must((q, id) => id is null != q.ApiKey is null).WithMessage("either client_id or api_key");
    }

    /// <param name="ClientId">Its id.</param>
    /// <param name="TenantId">Its tenant.</param>
    /// <param name="ClientName">Its name.</param>
    /// <param name="Permissions">What it may do.</param>
    /// <param name="TlpClearance">What it may see.</param>
    /// <param name="AllowedCidrs">Where it may be used from; anywhere where there are none.</param>
    /// <param name="ExpiresAt">When it stops working.</param>
    /// <param name="DpopBound">Whether its tokens are bound to a key.</param>
    /// <param name="PreviousUntil">Until when the second signing secret is good: ask again then.</param>
    /// <param name="ChangedAt">Its tokens of before are void.</param>
    /// <param name="SigningSecrets">Sealed to the gateway, base64, the current one first; none where an API key was asked for.</param>
    internal sealed record ResolvedClient(
        string ClientId, Guid TenantId, string ClientName, IReadOnlyList<string> Permissions, TlpLevel TlpClearance, IReadOnlyList<string> AllowedCidrs,
        DateTimeOffset? ExpiresAt, bool DpopBound, DateTimeOffset? PreviousUntil, DateTimeOffset ChangedAt, IReadOnlyList<string> SigningSecrets);
}
