using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.KnowledgeGraph.Interactions;
using Platform.KnowledgeGraph.Items;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>What of a tenant is in memory: items and interactions, and the models trained from them.</summary>
internal sealed class TenantState(TenantMemory memory, long loadedAt)
{
    public TenantMemory Memory { get; } = memory;

    /// <summary>The models by level; the one for all levels under <see cref="TlpLevel.Clear"/>.</summary>
    public IReadOnlyDictionary<TlpLevel, TenantModel> Models { get; private set; } = new Dictionary<TlpLevel, TenantModel>();

    /// <summary>The memory's version that the models were trained from; -1 before the first training.</summary>
    public long TrainedVersion { get; private set; } = -1;

    /// <summary>Not before this moment (of the clock's timestamps) is anything trained again.</summary>
    public long RestUntil { get; private set; }

    public long UsedAt { get; set; } = loadedAt;

    /// <summary>Whether the catalogue's graph has its indexes; one that is only read is not made.</summary>
    public bool IsPrepared { get; set; }

    public void Trained(IReadOnlyDictionary<TlpLevel, TenantModel> models, long version, long restUntil) =>
        (Models, TrainedVersion, RestUntil) = (models, version, restUntil);

    /// <summary>The highest model up to a level; null before the first training.</summary>
    public TenantModel? ModelFor(TlpLevel? level)
    {
        var models = Models;
        TenantModel? best = null;
        foreach (var (of, model) in models)
        {
            if ((of == TlpLevel.Clear || of <= level) && (best?.Level is null || best.Level < of))
            {
                best = model;
            }
        }

        return best;
    }
}

/// <summary>
/// Keeps tenants in memory while they are asked about. Writes of a tenant go one after another, first into the store and
/// then into memory; a write of which it is not known whether it was made lets go of the memory, which is read anew.
/// </summary>
internal sealed class TenantMemories(Catalogue catalogue, InteractionLog log, IOptions<RecommendationOptions> options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<Guid, Lazy<Task<TenantState>>> _states = new();
    private readonly ConcurrentDictionary<Guid, SemaphoreSlim> _gates = new();
    private readonly ConcurrentDictionary<Guid, long> _sequences = new();

    /// <summary>Those in memory, with what is known of them.</summary>
    public IEnumerable<(Guid Tenant, TenantState State)> Loaded()
    {
        foreach (var (tenant, state) in _states)
        {
            if (state is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            {
                yield return (tenant, state.Value.Result);
            }
        }
    }

    public async Task<TenantState> GetAsync(Guid tenant, CancellationToken ct)
    {
        // Loading serves everyone who waits for it, so that no one of them ends it.
        var lazy = _states.GetOrAdd(tenant, id => new Lazy<Task<TenantState>>(() => LoadAsync(id)));
        try
        {
            var state = await lazy.Value.WaitAsync(ct);
            state.UsedAt = clock.GetTimestamp();
            return state;
        }
        catch when (lazy.Value.IsFaulted)
        {
            _states.TryRemove(KeyValuePair.Create(tenant, lazy));
            throw;
        }
    }

    /// <summary>Changes a tenant's store, and its memory after it.</summary>
    public async Task<T> WriteAsync<T>(Guid tenant, Func<TenantState, Func<long>, Task<T>> work, CancellationToken ct)
    {
        var gate = _gates.GetOrAdd(tenant, _ => new SemaphoreSlim(1));
        await gate.WaitAsync(ct);
        try
        {
            var state = await GetAsync(tenant, ct);
            if (!state.IsPrepared)
            {
                await catalogue.PrepareAsync(tenant, ct);
                state.IsPrepared = true;
            }

            return await work(state, () => NextSequence(tenant));
        }
        catch (Exception exception) when (exception is not FaultException)
        {
            Forget(tenant);
            throw;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Does something with a tenant's store while nothing is written to it, and after a change takes nothing of it as known.</summary>
    public async Task AloneAsync(Guid tenant, Func<Task> work, bool isChange, CancellationToken ct)
    {
        var gate = _gates.GetOrAdd(tenant, _ => new SemaphoreSlim(1));
        await gate.WaitAsync(ct);
        try
        {
            await work();
        }
        finally
        {
            if (isChange)
            {
                Forget(tenant);
            }

            gate.Release();
        }
    }

    /// <summary>Removes what a user did, from the store and then from memory.</summary>
    public Task EraseUserAsync(Guid tenant, string userId, CancellationToken ct) => AloneAsync(
        tenant,
        async () =>
        {
            var erased = await log.EraseAsync(tenant, userId, ct);
            if (_states.TryGetValue(tenant, out var state) && state is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            {
                (await state.Value).Memory.RemoveUser(userId, erased);
            }
            else
            {
                // It is being read, with the user still in it perhaps.
                Forget(tenant);
            }
        },
        isChange: false,
        ct);

    /// <summary>Lets go of a tenant; what is asked next is read from the store.</summary>
    public void Forget(Guid tenant) => _states.TryRemove(tenant, out _);

    /// <summary>Lets go of those that nobody asked about for long.</summary>
    public void ForgetIdle()
    {
        foreach (var (tenant, state) in Loaded())
        {
            if (clock.GetElapsedTime(state.UsedAt) > options.Value.KeepIdle)
            {
                Forget(tenant);
            }
        }
    }

    /// <summary>Ascending, also over restarts: microseconds, and one more where there are several.</summary>
    private long NextSequence(Guid tenant) => _sequences.AddOrUpdate(tenant, _ => Now(), (_, last) => Math.Max(last + 1, Now()));

    private long Now() => (clock.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    private async Task<TenantState> LoadAsync(Guid tenant)
    {
        var memory = new TenantMemory();
        await foreach (var item in catalogue.EverythingAsync(tenant, CancellationToken.None))
        {
            memory.Put(item);
        }

        await foreach (var taken in log.EverythingAsync(tenant, CancellationToken.None))
        {
            memory.Add(taken);
        }

        return new TenantState(memory, clock.GetTimestamp());
    }
}
