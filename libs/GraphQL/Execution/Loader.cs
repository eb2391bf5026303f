namespace Platform.GraphQL;

/// <summary>Fetches by key, many keys in one call, each key once in a request.</summary>
public sealed class Loader<TKey, TValue> : ILoader
    where TKey : notnull
{
    private readonly Func<IReadOnlyList<TKey>, CancellationToken, Task<IReadOnlyDictionary<TKey, TValue>>> _fetch;
    private readonly int _maxBatch;
    private readonly Action _wake;
    private readonly CancellationToken _ct;
    private readonly Dictionary<TKey, TaskCompletionSource<TValue?>> _known = [];
    private List<TKey> _waiting = [];

    internal Loader(Func<IReadOnlyList<TKey>, CancellationToken, Task<IReadOnlyDictionary<TKey, TValue>>> fetch, int maxBatch, Action wake, CancellationToken ct) =>
        (_fetch, _maxBatch, _wake, _ct) = (fetch, maxBatch, wake, ct);

    /// <summary>The value of a key; default when there is none.</summary>
    public Task<TValue?> LoadAsync(TKey key)
    {
        TaskCompletionSource<TValue?>? promise;
        lock (_known)
        {
            if (_known.TryGetValue(key, out promise))
            {
                return promise.Task;
            }

            _known.Add(key, promise = new TaskCompletionSource<TValue?>(TaskCreationOptions.RunContinuationsAsynchronously));
            _waiting.Add(key);
        }

        _wake();
        return promise.Task;
    }

    /// <summary>The values of keys, in their order; default where there is none.</summary>
    public Task<TValue?[]> LoadAsync(IEnumerable<TKey> keys) => Task.WhenAll(keys.Select(LoadAsync));

    bool ILoader.Dispatch()
    {
        List<TKey> keys;
        lock (_known)
        {
            (keys, _waiting) = (_waiting, []);
        }

        foreach (var batch in keys.Chunk(_maxBatch))
        {
            _ = FetchAsync(batch);
        }

        return keys.Count > 0;
    }

    private async Task FetchAsync(TKey[] keys)
    {
        try
        {
            var values = await _fetch(keys, _ct);
            foreach (var key in keys)
            {
                Promise(key).SetResult(values.TryGetValue(key, out var value) ? value : default);
            }
        }
        catch (Exception fault)
        {
            foreach (var key in keys)
            {
                Promise(key).TrySetException(fault);
            }
        }
    }

    private TaskCompletionSource<TValue?> Promise(TKey key)
    {
        lock (_known)
        {
            return _known[key];
        }
    }
}

internal interface ILoader
{
    /// <summary>Fetches what is waited for; whether there was anything.</summary>
    bool Dispatch();
}

/// <summary>The loaders of one request.</summary>
internal sealed class LoaderSet(Action wake, CancellationToken ct)
{
    private readonly Dictionary<string, ILoader> _loaders = new(StringComparer.Ordinal);

    public Loader<TKey, TValue> Get<TKey, TValue>(string name, Func<IReadOnlyList<TKey>, CancellationToken, Task<IReadOnlyDictionary<TKey, TValue>>> fetch, int maxBatch)
        where TKey : notnull
    {
        lock (_loaders)
        {
            if (!_loaders.TryGetValue(name, out var loader))
            {
                _loaders.Add(name, loader = new Loader<TKey, TValue>(fetch, maxBatch, wake, ct));
            }

            return loader as Loader<TKey, TValue> ?? throw new InvalidOperationException($"Loader \"{name}\" is for other types.");
        }
    }

    public bool Dispatch()
    {
        ILoader[] loaders;
        lock (_loaders)
        {
            loaders = [.. _loaders.Values];
        }

        var any = false;
        foreach (var loader in loaders)
        {
            any |= loader.Dispatch();
        }

        return any;
    }

    /// <summary>After a mutation what was read before is no longer known.</summary>
    public void Forget()
    {
        lock (_loaders)
        {
            _loaders.Clear();
        }
    }
}
