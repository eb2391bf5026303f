using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Identity.Clients;
using Platform.Identity.Storage;
using Platform.Identity.Tenants;

namespace Platform.Identity.Protocol;

/// <summary>Finds clients by their id, in whatever tenant they are.</summary>
internal sealed class ClientDirectory(TenantScopes scopes, IOptions<IdentitySettings> settings, TimeProvider clock)
{
    /// <summary>The client, if it may do anything at all; the second value tells that its tenant is suspended.</summary>
    public async Task<(Client? Client, bool IsSuspended)> FindAsync(string id, CancellationToken ct)
    {
        var tenantId = ClientSecrets.TenantOf(id);
        await using var scope = scopes.Enter(tenantId, id);
        var found = await scope.Db.Clients.AsNoTracking().Where(c => c.ClientId == id)
            .Select(c => new { Client = c, Active = scope.Db.Tenants.Any(t => t.Id == tenantId && t.Status == TenantStatus.Active) })
            .SingleOrDefaultAsync(ct);
        if (found is null || !found.Client.IsUsable(clock.GetUtcNow()))
        {
            return (null, false);
        }

        if (id == FirstPartyClients.Docs)
        {
            found.Client.RedirectUris = FirstPartyClients.DocsRedirects(settings.Value.Issuer);
        }

        return (found.Client, !found.Active);
    }

    /// <summary>Notes that a client was used; to the minute is enough.</summary>
    public async Task NoteUseAsync(Client client, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (client.LastUsedAt is { } last && now - last < TimeSpan.FromMinutes(1))
        {
            return;
        }

        await using var scope = scopes.Enter(client.TenantId, client.ClientId);
        await scope.Db.Clients.Where(c => c.Id == client.Id).ExecuteUpdateAsync(set => set.SetProperty(c => c.LastUsedAt, now), ct);
    }
}
