using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using Platform.Identity.Storage;

namespace Platform.Identity.Keys;

/// <summary>
/// The keys of the issuer. A key is published well before it signs and stays published until its last token has
/// expired, so that a rotation fails no request; the database holds the keys, each instance reads them every minute.
/// </summary>
internal sealed partial class KeyRing(
    IServiceScopeFactory scopes, Vault vault, IOptions<IdentitySettings> settings, TimeProvider clock, ILogger<KeyRing> log) : BackgroundService, IHostedLifecycleService
{
    private static readonly string[] Algorithms = [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha256];
    private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(2);

    private volatile IReadOnlyList<LoadedKey> _keys = [];

    /// <summary>What signs access tokens now.</summary>
    public SigningCredentials Signing => SigningFor(SecurityAlgorithms.EcdsaSha256);

    /// <summary>The newest key of an algorithm that is old enough to be known everywhere.</summary>
    public SigningCredentials SigningFor(string algorithm)
    {
        var now = clock.GetUtcNow();
        LoadedKey? best = null;
        foreach (var key in _keys)
        {
            if (key.Row.Algorithm == algorithm && key.Row.ActiveFrom <= now && (best is null || key.Row.ActiveFrom > best.Row.ActiveFrom))
            {
                best = key;
            }
        }

        return best?.Signing ?? throw new InvalidOperationException($"There is no {algorithm} key.");
    }

    /// <summary>A key by its id, to read back what it signed.</summary>
    public SecurityKey? Find(string? keyId)
    {
        foreach (var key in _keys)
        {
            if (key.Row.KeyId == keyId)
            {
                return key.Signing.Key;
            }
        }

        return null;
    }

    /// <summary>Every key whose tokens may be around, or will be soon.</summary>
    public PublicKeySet Published => new(_keys.Select(k => k.Public).ToList());

    public Task StartingAsync(CancellationToken cancellationToken) => RefreshAsync(cancellationToken);

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1), clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RefreshAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogNotRefreshed(log, exception);
            }
        }
    }

    /// <summary>Reads the keys, and makes successors that are due.</summary>
    internal async Task RefreshAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
        var now = clock.GetUtcNow();
        var rows = await db.SigningKeys.AsNoTracking().Where(k => k.RetiredAt == null || k.RetiredAt > now).ToListAsync(ct);
        if (Algorithms.Any(a => IsSuccessorDue(rows, a, now)))
        {
            rows = await RotateAsync(db, now, ct);
        }

        var known = _keys.ToDictionary(k => k.Row.KeyId);
        _keys = rows.OrderByDescending(r => r.ActiveFrom).ThenBy(r => r.Algorithm, StringComparer.Ordinal)
            .Select(r => known.TryGetValue(r.KeyId, out var loaded) ? loaded with { Row = r } : LoadedKey.From(r, vault.Open(r.SealedPrivateKey, r.KeyId)))
            .ToList();
    }

    private bool IsSuccessorDue(List<SigningKey> rows, string algorithm, DateTimeOffset now) =>
        !rows.Any(k => k.Algorithm == algorithm && now - k.CreatedAt < settings.Value.KeyRotationAge);

    /// <summary>One instance makes the successors; the others find them.</summary>
    private async Task<List<SigningKey>> RotateAsync(IdentityDb db, DateTimeOffset now, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(7160301)", ct);
        var rows = await db.SigningKeys.Where(k => k.RetiredAt == null || k.RetiredAt > now).ToListAsync(ct);
        foreach (var algorithm in Algorithms)
        {
            if (!IsSuccessorDue(rows, algorithm, now))
            {
                continue;
            }

            var first = !rows.Any(k => k.Algorithm == algorithm);
            var activeFrom = first ? now : now + settings.Value.JwksCacheAge + ClockDifference;
            var (row, privateKey) = LoadedKey.Generate(algorithm, now, activeFrom);
            row.SealedPrivateKey = vault.Seal(privateKey, row.KeyId);
            foreach (var old in rows.Where(k => k.Algorithm == algorithm && k.RetiredAt is null))
            {
                old.RetiredAt = activeFrom + settings.Value.AccessTokenLifetime + ClockDifference;
            }

            db.SigningKeys.Add(row);
            rows.Add(row);
            LogNewKey(log, row.KeyId, algorithm, activeFrom);
        }

        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return rows;
    }

    [LoggerMessage(LogLevel.Information, "Signing key {KeyId} ({Algorithm}) signs from {ActiveFrom}")]
    private static partial void LogNewKey(ILogger logger, string keyId, string algorithm, DateTimeOffset activeFrom);

    [LoggerMessage(LogLevel.Warning, "The signing keys could not be read again; the known ones stay in use")]
    private static partial void LogNotRefreshed(ILogger logger, Exception exception);
}
