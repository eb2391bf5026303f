using Microsoft.EntityFrameworkCore;
using Platform.Identity.Authorization;
using Platform.Identity.Clients;
using Platform.Identity.Policies;
using Platform.Identity.Protocol;
using Platform.Identity.Sessions;
using Platform.Identity.Storage;
using Platform.Identity.Tenants;
using Platform.Identity.Tokens;

namespace Platform.Identity.DeviceFlow;

/// <summary>A device asks whether its user has answered (RFC 8628, sections 3.4 and 3.5).</summary>
internal sealed class RedeemDeviceCode(TenantScopes scopes, OpaqueTokens opaque, SessionTokens tokens, EndSession endSession, TimeProvider clock)
{
    /// <summary>Devices keep time with timers of their own.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(250);

    private static OAuthException Invalid => new(OAuthError.InvalidGrant, "The device code is unknown, used or another client's.");

    public async Task<(SignedIn SignedIn, DeviceAuthorization Device)> RunAsync(string code, Client client, string? dpopKey, ClientOrigin origin, CancellationToken ct)
    {
        if (OpaqueTokens.Parse(OpaqueTokens.Device, code) is not { } presented)
        {
            throw Invalid;
        }

        var device = await PollAsync(presented, client, ct);
        await using var scope = scopes.Enter(device.UserTenantId!.Value, client.ClientId);
        var db = scope.Db;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == device.UserId && u.DeletedAt == null, ct);
        if (user is not { Active: true }
            || !await db.Tenants.AnyAsync(t => t.Id == user.TenantId && t.Status == TenantStatus.Active, ct)
            || !await db.BrowserSessions.AnyAsync(s => s.Id == device.BrowserSessionId && s.EndedAt == null, ct))
        {
            throw Invalid;
        }

        // The device's session is its own: it outlives the browser's, which only lent its user's word.
        var renewable = client.GrantTypes.Contains(GrantTypes.RefreshToken) && Scopes.Has(device.Scope, Scopes.OfflineAccess);
        var policy = await db.ReadPolicyAsync(ct);
        var signedIn = tokens.Open(
            db, user, Grantee.Of(client, dpopKey), new Opening(device.Methods.Split(' '), origin, device.Scope, Device: client.Name, Renewable: renewable, Policy: policy));
        await db.SaveChangesAsync(ct);
        await endSession.KeepToLimitAsync(db, user.Id, policy.MaxSessions, ct);
        await transaction.CommitAsync(ct);
        return (signedIn, device);
    }

    /// <summary>
    /// The approved row, used up by this very request. It commits first: a crash after it costs the device a new start,
    /// never a second set of tokens.
    /// </summary>
    private async Task<DeviceAuthorization> PollAsync(OpaqueToken presented, Client client, CancellationToken ct)
    {
        await using var scope = scopes.Enter(presented.TenantId, client.ClientId);
        var db = scope.Db;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var device = (await db.DeviceAuthorizations.FromSql($"SELECT * FROM device_authorizations WHERE id = {presented.Id} FOR UPDATE").ToListAsync(ct)).SingleOrDefault();
        if (device is null || !opaque.Matches(presented, device.Hash) || device.ClientId != client.ClientId || device.UsedAt is not null)
        {
            throw Invalid;
        }

        var (error, now) = (default(OAuthException), clock.GetUtcNow());
        if (device.DeniedAt is not null)
        {
            throw new OAuthException(OAuthError.AccessDenied, "The user did not allow it.");
        }

        if (device.ExpiresAt <= now)
        {
            throw new OAuthException(OAuthError.ExpiredToken, "The device code has expired.");
        }

        if (device.PolledAt + TimeSpan.FromSeconds(device.Interval) - Tolerance > now)
        {
            device.Interval += StartDevice.Interval;
            error = new OAuthException(OAuthError.SlowDown, "Polled too soon; wait five seconds longer from now on.");
        }
        else if (device.ApprovedAt is null)
        {
            error = new OAuthException(OAuthError.AuthorizationPending, "The user has not answered yet.");
        }
        else
        {
            device.UsedAt = now;
        }

        device.PolledAt = now;
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return error is null ? device : throw error;
    }
}
