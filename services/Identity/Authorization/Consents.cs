using Microsoft.EntityFrameworkCore;
using Platform.Identity.Browser;
using Platform.Identity.Clients;
using Platform.Identity.Storage;

namespace Platform.Identity.Authorization;

/// <summary>Asks a user once what a client may have, and remembers it.</summary>
internal sealed class Consents(TenantScopes scopes, TimeProvider clock)
{
    /// <summary>
    /// Whether the user must be asked. The platform's own clients are trusted; a native program that anybody could pass for
    /// is asked about each time (RFC 8252, section 8.6).
    /// </summary>
    public async Task<bool> IsNeededAsync(AuthorizationRequest request, Client client, BrowserSession session, CancellationToken ct)
    {
        if (request.AsksConsent)
        {
            return true;
        }

        if (FirstPartyClients.Is(client.ClientId))
        {
            return false;
        }

        if (client.SecretHash is null && !RedirectUris.HasOwner(request.RedirectUri))
        {
            return true;
        }

        await using var scope = scopes.Enter(session.TenantId);
        var given = await scope.Db.Consents.AsNoTracking().SingleOrDefaultAsync(c => c.UserId == session.UserId && c.ClientId == client.ClientId, ct);
        return given is null || Scopes.Split(request.Scope).Except(Scopes.Split(given.Scope)).Any();
    }

    /// <summary>Remembers what was allowed, beside what was before.</summary>
    public async Task GiveAsync(AuthorizationRequest request, BrowserSession session, CancellationToken ct)
    {
        await using var scope = scopes.Enter(session.TenantId, session.UserId.ToString());
        var now = clock.GetUtcNow();
        await scope.Db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO consents (tenant_id, user_id, client_id, scope, created_at, updated_at, version)
            VALUES ({session.TenantId}, {session.UserId}, {request.ClientId}, {request.Scope}, {now}, {now}, 1)
            ON CONFLICT (tenant_id, user_id, client_id) DO UPDATE SET updated_at = excluded.updated_at, version = consents.version + 1,
                scope = (SELECT string_agg(DISTINCT part, ' ') FROM unnest(string_to_array(consents.scope || ' ' || excluded.scope, ' ')) AS part)
            """, ct);
    }
}
