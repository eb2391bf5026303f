using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Gateway.Revocation;
using Platform.Gateway.Tenants;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Authentication;

/// <summary>
/// Resolves API keys at Tenancy: one question in flight per key, answers kept under the key's hash, misses in a bounded
/// table of their own so that invented keys push out no real one.
/// </summary>
internal sealed partial class KeyResolver(
    InternalApi api, TenantStates tenants, Revocations revocations, CacheFigures figures, IOptions<GatewayOptions> options, TimeProvider clock, ILogger<KeyResolver> log)
{
    private const int LongestKey = 200;
    private const int MissesKept = 10_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan MissFresh = TimeSpan.FromSeconds(30);

    private readonly BoundedCache<CredentialHash, Credential> _found = new(options.Value.CredentialCacheSize);
    private readonly CacheFigures.Counts _figures = figures.Of("api_keys");
    private readonly BoundedCache<CredentialHash, DateTimeOffset> _missing = new(MissesKept);
    private readonly ConcurrentDictionary<CredentialHash, Lazy<Task<Verification>>> _asking = new();

    /// <summary>Finds a key, confirmed by Tenancy not longer ago than <paramref name="maxAge"/>.</summary>
    public ValueTask<Verification> ResolveAsync(string key, TimeSpan? maxAge, CancellationToken ct)
    {
        if (key.Length is 0 or > LongestKey)
        {
            return ValueTask.FromResult<Verification>(Verification.Invalid);
        }

        var hash = CredentialHash.Of(key);
        var now = clock.GetUtcNow();
        if (_found.TryGet(hash, out var known))
        {
            if (known.ExpiresAt <= now)
            {
                return ValueTask.FromResult<Verification>(Verification.Invalid);
            }

            if (now - known.ConfirmedAt < (maxAge ?? Fresh))
            {
                _figures.Hit();
                return ValueTask.FromResult<Verification>(known);
            }
        }
        else if (_missing.TryGet(hash, out var missedAt) && now - missedAt < MissFresh)
        {
            return ValueTask.FromResult<Verification>(Verification.Invalid);
        }

        _figures.Miss();
        return AskOnceAsync(key, hash, ct);
    }

    /// <summary>Forgets what the predicate names; the next use asks Tenancy.</summary>
    public void Forget(Func<Credential, bool> predicate) => _found.RemoveWhere(predicate);

    private async ValueTask<Verification> AskOnceAsync(string key, CredentialHash hash, CancellationToken ct)
    {
        // The question outlives a caller who leaves: others may wait for the same answer.
        var asking = _asking.GetOrAdd(hash, h => new Lazy<Task<Verification>>(() => AskAsync(key, h)));
        return await asking.Value.WaitAsync(ct);
    }

    private async Task<Verification> AskAsync(string key, CredentialHash hash)
    {
        try
        {
            var version = revocations.Version;
            using var response = await api.PostAsync(Upstreams.Tenancy, "/internal/keys/resolve", new ResolveKey(key), CancellationToken.None);
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                _found.Remove(hash);
                _missing.Set(hash, clock.GetUtcNow());
                return Verification.Invalid;
            }

            response.EnsureSuccessStatusCode();
            var credential = Read((await response.Content.ReadFromJsonAsync<ResolvedKey>(Json.Options))!);
            if (version == revocations.Version)
            {
                // Otherwise something was revoked meanwhile, perhaps this: use the answer once and ask again.
                _found.Set(hash, credential);
            }

            return credential;
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or OperationCanceledException)
        {
            LogUnanswered(log, exception.Message);
            return Verification.CannotTell;
        }
        finally
        {
            _asking.TryRemove(hash, out _);
        }
    }

    private Credential Read(ResolvedKey key)
    {
        var now = clock.GetUtcNow();
        var tenant = tenants.Entry(key.TenantId);
        tenant.State ??= new TenantState(key.TenantStatus, key.Limits, now);
        var id = key.Id.ToString("D");
        var caller = new Caller(key.TenantId, id, CallerKind.ApiKey, new PermissionSet(key.Permissions), key.TlpClearance, null, id);
        return new Credential(caller, tenant)
        {
            ApiKeyId = key.Id,
            ExpiresAt = key.ExpiresAt ?? DateTimeOffset.MaxValue,
            IssuedAt = now,
            ConfirmedAt = now,
            AllowedNetworks = Networks(key.AllowedCidrs),
            Limits = key.RateLimit,
        };
    }

    /// <summary>A network that cannot be read admits nobody.</summary>
    private static IPNetwork[]? Networks(List<string>? cidrs)
    {
        if (cidrs is not { Count: > 0 })
        {
            return null;
        }

        var networks = new List<IPNetwork>(cidrs.Count);
        foreach (var cidr in cidrs)
        {
            if (IPNetwork.TryParse(cidr, out var network))
            {
                networks.Add(network);
            }
            else if (IPAddress.TryParse(cidr, out var address))
            {
                networks.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            }
        }

        return [.. networks];
    }

    private sealed record ResolveKey(string Key);

    private sealed record ResolvedKey(
        Guid Id,
        Guid TenantId,
        string TenantStatus,
        List<string> Permissions,
        TlpLevel TlpClearance,
        List<string>? AllowedCidrs,
        DateTimeOffset? ExpiresAt,
        KeyLimits? RateLimit,
        TenantLimits Limits);

    [LoggerMessage(LogLevel.Warning, "Tenancy did not resolve an API key: {Reason}")]
    private static partial void LogUnanswered(ILogger logger, string reason);
}
