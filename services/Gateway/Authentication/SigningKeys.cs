using System.Collections.Frozen;
using Microsoft.IdentityModel.Tokens;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Authentication;

/// <summary>
/// The public keys of Identity. Fetched at start until they are there, refreshed every ten minutes and, at most once a
/// minute, when a token names a key that is not known.
/// </summary>
internal sealed partial class SigningKeys(InternalApi api, TimeProvider clock, ILogger<SigningKeys> log) : BackgroundService
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan UnknownKeyPause = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan FirstKeyPatience = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim _fetching = new(1);
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private FrozenDictionary<string, SecurityKey> _keys = FrozenDictionary<string, SecurityKey>.Empty;
    private DateTimeOffset _fetchedAt = DateTimeOffset.MinValue;

    /// <summary>Whether any key is known; without one no token can be verified.</summary>
    public bool HasKeys => _keys.Count > 0;

    /// <summary>The key of a <c>kid</c>; null when Identity does not publish it.</summary>
    public ValueTask<SecurityKey?> FindAsync(string kid, CancellationToken ct) =>
        _keys.TryGetValue(kid, out var key) ? ValueTask.FromResult<SecurityKey?>(key) : FindUnknownAsync(kid, ct);

    /// <summary>A token that names an unknown key is worth asking about at once: the keys are not the ones of a moment ago.</summary>
    public void ExpectOthers() => _fetchedAt = DateTimeOffset.MinValue;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = TimeSpan.FromMilliseconds(200);
        while (!stoppingToken.IsCancellationRequested)
        {
            if (await RefreshAsync(stoppingToken))
            {
                pause = Refresh;
            }
            else
            {
                pause = HasKeys ? TimeSpan.FromSeconds(30) : TimeSpan.FromMilliseconds(Math.Min(2000, pause.TotalMilliseconds * 1.5));
            }

            await Task.Delay(pause, clock, stoppingToken);
        }
    }

    private async Task<bool> RefreshAsync(CancellationToken ct)
    {
        using var untraced = Untraced.Begin();
        return await TryFetchAsync(ct);
    }

    private async ValueTask<SecurityKey?> FindUnknownAsync(string kid, CancellationToken ct)
    {
        if (!HasKeys)
        {
            // Keys that were never fetched are the start-up loop's task, which retries quickly.
            await Task.WhenAny(_first.Task, Task.Delay(FirstKeyPatience, clock, ct));
        }
        else if (clock.GetUtcNow() - _fetchedAt >= UnknownKeyPause)
        {
            await TryFetchAsync(ct, unlessNewerThan: UnknownKeyPause);
        }

        return _keys.GetValueOrDefault(kid);
    }

    private async Task<bool> TryFetchAsync(CancellationToken ct, TimeSpan unlessNewerThan = default)
    {
        await _fetching.WaitAsync(ct);
        try
        {
            if (unlessNewerThan > TimeSpan.Zero && clock.GetUtcNow() - _fetchedAt < unlessNewerThan)
            {
                return true;
            }

            if (unlessNewerThan > TimeSpan.Zero)
            {
                // A failed attempt counts as well: tokens with invented key ids must not become a flood of fetches.
                _fetchedAt = clock.GetUtcNow();
            }

            using var response = await api.GetAsync(Upstreams.Identity, "/.well-known/jwks.json", ct);
            response.EnsureSuccessStatusCode();
            _keys = Read(await response.Content.ReadAsStringAsync(ct));
            _fetchedAt = clock.GetUtcNow();
            if (HasKeys)
            {
                _first.TrySetResult();
            }

            return HasKeys;
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            LogFetchFailed(log, exception.Message);
            return false;
        }
        finally
        {
            _fetching.Release();
        }
    }

    private static FrozenDictionary<string, SecurityKey> Read(string json)
    {
        var keys = new Dictionary<string, SecurityKey>(StringComparer.Ordinal);
        foreach (var key in JsonWebKeySet.Create(json).GetSigningKeys())
        {
            if (key.KeyId is { Length: > 0 } kid)
            {
                keys[kid] = key;
            }
        }

        return keys.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public override void Dispose()
    {
        _fetching.Dispose();
        base.Dispose();
    }

    [LoggerMessage(LogLevel.Information, "The signing keys of Identity could not be fetched: {Reason}")]
    private static partial void LogFetchFailed(ILogger logger, string reason);
}
