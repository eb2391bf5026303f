using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.JsonWebTokens;
using Platform.Identity.Protocol;
using Platform.Identity.Storage;
using Platform.Identity.Tenants;
using Platform.Identity.Users;
using Platform.ServiceDefaults;

namespace Platform.Identity.Tokens;

/// <summary>An access token that is good at this moment, and whose it is; clients' own tokens have no user.</summary>
internal sealed record LiveAccessToken(JsonWebToken Token, Guid TenantId, string ClientId, User? User, Guid? SessionId)
{
    public string Scope => Token.TryGetPayloadValue<string>("scope", out var scope) ? scope : "";

    /// <summary>The key it is bound to (RFC 9449, section 6.1).</summary>
    public string? DpopKey => Token.TryGetPayloadValue<System.Text.Json.JsonElement>("cnf", out var cnf) && cnf.TryGetProperty("jkt", out var key) ? key.GetString() : null;
}

/// <summary>Whether tokens are good at this moment: signed here, in time, and with everything they rest on still there.</summary>
internal sealed class TokenStates(OwnTokens own, OpaqueTokens opaque, ClientDirectory clients, TenantScopes scopes, TimeProvider clock)
{
    /// <summary>An access token; null when it is void for whatever reason.</summary>
    public async Task<LiveAccessToken?> FindAccessTokenAsync(string token, CancellationToken ct)
    {
        if (await own.ReadAccessTokenAsync(token, ct) is not { } jwt
            || !jwt.TryGetPayloadValue<string>("tenant", out var tenant) || !Guid.TryParse(tenant, out var tenantId)
            || !jwt.TryGetPayloadValue<string>("client_id", out var clientId)
            || await clients.FindAsync(clientId, ct) is not ({ } client, false) || jwt.IssueTime() < client.ChangedAt)
        {
            return null;
        }

        if (!jwt.TryGetPayloadValue<string>("sid", out var sid) || !Guid.TryParse(sid, out var sessionId))
        {
            return new LiveAccessToken(jwt, tenantId, clientId, null, null);
        }

        if (!Guid.TryParse(jwt.Subject, out var userId))
        {
            return null;
        }

        await using var scope = scopes.Enter(tenantId);
        var db = scope.Db;
        var now = clock.GetUtcNow();
        // A changed role makes older tokens void, here as at the gateway.
        var role = jwt.TryGetPayloadValue<string>("role", out var claimed) ? claimed : null;
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(
            u => u.Id == userId && u.DeletedAt == null && u.Active && u.Role == role
                && db.Sessions.Any(s => s.Id == sessionId && s.UserId == userId && s.EndedAt == null && s.ExpiresAt > now)
                && db.Tenants.Any(t => t.Id == tenantId && t.Status == TenantStatus.Active), ct);
        return user is null ? null : new LiveAccessToken(jwt, tenantId, clientId, user, sessionId);
    }

    /// <summary>A refresh token that could be used now.</summary>
    public async Task<RefreshToken?> FindRefreshTokenAsync(string token, CancellationToken ct)
    {
        if (OpaqueTokens.Parse(OpaqueTokens.Refresh, token) is not { } presented)
        {
            return null;
        }

        await using var scope = scopes.Enter(presented.TenantId);
        var db = scope.Db;
        var now = clock.GetUtcNow();
        var row = await db.RefreshTokens.AsNoTracking().SingleOrDefaultAsync(t => t.Id == presented.Id, ct);
        return row is not null && opaque.Matches(presented, row.Hash) && row.UsedAt is null && row.RevokedAt is null && row.ExpiresAt > now
            && await db.Sessions.AnyAsync(s => s.Id == row.SessionId && s.EndedAt == null && s.ExpiresAt > now, ct)
            && await db.Users.AnyAsync(u => u.Id == row.UserId && u.Active && u.DeletedAt == null, ct)
            && await db.Tenants.AnyAsync(t => t.Id == row.TenantId && t.Status == TenantStatus.Active, ct)
                ? row
                : null;
    }
}
