using System.Collections.Concurrent;
using System.Text.Json;
using Platform.Gateway.Revocation;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Authentication;

/// <summary>
/// Asks Identity whether a session, or the client behind a token of its own, still stands, where the revocation feed alone
/// cannot tell: while it is silent, and for tokens issued before this process heard it.
/// </summary>
internal sealed partial class SessionChecks(InternalApi api, ClientResolver clients, FeedState feed, TimeProvider clock, ILogger<SessionChecks> log)
{
    private const int SessionsKept = 50_000;

    private readonly BoundedCache<Guid, (bool Active, DateTimeOffset At)> _known = new(SessionsKept);
    private readonly ConcurrentDictionary<Guid, Lazy<Task<bool?>>> _asking = new();

    /// <summary>Whether nothing needs to be asked; most requests end here.</summary>
    public bool IsKnownGood(Credential credential)
    {
        var since = feed.AliveSince;
        if (credential.Caller.SessionId is not { } session)
        {
            return credential.TokenOfClient is null || credential.IssuedAt >= since;
        }

        return credential.IssuedAt >= since || (_known.TryGet(session, out var known) && known.Active && IsCurrent(known.At, since));
    }

    /// <summary>Asks; the answer is the refusal, or null.</summary>
    public async ValueTask<Fault?> ConfirmAsync(Credential credential, CancellationToken ct)
    {
        if (credential.TokenOfClient is { } id)
        {
            var (client, fault) = await clients.FindAsync(id, ct);
            return fault ?? (client is null || credential.IssuedAt < client.ChangedAt ? Verification.Revoked : null);
        }

        var session = credential.Caller.SessionId!.Value;
        if (!_known.TryGet(session, out var known) || (known.Active && !IsCurrent(known.At, feed.AliveSince)))
        {
            var asking = _asking.GetOrAdd(session, id => new Lazy<Task<bool?>>(() => AskAsync(credential.Caller.TenantId, id)));
            if (await asking.Value.WaitAsync(ct) is not { } active)
            {
                return Verification.CannotTell;
            }

            known = (active, clock.GetUtcNow());
        }

        // A session that has ended never begins again.
        return known.Active ? null : Verification.Revoked;
    }

    /// <summary>Takes nothing as known, not even that a session has ended.</summary>
    public void ForgetAll() => _known.RemoveWhere(static _ => true);

    private bool IsCurrent(DateTimeOffset at, DateTimeOffset aliveSince) =>
        at >= aliveSince || (aliveSince == DateTimeOffset.MaxValue && clock.GetUtcNow() - at < FeedState.Silence);

    private async Task<bool?> AskAsync(Guid tenant, Guid session)
    {
        try
        {
            var asked = clock.GetUtcNow();
            using var response = await api.PostAsync(Upstreams.Identity, "/internal/sessions/resolve", new Question(tenant, session), CancellationToken.None);
            response.EnsureSuccessStatusCode();
            var answer = await response.Content.ReadFromJsonAsync<Answer>(Json.Options);
            _known.Set(session, (answer!.Active, asked));
            return answer.Active;
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or OperationCanceledException)
        {
            LogUnanswered(log, exception.Message);
            return null;
        }
        finally
        {
            _asking.TryRemove(session, out _);
        }
    }

    private sealed record Question(Guid TenantId, Guid SessionId);

    private sealed record Answer(bool Active);

    [LoggerMessage(LogLevel.Warning, "Identity did not tell the state of a session: {Reason}")]
    private static partial void LogUnanswered(ILogger logger, string reason);
}
