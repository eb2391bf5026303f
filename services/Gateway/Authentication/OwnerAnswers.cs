using System.Collections.Concurrent;
using Platform.Gateway.Revocation;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Authentication;

/// <summary>
/// What an owner said of credentials, kept under their hash: one question in flight for each, misses in a bounded table
/// of their own so that invented credentials push out no real one.
/// </summary>
internal sealed class OwnerAnswers<T>(int capacity, CacheFigures.Counts figures, Revocations revocations, TimeProvider clock)
    where T : class
{
    private const int MissesKept = 10_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan MissFresh = TimeSpan.FromSeconds(30);

    private readonly BoundedCache<CredentialHash, Kept> _found = new(capacity);
    private readonly BoundedCache<CredentialHash, DateTimeOffset> _missing = new(MissesKept);
    private readonly ConcurrentDictionary<CredentialHash, Lazy<Task<T?>>> _asking = new();

    /// <summary>Whether the answer is known, and not older than <paramref name="maxAge"/>; null stands for an unknown credential.</summary>
    public bool TryGet(CredentialHash hash, TimeSpan? maxAge, out T? answer)
    {
        var now = clock.GetUtcNow();
        answer = null;
        if (_found.TryGet(hash, out var known))
        {
            if (now - known.At >= (maxAge ?? Fresh))
            {
                figures.Miss();
                return false;
            }

            answer = known.Answer;
        }
        else if (!_missing.TryGet(hash, out var missedAt) || now - missedAt >= MissFresh)
        {
            figures.Miss();
            return false;
        }

        figures.Hit();
        return true;
    }

    /// <summary>Asks the owner, once for all who want to know now; the question outlives a caller who leaves.</summary>
    public Task<T?> AskAsync(CredentialHash hash, Func<Task<T?>> ask, CancellationToken ct) =>
        _asking.GetOrAdd(hash, h => new Lazy<Task<T?>>(() => AskOwnerAsync(h, ask))).Value.WaitAsync(ct);

    /// <summary>Forgets what the predicate names; the next use asks.</summary>
    public void Forget(Func<T, bool> predicate) => _found.RemoveWhere(kept => predicate(kept.Answer));

    /// <summary>Forgets everything, also who was not known.</summary>
    public void ForgetAll()
    {
        _found.RemoveWhere(static _ => true);
        _missing.RemoveWhere(static _ => true);
    }

    private async Task<T?> AskOwnerAsync(CredentialHash hash, Func<Task<T?>> ask)
    {
        try
        {
            var (version, askedAt) = (revocations.Version, clock.GetUtcNow());
            var answer = await ask();
            if (answer is null)
            {
                _found.Remove(hash);
                _missing.Set(hash, clock.GetUtcNow());
            }
            else if (version == revocations.Version)
            {
                // Otherwise something was revoked meanwhile, perhaps this: use the answer once and ask again.
                _found.Set(hash, new Kept(answer, askedAt));
            }

            return answer;
        }
        finally
        {
            _asking.TryRemove(hash, out _);
        }
    }

    private sealed record Kept(T Answer, DateTimeOffset At);
}
