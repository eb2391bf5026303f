using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Contracts.Identity;
using Platform.Identity.Clients;
using Platform.Identity.Roles;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;
using Platform.Identity.Tenants;
using Platform.Identity.Users;

namespace Platform.Identity.FirstRun;

/// <summary>
/// With an empty database: the default tenant, its first administrator with a generated password, and the platform's
/// own clients. Runs after the migration and before the first request; of several instances one does the work.
/// </summary>
internal sealed partial class SeedTenant(
    TenantScopes scopes, PasswordGate gate, AdminPasswordFile file, IOptions<IdentitySettings> settings, TimeProvider clock, ILogger<SeedTenant> log) : IHostedLifecycleService
{
    private const int PasswordLength = 24;
    private const string PasswordCharacters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.Enter(WellKnown.DefaultTenantId);
        var db = scope.Db;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(7160302)", cancellationToken);
        if (await db.Users.AnyAsync(cancellationToken))
        {
            return;
        }

        if (!await db.Tenants.AnyAsync(t => t.Id == WellKnown.DefaultTenantId, cancellationToken))
        {
            db.Tenants.Add(new Tenant { Id = WellKnown.DefaultTenantId, Slug = WellKnown.DefaultTenantSlug, Name = "Default" });
        }

        var password = RandomNumberGenerator.GetString(PasswordCharacters, PasswordLength);
        var admin = new User { Id = Guid.CreateVersion7(clock.GetUtcNow()), TenantId = WellKnown.DefaultTenantId, Role = BuiltInRoles.PlatformAdmin };
        admin.Rename(settings.Value.AdminUsername);
        admin.SecurityStamp = Guid.NewGuid().ToString("N");
        admin.PasswordHash = await gate.HashAsync(admin, password, cancellationToken);
        db.Users.Add(admin);
        db.Publish(new UserCreated(admin.TenantId, admin.Id, admin.UserName!, admin.Role), admin.Id.ToString());
        AddClients(db);
        await db.SaveChangesAsync(cancellationToken);

        // The file comes before the commit: a crash in between leaves a password nobody has, and the next start makes another.
        await file.WriteAsync(password, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Announce(admin.UserName!, password);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static void AddClients(IdentityDb db)
    {
        db.Clients.Add(new Client
        {
            Id = Guid.CreateVersion7(),
            TenantId = WellKnown.DefaultTenantId,
            ClientId = FirstPartyClients.CommandLine,
            Name = "Platform command line",
            AuthMethod = ClientAuthMethods.None,
            GrantTypes = [GrantTypes.DeviceCode, GrantTypes.Password, GrantTypes.RefreshToken],
        });
        db.Clients.Add(new Client
        {
            Id = Guid.CreateVersion7(),
            TenantId = WellKnown.DefaultTenantId,
            ClientId = FirstPartyClients.Docs,
            Name = "Platform API documentation",
            AuthMethod = ClientAuthMethods.None,
            GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken],
        });
    }

    /// <summary>To the console and not to the log: logs travel to collectors.</summary>
    private void Announce(string username, string password)
    {
        Console.WriteLine($"First start: sign in as {username} with the password {password}");
        if (file.Path is { } path)
        {
            LogWritten(log, username, path);
        }
    }

    [LoggerMessage(LogLevel.Information, "The password of {Username} is in {Path}")]
    private static partial void LogWritten(ILogger logger, string username, string path);
}
