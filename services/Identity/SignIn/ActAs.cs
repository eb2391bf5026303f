using Platform.Contracts;
using Platform.Identity.Audit;
using Platform.Identity.Clients;
using Platform.Identity.Roles;
using Platform.Identity.Sessions;
using Platform.Identity.Storage;
using Platform.Identity.Tenants;
using Platform.Identity.Tokens;
using Platform.ServiceDefaults;

namespace Platform.Identity.SignIn;

/// <summary>
/// A platform administrator enters another tenant for one access token's life: an administrator's rights there, reading
/// only unless writing was asked for, nothing to renew it with, and a line in the audit log of both tenants.
/// </summary>
internal sealed class ActAs(TenantDirectory tenants, TenantScopes scopes, IdentityDb home, AccessTokens access, AuditTrail audit, TimeProvider clock)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    /// <summary>The token, or null when there is no such tenant.</summary>
    public async Task<IssuedToken?> RunAsync(CallContext call, Guid adminId, Guid tenantId, string reason, bool write, ClientOrigin origin, CancellationToken ct)
    {
        if (await tenants.GetAsync(tenantId, ct) is null)
        {
            return null;
        }

        var now = clock.GetUtcNow();
        var session = new Session
        {
            Id = Guid.CreateVersion7(now),
            TenantId = tenantId,
            UserId = adminId,
            Methods = "act",
            Address = origin.Address,
            UserAgent = origin.UserAgent,
            LastUsedAt = now,
            ExpiresAt = now + Lifetime,
            HomeTenantId = call.TenantId,
            HomeSessionId = call.SessionId,
        };
        await using (var target = scopes.Enter(tenantId, call.Subject))
        {
            var db = target.Db;
            db.Sessions.Add(session);
            Record(db, tenantId);
            await db.SaveChangesAsync(ct);
        }

        if (call.SessionId is { } homeSession)
        {
            home.ActingSessions.Add(new ActingSession
            {
                SessionId = session.Id,
                TenantId = call.TenantId,
                HomeSessionId = homeSession,
                TargetTenantId = tenantId,
                ExpiresAt = session.ExpiresAt,
            });
        }

        Record(home, call.TenantId);
        await home.SaveChangesAsync(ct);
        return access.Issue(new TokenGrant(
            tenantId,
            call.Subject,
            FirstPartyClients.CommandLine,
            "",
            Rights.ForActing(write),
            TlpLevel.Red,
            BuiltInRoles.Admin,
            session.Id,
            ["pwd"],
            ActingFrom: call.TenantId), Lifetime);

        void Record(IdentityDb db, Guid tenant) => audit.Record(
            db, tenant, AuditActions.ActAs, $"tenant/{tenantId}", Outcomes.Success, call.Subject, origin.Address,
            ("reason", reason), ("write", write ? "true" : "false"), ("home", call.TenantId.ToString()));
    }
}
