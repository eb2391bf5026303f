using Platform.Identity.Audit;
using Platform.Identity.Clients;
using Platform.Identity.Protocol;
using Platform.Identity.Sessions;
using Platform.Identity.Storage;

namespace Platform.Identity.Tokens;

/// <summary>Revokes a token for the client that it was issued to (RFC 7009, section 2.1).</summary>
internal sealed class RevokeToken(TokenStates states, TenantScopes scopes, EndSession endSession, AuditTrail audit)
{
    private const string Reason = "revoked";

    public async Task RunAsync(string token, Client client, ClientOrigin origin, CancellationToken ct)
    {
        if (await states.FindAccessTokenAsync(token, ct) is { } access)
        {
            if (access.ClientId == client.ClientId)
            {
                // A client's own token rests on no session that could end.
                var session = access.SessionId ?? throw new OAuthException(
                    OAuthError.UnsupportedTokenType, "Access tokens of clients cannot be revoked; they expire soon.");
                await EndAsync(access.TenantId, access.User!.Id, session, client, origin, ct);
            }
        }
        else if (await states.FindRefreshTokenAsync(token, ct) is { } refresh && refresh.ClientId == client.ClientId)
        {
            await EndAsync(refresh.TenantId, refresh.UserId, refresh.SessionId, client, origin, ct);
        }
    }

    private async Task EndAsync(Guid tenantId, Guid userId, Guid sessionId, Client client, ClientOrigin origin, CancellationToken ct)
    {
        await using var scope = scopes.Enter(tenantId, client.ClientId);
        var db = scope.Db;
        await db.InTransactionAsync(async () =>
        {
            var ended = await endSession.OneAsync(db, userId, sessionId, Reason, ct);
            audit.Record(db, tenantId, AuditActions.TokenRevoked, $"session/{sessionId}", Outcomes.Success, client.ClientId, origin.Address);
            await db.SaveChangesAsync(ct);
            return ended;
        }, ct);
    }
}
