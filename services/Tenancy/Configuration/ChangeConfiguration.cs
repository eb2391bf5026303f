using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Platform.Contracts;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Configuration;

/// <summary>The settings of now and their version.</summary>
internal sealed record CurrentSettings(int Version, PlatformSettings Settings, DateTimeOffset? ChangedAt)
{
    public static CurrentSettings Of(ConfigurationVersion? row) => row is null
        ? new CurrentSettings(0, PlatformSettings.Default, null)
        : new CurrentSettings(row.Version, SettingsText.Read(row.Settings), row.CreatedAt);
}

/// <summary>Reads and replaces the platform's settings. A change, its place in the history and its event commit together.</summary>
internal sealed class ChangeConfiguration(TenancyDb db, CallContext call, TimeProvider clock)
{
    private const string OrderKey = "configuration";

    public async Task<CurrentSettings> ReadAsync(CancellationToken ct) =>
        CurrentSettings.Of(await db.ConfigurationVersions.AsNoTracking().OrderByDescending(c => c.Version).FirstOrDefaultAsync(ct));

    /// <summary>The settings of a version; null when there was none.</summary>
    public async Task<PlatformSettings?> ReadAsync(int version, CancellationToken ct) => version == 0
        ? PlatformSettings.Default
        : await db.ConfigurationVersions.AsNoTracking().Where(c => c.Version == version).Select(c => c.Settings).SingleOrDefaultAsync(ct) is { } text
            ? SettingsText.Read(text)
            : null;

    /// <summary>Makes these the settings; nothing happens when they are already.</summary>
    public async Task<CurrentSettings> WriteAsync(CurrentSettings current, PlatformSettings wanted, int? rolledBackTo, CancellationToken ct)
    {
        var changes = SettingsText.Compare(current.Settings, wanted);
        if (changes.Count == 0)
        {
            return current;
        }

        var now = clock.GetUtcNow();
        var row = new ConfigurationVersion
        {
            Version = current.Version + 1,
            Settings = SettingsText.Write(wanted),
            Changes = JsonSerializer.Serialize(changes, Json.Options),
            RolledBackTo = rolledBackTo,
            ChangedBy = call.Subject,
            CreatedAt = now,
        };
        db.ConfigurationVersions.Add(row);
        db.PublishFor(WellKnown.DefaultTenantId, new ConfigurationChanged(row.Version, wanted), OrderKey);
        db.Record(call, "config_updated", $"config/{row.Version}", now, changes.ToDictionary(c => c.Key, c => $"{c.Value.From} → {c.Value.To}"));
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            throw new FaultException(new Fault(ErrorCodes.Conflict, "Somebody else has just changed the settings: read them again."));
        }

        return CurrentSettings.Of(row);
    }

    /// <summary>Tells the settings to everybody again, unless nobody has ever set any.</summary>
    public async Task TellAsync(CancellationToken ct)
    {
        var current = await ReadAsync(ct);
        if (current.Version > 0)
        {
            db.PublishFor(WellKnown.DefaultTenantId, new ConfigurationChanged(current.Version, current.Settings), OrderKey);
            await db.SaveChangesAsync(ct);
        }
    }
}
