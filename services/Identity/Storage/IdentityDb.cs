using Microsoft.EntityFrameworkCore;
using Platform.Identity.Audit;
using Platform.Identity.Authorization;
using Platform.Identity.Browser;
using Platform.Identity.Clients;
using Platform.Identity.DeviceFlow;
using Platform.Identity.Devices;
using Platform.Identity.Dpop;
using Platform.Identity.Keys;
using Platform.Identity.Messages;
using Platform.Identity.Mfa;
using Platform.Identity.Policies;
using Platform.Identity.Roles;
using Platform.Identity.Sessions;
using Platform.Identity.SignIn;
using Platform.Identity.Tenants;
using Platform.Identity.Tokens;
using Platform.Identity.Users;
using Platform.ServiceDefaults;

namespace Platform.Identity.Storage;

/// <summary>The database of this service. Rows with a tenant are under row-level security, whatever a query says.</summary>
internal sealed class IdentityDb(DbContextOptions<IdentityDb> options, CallContext call, TimeProvider clock) : PlatformDbContext(options, call)
{
    public DbSet<Tenant> Tenants => Set<Tenant>();

    public DbSet<User> Users => Set<User>();

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<RefreshToken> RefreshTokens => Set<RefreshToken>();

    public DbSet<LoginAttempts> LoginAttempts => Set<LoginAttempts>();

    public DbSet<Client> Clients => Set<Client>();

    public DbSet<AuditEntry> Audit => Set<AuditEntry>();

    public DbSet<CustomRole> Roles => Set<CustomRole>();

    public DbSet<PolicyRow> Policies => Set<PolicyRow>();

    public DbSet<MfaMethod> MfaMethods => Set<MfaMethod>();

    public DbSet<RecoveryCode> RecoveryCodes => Set<RecoveryCode>();

    public DbSet<MfaChallenge> MfaChallenges => Set<MfaChallenge>();

    public DbSet<Device> Devices => Set<Device>();

    public DbSet<FormerPassword> FormerPasswords => Set<FormerPassword>();

    public DbSet<AccountToken> AccountTokens => Set<AccountToken>();

    public DbSet<OutgoingMessage> OutgoingMessages => Set<OutgoingMessage>();

    public DbSet<ActingSession> ActingSessions => Set<ActingSession>();

    public DbSet<ClientUsage> ClientUsage => Set<ClientUsage>();

    public DbSet<SigningKey> SigningKeys => Set<SigningKey>();

    public DbSet<BrowserSession> BrowserSessions => Set<BrowserSession>();

    public DbSet<AuthorizationCode> AuthorizationCodes => Set<AuthorizationCode>();

    public DbSet<PushedRequest> PushedRequests => Set<PushedRequest>();

    public DbSet<Consent> Consents => Set<Consent>();

    public DbSet<DeviceAuthorization> DeviceAuthorizations => Set<DeviceAuthorization>();

    public DbSet<SeenProof> SeenProofs => Set<SeenProof>();

    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        Stamp();
        var refusals = AuditRefusals.TakeFrom(this);
        if (refusals.Count == 0)
        {
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        }

        if (!ChangeTracker.HasChanges())
        {
            await AuditRefusals.WriteAsync(this, refusals, cancellationToken);
            return 0;
        }

        return await this.InTransactionAsync(
            async () =>
            {
                var saved = await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
                await AuditRefusals.WriteAsync(this, refusals, cancellationToken);
                return saved;
            },
            cancellationToken);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(IdentityDb).Assembly);
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            if (entity.FindProperty(nameof(IRow.Version)) is { } version)
            {
                version.IsConcurrencyToken = true;
            }
        }

        UseSnakeCase(modelBuilder);
    }

    private void Stamp()
    {
        var now = clock.GetUtcNow();
        foreach (var entry in ChangeTracker.Entries<IRow>())
        {
            if (entry.State == EntityState.Added)
            {
                entry.Entity.CreatedAt = now;
                entry.Entity.UpdatedAt = now;
                entry.Entity.Version = 1;
            }
            else if (entry.State == EntityState.Modified)
            {
                entry.Entity.UpdatedAt = now;
                entry.Entity.Version++;
            }

            if (entry.State == EntityState.Added && entry.Entity is ITenantRow { TenantId: var tenant } row && tenant == Guid.Empty && Call.HasCaller)
            {
                row.TenantId = Call.TenantId;
            }
        }
    }
}
