using System.Diagnostics.Metrics;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.Identity.Audit;
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
internal sealed record Credentials(string Username, string Password, string? Tenant, Guid? TenantId = null);

/// <summary>Somebody who proved who they are, and how (RFC 8176).</summary>
internal sealed record Proven(User User, string[] Methods);

/// <summary>
/// Sign-in by password. Whether the tenant, the name or the password was wrong, the answer and its time are the same:
/// the same statements are sent and the same hash is computed.
/// </summary>
internal sealed class LogIn(
    TenantDirectory tenants, TenantScopes scopes, LoginThrottle throttle, PasswordGate gate, AuditTrail audit, TimeProvider clock)
{
    private static readonly Meter Meter = new("Platform.Identity");
    private static readonly Counter<long> SignIns = Meter.CreateCounter<long>("sign_ins_total", null, "Attempts to sign in by password, by result.");
    private static readonly Fault Wrong = new(ErrorCodes.AuthFailed, "User name or password is wrong.");

    /// <summary>Lets somebody in, or says why not.</summary>
    /// <param name="credentials">Who they say they are.</param>
    /// <param name="origin">From where.</param>
    /// <param name="open">Opens what they get, a session or a browser's; it commits together with the sign-in.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<(T? Opened, Fault? Fault)> RunAsync<T>(
        Credentials credentials, ClientOrigin origin, Func<IdentityDb, Proven, T> open, CancellationToken ct)
        where T : class
    {
        var tenantId = credentials.TenantId ?? await tenants.FindAsync(credentials.Tenant, origin.Host, ct);
        await using var scope = scopes.Enter(tenantId);
        var db = scope.Db;
        var decision = await throttle.BeginAsync(scope, credentials.Username, origin.Address, ct);
        if (decision.Outcome != AttemptOutcome.Allowed)
        {
            Record(db, tenantId, AuditActions.LoginLocked, Outcomes.Refused, null, credentials, origin);
            await db.SaveChangesAsync(ct);
            return (null, LoginThrottle.Refusal(decision));
        }

        var name = EmailAddress.Normalize(credentials.Username);
        var user = await db.Users.SingleOrDefaultAsync(u => u.NormalizedUserName == name && u.DeletedAt == null, ct);
        var tenant = await db.Tenants.AsNoTracking().SingleOrDefaultAsync(t => t.Id == tenantId, ct);
        var isRight = await gate.VerifyAsync(user, credentials.Password, ct);
        if (!isRight || user is not { Active: true } || tenant is null)
        {
            Record(db, tenantId, AuditActions.LoginFailed, Outcomes.Refused, user, credentials, origin);
            await db.SaveChangesAsync(ct);
            return (null, Wrong);
        }

        if (tenant.Status == TenantStatus.Suspended)
        {
            Record(db, tenantId, AuditActions.LoginFailed, Outcomes.Refused, user, credentials, origin);
            await db.SaveChangesAsync(ct);
            return (null, new Fault(ErrorCodes.TenantSuspended, "This tenant is suspended."));
        }

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await throttle.SucceedAsync(db, credentials.Username, origin.Address, ct);
        var opened = open(db, new Proven(user, ["pwd"]));
        Record(db, tenantId, AuditActions.LoginSuccess, Outcomes.Success, user, credentials, origin);
        await db.SaveChangesAsync(ct);
        var now = clock.GetUtcNow();
        // Past the row's version: signing in twice at once is no conflict.
        await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.LastLoginAt, now), ct);
        await transaction.CommitAsync(ct);
        return (opened, null);
    }

    private void Record(IdentityDb db, Guid tenantId, string action, string outcome, User? user, Credentials credentials, ClientOrigin origin)
    {
        SignIns.Add(1, new KeyValuePair<string, object?>("result", action switch
        {
            AuditActions.LoginSuccess => "success",
            AuditActions.LoginLocked => "locked",
            _ => "failure",
        }));
        audit.Record(db, tenantId, action, $"user/{user?.Id.ToString() ?? "unknown"}", outcome, user?.Id.ToString(), origin.Address, ("username", credentials.Username));
    }
}
