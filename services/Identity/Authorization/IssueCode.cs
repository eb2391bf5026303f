using Platform.Identity.Audit;
using Platform.Identity.Browser;
using Platform.Identity.Clients;
using Platform.Identity.Storage;
using Platform.Identity.Tokens;

namespace Platform.Identity.Authorization;

/// <summary>Issues an authorization code for a user who is signed in and has agreed.</summary>
internal sealed class IssueCode(TenantScopes scopes, OpaqueTokens opaque, PushRequest pushed, AuditTrail audit, TimeProvider clock)
{
    /// <summary>RFC 6749, section 4.1.2, recommends ten minutes at most; a redirect takes seconds.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    /// <summary>The code; null when the pushed request behind it was used already.</summary>
    public async Task<string?> RunAsync(AuthorizationRequest request, Client client, BrowserSession session, ClientOrigin origin, CancellationToken ct)
    {
        if (request.PushedId is { } id && !await pushed.TryUseAsync(client.TenantId, id, ct))
        {
            return null;
        }

        await using var scope = scopes.Enter(session.TenantId, session.UserId.ToString());
        var db = scope.Db;
        var now = clock.GetUtcNow();
        var code = new AuthorizationCode
        {
            Id = Guid.CreateVersion7(now),
            TenantId = session.TenantId,
            ClientId = request.ClientId,
            UserId = session.UserId,
            BrowserSessionId = session.Id,
            RedirectUri = request.SentRedirectUri,
            Scope = request.Scope,
            CodeChallenge = request.CodeChallenge,
            Nonce = request.Nonce,
            DpopKey = request.DpopKey,
            Methods = session.Methods,
            AuthenticatedAt = session.AuthenticatedAt,
            ExpiresAt = now + Lifetime,
        };
        (var token, code.Hash) = opaque.Create(OpaqueTokens.Code, code.TenantId, code.Id);
        db.AuthorizationCodes.Add(code);
        audit.Record(
            db, session.TenantId, AuditActions.AuthorizationGranted, $"client/{request.ClientId}", Outcomes.Success, session.UserId.ToString(), origin.Address,
            ("scope", request.Scope));
        await db.SaveChangesAsync(ct);
        return token;
    }
}
