using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Gateway.Revocation;
using Platform.Gateway.Tenants;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Authentication;

/// <summary>Resolves API keys at Tenancy.</summary>
internal sealed partial class KeyResolver(
    InternalApi api, TenantStates tenants, Revocations revocations, CacheFigures figures, IOptions<GatewayOptions> options, TimeProvider clock, ILogger<KeyResolver> log)
{
    private const int LongestKey = 200;

    private readonly OwnerAnswers<Credential> _answers = new(options.Value.CredentialCacheSize, figures.Of("api_keys"), revocations, clock);

    /// <summary>Finds a key, confirmed by Tenancy not longer ago than <paramref name="maxAge"/>.</summary>
    /// <param name="key">As the client sent it.</param>
    /// <param name="maxAge">How old the answer may be.</param>
    /// <param name="mayAsk">Whether Tenancy may be asked; otherwise a key that is not known here is not judged by its worth.</param>
    /// <param name="ct">Cancels.</param>
    public ValueTask<Verification> ResolveAsync(string key, TimeSpan? maxAge, bool mayAsk, CancellationToken ct)
    {
        if (key.Length is 0 or > LongestKey)
        {
            return ValueTask.FromResult<Verification>(Verification.Invalid);
        }

        var hash = CredentialHash.Of(key);
        return _answers.TryGet(hash, maxAge, out var known) ? ValueTask.FromResult(Judge(known))
            : mayAsk ? AskAsync(key, hash, ct) : ValueTask.FromResult<Verification>(Verification.Invalid);
    }

    /// <summary>Forgets what the predicate names; the next use asks Tenancy.</summary>
    public void Forget(Func<Credential, bool> predicate) => _answers.Forget(predicate);

    /// <summary>Forgets everything, also keys that were not known.</summary>
    public void ForgetAll() => _answers.ForgetAll();

    private Verification Judge(Credential? credential) =>
        credential is null || credential.ExpiresAt <= clock.GetUtcNow() ? Verification.Invalid : credential;

    private async ValueTask<Verification> AskAsync(string key, CredentialHash hash, CancellationToken ct)
    {
        try
        {
            return Judge(await _answers.AskAsync(hash, () => AskTenancyAsync(key), ct));
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException || (exception is OperationCanceledException && !ct.IsCancellationRequested))
        {
            LogUnanswered(log, exception.Message);
            return Verification.CannotTell;
        }
    }

    private async Task<Credential?> AskTenancyAsync(string key)
    {
        using var response = await api.PostAsync(Upstreams.Tenancy, "/internal/keys/resolve", new ResolveKey(key), CancellationToken.None);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        response.EnsureSuccessStatusCode();
        return Read((await response.Content.ReadFromJsonAsync<ResolvedKey>(Json.Options))!);
    }

    private Credential Read(ResolvedKey key)
    {
        var now = clock.GetUtcNow();
        var tenant = tenants.Entry(key.TenantId);
        var id = key.Id.ToString("D");
        var caller = new Caller(key.TenantId, id, CallerKind.ApiKey, new PermissionSet(key.Permissions), key.TlpClearance, null, id);
        return new Credential(caller, tenant)
        {
            ApiKeyId = key.Id,
            ExpiresAt = key.ExpiresAt ?? DateTimeOffset.MaxValue,
            IssuedAt = now,
            AllowedNetworks = AllowedNetworks.Parse(key.AllowedCidrs),
            Limits = key.RateLimit,
        };
    }

    private sealed record ResolveKey(string Key);

    private sealed record ResolvedKey(
        Guid Id,
        Guid TenantId,
        List<string> Permissions,
        TlpLevel TlpClearance,
        List<string>? AllowedCidrs,
        DateTimeOffset? ExpiresAt,
        KeyLimits? RateLimit);

    [LoggerMessage(LogLevel.Warning, "Tenancy did not resolve an API key: {Reason}")]
    private static partial void LogUnanswered(ILogger logger, string reason);
}
