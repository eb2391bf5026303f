using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Platform.Identity.Audit;
using Platform.Identity.Clients;
using Platform.Identity.Policies;
using Platform.Identity.Sessions;
using Platform.Identity.Storage;
using Platform.Identity.Tenants;
using Platform.Identity.Tokens;

namespace Platform.Identity.Authorization;

/// <summary>How a code is redeemed.</summary>
/// <param name="Code">The code.</param>
/// <param name="RedirectUri">Must be there, and the same, if the authorization request had one (RFC 6749, section 4.1.3).</param>
/// <param name="Verifier">Of PKCE (RFC 7636, section 4.5).</param>
/// <param name="DpopKey">The key that was proven.</param>
internal sealed record CodeRedemption(string Code, string? RedirectUri, string? Verifier, string? DpopKey);

/// <summary>
/// Trades an authorization code for a session's tokens. Of parallel requests exactly one wins; a code that comes back
/// later was copied by somebody, so what it issued ends (RFC 6749, section 4.1.2).
/// </summary>
internal sealed class RedeemCode(
    TenantScopes scopes, OpaqueTokens opaque, SessionTokens tokens, EndSession endSession, AuditTrail audit, TimeProvider clock)
{
    private const string Replayed = "code_replay";

    /// <summary>The tokens and the code's row; null when the code is good for nothing, for whatever reason.</summary>
    public async Task<(SignedIn SignedIn, AuthorizationCode Code)?> RunAsync(
        CodeRedemption redemption, Client client, ClientOrigin origin, CancellationToken ct)
    {
        if (OpaqueTokens.Parse(OpaqueTokens.Code, redemption.Code) is not { } presented)
        {
            return null;
        }

        await using var tenant = scopes.Enter(presented.TenantId);
        var db = tenant.Db;
        var code = await db.AuthorizationCodes.AsNoTracking().SingleOrDefaultAsync(c => c.Id == presented.Id, ct);
        if (code is null || !opaque.Matches(presented, code.Hash) || code.ClientId != client.ClientId || !Fits(redemption, code))
        {
            return null;
        }

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var now = clock.GetUtcNow();
        if (await db.AuthorizationCodes.Where(c => c.Id == code.Id && c.UsedAt == null && c.ExpiresAt > now)
                .ExecuteUpdateAsync(set => set.SetProperty(c => c.UsedAt, now), ct) == 0)
        {
            await EndReplayedAsync(db, code.Id, origin, ct);
            await transaction.CommitAsync(ct);
            return null;
        }

        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == code.UserId && u.DeletedAt == null, ct);
        if (user is not { Active: true }
            || !await db.Tenants.AnyAsync(t => t.Id == code.TenantId && t.Status == TenantStatus.Active, ct)
            || !await db.BrowserSessions.AnyAsync(s => s.Id == code.BrowserSessionId && s.EndedAt == null, ct))
        {
            return null;
        }

        var policy = await db.ReadPolicyAsync(ct);
        var renewable = client.GrantTypes.Contains(GrantTypes.RefreshToken) && Scopes.Has(code.Scope, Scopes.OfflineAccess);
        var signedIn = tokens.Open(
            db, user, Grantee.Of(client, redemption.DpopKey),
            new Opening(code.Methods.Split(' '), origin, code.Scope, Device: client.Name, BrowserSessionId: code.BrowserSessionId, Renewable: renewable, Policy: policy));
        await db.SaveChangesAsync(ct);
        await endSession.KeepToLimitAsync(db, user.Id, policy.MaxSessions, ct);
        await db.AuthorizationCodes.Where(c => c.Id == code.Id).ExecuteUpdateAsync(set => set.SetProperty(c => c.SessionId, signedIn.Session.Id), ct);
        await transaction.CommitAsync(ct);
        return (signedIn, code);
    }

    private static bool Fits(CodeRedemption redemption, AuthorizationCode code) =>
        code.RedirectUri == redemption.RedirectUri
        && (code.DpopKey is null || code.DpopKey == redemption.DpopKey)
        && IsVerifier(redemption.Verifier, code.CodeChallenge);

    /// <summary>RFC 7636, sections 4.1 and 4.6.</summary>
    internal static bool IsVerifier(string? verifier, string challenge)
    {
        if (verifier is not { Length: >= 43 and <= 128 } || challenge.Length == 0)
        {
            return false;
        }

        foreach (var c in verifier)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_' or '~'))
            {
                return false;
            }
        }

        var hash = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(hash), Encoding.ASCII.GetBytes(challenge));
    }

    /// <summary>A request that the gateway had before the use is a double, no theft; it only loses.</summary>
    private async Task EndReplayedAsync(IdentityDb db, Guid id, ClientOrigin origin, CancellationToken ct)
    {
        var code = await db.AuthorizationCodes.AsNoTracking().SingleAsync(c => c.Id == id, ct);
        if (code.UsedAt is null || code.UsedAt >= origin.ReceivedAt)
        {
            return;
        }

        if (code.SessionId is { } session)
        {
            await endSession.OneAsync(db, code.UserId, session, Replayed, ct);
        }

        audit.Record(db, code.TenantId, AuditActions.CodeReplayed, $"client/{code.ClientId}", Outcomes.Refused, code.UserId.ToString(), origin.Address);
        await db.SaveChangesAsync(ct);
    }
}
