using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.Identity.Audit;
using Platform.Identity.Devices;
using Platform.Identity.Mfa;
using Platform.Identity.Policies;
using Platform.Identity.Storage;
using Platform.Identity.Tenants;
using Platform.Identity.Users;
using Platform.ServiceDefaults;

namespace Platform.Identity.SignIn;

/// <summary>Who wants in.</summary>
/// <param name="Username">The e-mail address.</param>
/// <param name="Password">The password.</param>
/// <param name="Tenant">The tenant's slug, if one was given.</param>
/// <param name="TenantId">The tenant, where the client leaves no choice.</param>
/// <param name="Device">What the client tells of its device.</param>
/// <param name="Continuation">What the sign-in is for, kept while a second factor is asked for.</param>
internal sealed record Credentials(
    string Username, string Password, string? Tenant, Guid? TenantId = null, DeviceSignals? Device = null, Continuation? Continuation = null);

/// <summary>Somebody who proved who they are, and how (RFC 8176).</summary>
/// <param name="User">Who.</param>
/// <param name="Methods">How.</param>
/// <param name="Policy">The tenant's rules for the session.</param>
/// <param name="DeviceId">The device they came with.</param>
/// <param name="Continuation">What the sign-in was for.</param>
internal sealed record Proven(User User, string[] Methods, TenantPolicy Policy, Guid? DeviceId, Continuation Continuation);

/// <summary>
/// Sign-in by password. Whether the tenant, the name or the password was wrong, the answer and its time are the same:
/// the same statements are sent and the same hash is computed. A right password may still need a second factor.
/// </summary>
internal sealed class LogIn(
    TenantDirectory tenants,
    TenantScopes scopes,
    LoginThrottle throttle,
    PasswordGate gate,
    DeviceFingerprints fingerprints,
    AskSecondFactor secondFactor,
    CompleteSignIn complete,
    AuditTrail audit,
    TimeProvider clock)
{
    private static readonly Fault Wrong = new(ErrorCodes.AuthFailed, "User name or password is wrong.");

    /// <summary>Lets somebody in, or says why not; <c>MFA_REQUIRED</c> carries an <see cref="MfaDemand"/>.</summary>
    /// <param name="credentials">Who they say they are.</param>
    /// <param name="origin">From where.</param>
    /// <param name="open">Opens what they get, a session or a browser's; it commits together with the sign-in.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<(T? Opened, Fault? Fault)> RunAsync<T>(
        Credentials credentials, ClientOrigin origin, Func<IdentityDb, Proven, T> open, CancellationToken ct)
        where T : class
    {
        // Before the first statement: whoever is turned away is not counted and has cost nothing.
        using var place = await gate.EnterAsync(ct);
        var tenantId = credentials.TenantId ?? await tenants.FindAsync(credentials.Tenant, origin.Host, ct);
        await using var scope = scopes.Enter(tenantId);
        var db = scope.Db;
        var name = EmailAddress.Normalize(credentials.Username);
        var fingerprint = fingerprints.Of(tenantId, credentials.Device, origin.UserAgent);
        var device = await (
            from d in db.Devices
            join u in db.Users on d.UserId equals u.Id
            where d.Fingerprint == fingerprint && u.NormalizedUserName == name && u.DeletedAt == null
            select d).AsNoTracking().SingleOrDefaultAsync(ct);
        var decision = await throttle.BeginAsync(scope, AttemptKind.Password, credentials.Username, origin.Address, device?.TrustedAt is not null, ct);
        if (decision.Outcome != AttemptOutcome.Allowed)
        {
            Record(db, tenantId, AuditActions.LoginLocked, null, credentials, origin);
            await db.SaveChangesAsync(ct);
            return (null, LoginThrottle.Refusal(decision));
        }

        // A change of the user that is under way is waited for; one that begins later makes the new token void.
        var user = (await db.Users.FromSql($"SELECT * FROM users WHERE normalized_user_name = {name} AND deleted_at IS NULL FOR SHARE").ToListAsync(ct)).SingleOrDefault();
        var tenant = await db.Tenants.AsNoTracking().SingleOrDefaultAsync(t => t.Id == tenantId, ct);
        var isRight = await place.VerifyAsync(user, credentials.Password, ct);
        if (!isRight || user is not { Active: true } || tenant is null or { Status: TenantStatus.Deleted })
        {
            Record(db, tenantId, AuditActions.LoginFailed, user, credentials, origin);
            await SignalLockAsync(db, tenantId, decision, user, credentials, origin, ct);
            return (null, Wrong);
        }

        if (tenant.Status == TenantStatus.Suspended)
        {
            Record(db, tenantId, AuditActions.LoginFailed, user, credentials, origin);
            await db.SaveChangesAsync(ct);
            return (null, new Fault(ErrorCodes.TenantSuspended, "This tenant is suspended."));
        }

        var rehashed = gate.IsOutdated(user.PasswordHash!) ? await place.HashAsync(user, credentials.Password, ct) : null;
        return await AdmitAsync(db, user, rehashed, device, fingerprint, credentials, origin, decision, open, ct);
    }

    private Task<(T? Opened, Fault? Fault)> AdmitAsync<T>(
        IdentityDb db, User user, string? rehashed, Device? device, byte[] fingerprint, Credentials credentials, ClientOrigin origin, AttemptDecision decision,
        Func<IdentityDb, Proven, T> open, CancellationToken ct)
        where T : class => db.InTransactionAsync<(T?, Fault?)>(async () =>
        {
            await throttle.SucceedAsync(db, AttemptKind.Password, credentials.Username, origin.Address, decision, ct);
            await db.SaveChangesAsync(ct);
            if (rehashed is not null)
            {
                // A hash of former days is made anew at today's cost, unless the password was changed meanwhile.
                await db.Users.Where(u => u.Id == user.Id && u.PasswordHash == user.PasswordHash).ExecuteUpdateAsync(set => set.SetProperty(u => u.PasswordHash, rehashed), ct);
            }

            var policy = await db.ReadPolicyAsync(ct);
            var arrival = new Arrival(user, policy, device, fingerprint, credentials.Device?.Name, origin, credentials.Continuation ?? new Continuation());
            if (await secondFactor.AskAsync(db, arrival, ct) is { } demand)
            {
                return (null, new Fault(ErrorCodes.MfaRequired, "A second factor is needed.", Details: demand));
            }

            return (await complete.RunAsync(db, arrival, ["pwd"], open, ct), null);
        }, ct);

    private async Task SignalLockAsync(
        IdentityDb db, Guid tenantId, AttemptDecision decision, User? user, Credentials credentials, ClientOrigin origin, CancellationToken ct)
    {
        if (decision.LocksAccount)
        {
            db.Publish(new SecuritySignalRaised("account_locked", user?.Id.ToString(), origin.Address, clock.GetUtcNow()));
            audit.Record(
                db, tenantId, AuditActions.AccountLocked, $"user/{user?.Id.ToString() ?? "unknown"}", Outcomes.Refused, null, origin.Address, ("username", credentials.Username));
        }

        await db.SaveChangesAsync(ct);
    }

    private void Record(IdentityDb db, Guid tenantId, string action, User? user, Credentials credentials, ClientOrigin origin)
    {
        SignInMetrics.Count(action == AuditActions.LoginLocked ? "locked" : "failure");
        audit.Record(
            db, tenantId, action, $"user/{user?.Id.ToString() ?? "unknown"}", Outcomes.Refused, user?.Id.ToString(), origin.Address, ("username", credentials.Username));
    }
}
