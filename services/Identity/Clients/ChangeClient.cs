using FluentValidation;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.Contracts.Identity;
using Platform.Identity.Audit;
using Platform.Identity.Protocol;
using Platform.Identity.Roles;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Clients;

/// <summary>What of a client can be changed.</summary>
internal sealed record ClientState(
    string ClientName,
    string? Description,
    IReadOnlyList<string> Permissions,
    TlpLevel? TlpClearance,
    IReadOnlyList<string>? AllowedCidrs,
    DateTimeOffset? ExpiresAt,
    IReadOnlyList<string>? RedirectUris,
    IReadOnlyList<string>? PostLogoutRedirectUris,
    bool? DpopBoundAccessTokens)
{
    internal static ClientState Of(Client c) => new(
        c.Name, c.Description, c.Permissions, c.Clearance, c.AllowedCidrs, c.ExpiresAt, c.RedirectUris, c.PostLogoutRedirectUris, c.DpopBound);
}

internal sealed class ClientStateValidator : AbstractValidator<ClientState>
{
    private const int MaxPermissions = 64;

    public ClientStateValidator()
    {
        RuleFor(c => c.ClientName).NotEmpty().MaximumLength(200);
        RuleFor(c => c.Description).MaximumLength(2000);
        RuleFor(c => c.Permissions).NotEmpty().Must(p => p is null || p.Count <= MaxPermissions).WithMessage($"must be at most {MaxPermissions}");
        RuleForEach(c => c.Permissions).Must(p => p is not null && PermissionCatalog.Resolve(p) is not null).WithMessage("is not a permission");
        RuleFor(c => c.TlpClearance).NotNull();
        RuleFor(c => c.AllowedCidrs).Must(n => n is null || n.Count <= Networks.Max).WithMessage($"must be at most {Networks.Max}");
        RuleForEach(c => c.AllowedCidrs).Must(Networks.IsValid).WithMessage("must be a network such as 192.0.2.0/24");
        RuleForEach(c => c.RedirectUris).Must(Clients.RedirectUris.IsAcceptable).WithMessage("is not acceptable");
        RuleForEach(c => c.PostLogoutRedirectUris).Must(Clients.RedirectUris.IsAcceptable).WithMessage("is not acceptable");
    }
}

/// <summary>Changes clients and tells the gateways of it by event.</summary>
internal sealed class ChangeClient(IdentityDb db, ClientCredentials credentials, ClientDirectory directory, AuditTrail audit, TimeProvider clock)
{
    /// <summary>How long a former secret is good after a rotation, unless said otherwise.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromHours(24);

    /// <summary>Null when done.</summary>
    public async Task<Fault?> UpdateAsync(CallContext call, Client client, ClientState wanted, ClientOrigin origin, CancellationToken ct)
    {
        var permissions = wanted.Permissions.Select(p => PermissionCatalog.Resolve(p)!).Distinct().ToArray();
        if (!call.Permissions().Covers(new PermissionSet(client.Permissions)) || !call.Permissions().Covers(new PermissionSet(permissions))
            || wanted.TlpClearance > call.Clearance)
        {
            return new Fault(ErrorCodes.InsufficientPermissions, "You cannot give or change permissions or a clearance that you do not hold.");
        }

        await ApplyAsync(call, client, AuditActions.ClientUpdated, origin, () =>
        {
            client.Name = wanted.ClientName;
            client.Description = wanted.Description;
            client.Permissions = permissions;
            client.Clearance = wanted.TlpClearance!.Value;
            client.AllowedCidrs = [.. wanted.AllowedCidrs ?? []];
            client.ExpiresAt = wanted.ExpiresAt;
            client.RedirectUris = [.. wanted.RedirectUris ?? []];
            client.PostLogoutRedirectUris = [.. wanted.PostLogoutRedirectUris ?? []];
            client.DpopBound = wanted.DpopBoundAccessTokens ?? false;
        }, ct);
        return null;
    }

    /// <summary>The client's tokens stay good while its former secret is.</summary>
    public async Task<ShownCredentials> RotateAsync(CallContext call, Client client, TimeSpan grace, ClientOrigin origin, CancellationToken ct)
    {
        ShownCredentials? shown = null;
        await ApplyAsync(
            call, client, AuditActions.ClientRotated, origin, () => shown = credentials.Rotate(client, clock.GetUtcNow() + grace), ct, keepsTokens: grace > TimeSpan.Zero);
        return shown!;
    }

    public Task DeleteAsync(CallContext call, Client client, ClientOrigin origin, CancellationToken ct) =>
        ApplyAsync(call, client, AuditActions.ClientDeleted, origin, () => client.DeletedAt = clock.GetUtcNow(), ct);

    /// <summary>
    /// The moment of the change is taken under the row's lock, and copies are read under it too: no token is issued after that
    /// moment by what was before.
    /// </summary>
    private async Task ApplyAsync(
        CallContext call, Client client, string action, ClientOrigin origin, Action change, CancellationToken ct, bool keepsTokens = false)
    {
        await db.InTransactionAsync(async () =>
        {
            await db.Database.ExecuteSqlAsync($"SELECT 1 FROM clients WHERE id = {client.Id} FOR UPDATE", ct);
            change();
            var now = clock.GetUtcNow();
            client.ChangedAt = keepsTokens ? client.ChangedAt : now;
            db.Publish(new IntegrationClientChanged(client.TenantId, client.ClientId, client.DeletedAt is null, now, keepsTokens), client.ClientId);
            audit.Record(db, call.TenantId, action, $"client/{client.ClientId}", Outcomes.Success, call.Subject, origin.Address, ("client_name", client.Name));
            return await db.SaveChangesAsync(ct);
        }, ct);
        directory.Forget(client.ClientId);
    }
}
