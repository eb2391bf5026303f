using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Gateway.Revocation;
using Platform.Gateway.Tenants;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Authentication;

/// <summary>An integration client as Identity knows it.</summary>
/// <param name="Id">Its <c>client_id</c>.</param>
/// <param name="Credential">What its API key, or a request that it signed, allows.</param>
/// <param name="Secrets">What it may sign with, the current secret first; none where it was found by its API key.</param>
/// <param name="PreviousUntil">Until when the second secret is good.</param>
/// <param name="ChangedAt">Its tokens of before are void.</param>
internal sealed record ResolvedClient(string Id, Credential Credential, IReadOnlyList<byte[]> Secrets, DateTimeOffset? PreviousUntil, DateTimeOffset ChangedAt);

/// <summary>Resolves integration clients at Identity, by their id or their API key.</summary>
internal sealed partial class ClientResolver(
    InternalApi api, InternalKeyring keyring, TenantStates tenants, Revocations revocations, FeedState feed, CacheFigures figures, IOptions<GatewayOptions> options,
    TimeProvider clock, ILogger<ClientResolver> log)
{
    /// <summary>How API keys of clients begin; others are Tenancy's.</summary>
    public const string ApiKeyPrefix = "ik_";

    private const int LongestKey = 200;
    private const int LongestId = 100;

    private readonly OwnerAnswers<ResolvedClient> _answers = new(options.Value.CredentialCacheSize, figures.Of("clients"), revocations, clock);

    /// <summary>Who holds an API key; without <paramref name="mayAsk"/> only of those that are known here.</summary>
    public async ValueTask<Verification> ResolveKeyAsync(string key, bool mayAsk, CancellationToken ct)
    {
        if (key.Length > LongestKey)
        {
            return Verification.Invalid;
        }

        var (client, fault) = await FindAsync(CredentialHash.Of(key), new Question(null, key), mayAsk, ct);
        return fault ?? (client is null ? (Verification)Verification.Invalid : client.Credential);
    }

    /// <summary>A client by its id; null when there is none that may do anything, and a fault when nobody can tell.</summary>
    public ValueTask<(ResolvedClient? Client, Fault? Fault)> FindAsync(string id, CancellationToken ct, bool mayAsk = true) => id.Length is 0 or > LongestId
        ? ValueTask.FromResult<(ResolvedClient?, Fault?)>(default)
        : FindAsync(CredentialHash.Of("client/" + id), new Question(id, null), mayAsk, ct);

    /// <summary>The next use of this client asks Identity.</summary>
    public void Forget(string id) => _answers.Forget(c => c.Id == id);

    /// <summary>The next use of any client asks Identity.</summary>
    public void ForgetAll() => _answers.ForgetAll();

    private async ValueTask<(ResolvedClient? Client, Fault? Fault)> FindAsync(CredentialHash hash, Question question, bool mayAsk, CancellationToken ct)
    {
        try
        {
            if (!_answers.TryGet(hash, feed.MaxAge, out var client) && mayAsk)
            {
                client = await _answers.AskAsync(hash, () => AskAsync(question), ct);
            }

            return client?.Credential.ExpiresAt <= clock.GetUtcNow() ? default : (client, null);
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or CryptographicException or FormatException
            || (exception is OperationCanceledException && !ct.IsCancellationRequested))
        {
            LogUnanswered(log, exception.Message);
            return (null, Verification.CannotTell);
        }
    }

    private async Task<ResolvedClient?> AskAsync(Question question)
    {
        var askedAt = clock.GetUtcNow();
        using var response = await api.PostAsync(Upstreams.Identity, "/internal/clients/resolve", question, CancellationToken.None);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        response.EnsureSuccessStatusCode();
        return Read((await response.Content.ReadFromJsonAsync<Answer>(Json.Options))!, askedAt);
    }

    private ResolvedClient Read(Answer answer, DateTimeOffset askedAt)
    {
        var key = keyring[Upstreams.IndexOf(Upstreams.Identity)];
        var caller = new Caller(
            answer.TenantId, answer.ClientId, CallerKind.Client, new PermissionSet(answer.Permissions), answer.TlpClearance, null, answer.ClientId);
        var credential = new Credential(caller, tenants.Entry(answer.TenantId))
        {
            ExpiresAt = answer.ExpiresAt ?? DateTimeOffset.MaxValue,
            IssuedAt = askedAt,
            AllowedNetworks = AllowedNetworks.Parse(answer.AllowedCidrs),
        };
        var secrets = answer.SigningSecrets.ConvertAll(s => InternalSecrets.Open(key, Convert.FromBase64String(s), "client/" + answer.ClientId));
        return new ResolvedClient(answer.ClientId, credential, secrets, answer.PreviousUntil, answer.ChangedAt);
    }

    private sealed record Question(string? ClientId, string? ApiKey);

    private sealed record Answer(
        string ClientId,
        Guid TenantId,
        List<string> Permissions,
        TlpLevel TlpClearance,
        List<string>? AllowedCidrs,
        DateTimeOffset? ExpiresAt,
        DateTimeOffset? PreviousUntil,
        DateTimeOffset ChangedAt,
        List<string> SigningSecrets);

    [LoggerMessage(LogLevel.Warning, "Identity did not resolve a client: {Reason}")]
    private static partial void LogUnanswered(ILogger logger, string reason);
}
