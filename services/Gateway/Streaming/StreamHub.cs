using System.Collections.Concurrent;

namespace Platform.Gateway.Streaming;

/// <summary>The open streams of this process, by tenant, and how far each tenant's sequence has been told.</summary>
internal sealed class StreamHub(StreamLog log, TimeProvider clock)
{
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Guid, TenantStream> _tenants = new();

    /// <summary>Streams that are open.</summary>
    public int Count => _tenants.Values.Sum(static t => t.Audiences.Values.Sum(static a => a.Length));

    /// <summary>
    /// Begins to offer what happens from now on; what happened before <see cref="Joined.Last"/>, that one included, the
    /// listener reads for itself. Null when nobody can tell where now is.
    /// </summary>
    public async Task<Joined?> JoinAsync(Listener listener, CancellationToken ct)
    {
        var id = listener.Credential.Caller.TenantId;
        while (true)
        {
            var tenant = _tenants.GetOrAdd(id, static _ => new TenantStream());
            await tenant.Telling.WaitAsync(ct);
            try
            {
                if (tenant.IsGone)
                {
                    continue;
                }

                if (tenant.Audiences.IsEmpty)
                {
                    if (await log.LastAsync(id, ct) is not { } last)
                    {
                        Retire(id, tenant);
                        return null;
                    }

                    tenant.Last = last;
                }

                tenant.Add(listener);
                return new Joined(tenant.Last);
            }
            finally
            {
                tenant.Telling.Release();
            }
        }
    }

    public Task LeaveAsync(Listener listener, CancellationToken ct) => ChangeAsync(
        listener,
        tenant =>
        {
            tenant.Remove(listener);
            if (tenant.Audiences.IsEmpty)
            {
                Retire(listener.Credential.Caller.TenantId, tenant);
            }
        },
        ct);

    /// <summary>From the next event on the listener hears something else.</summary>
    public Task ChangeInterestAsync(Listener listener, Interest interest, CancellationToken ct) => ChangeAsync(
        listener,
        tenant =>
        {
            // One that has left meanwhile stays away.
            if (tenant.Remove(listener))
            {
                listener.Interest = interest;
                tenant.Add(listener);
            }
        },
        ct);

    /// <summary>Tells whoever listens what the tenant's log holds beyond what was told; who asks while another waits to is told of by that one.</summary>
    public async Task TellAsync(Guid id, CancellationToken ct)
    {
        if (!_tenants.TryGetValue(id, out var tenant) || tenant.IsAsked())
        {
            return;
        }

        try
        {
            await tenant.Telling.WaitAsync(ct);
        }
        finally
        {
            tenant.Answer();
        }

        try
        {
            while (!tenant.Audiences.IsEmpty && await log.ReadAsync(id, tenant.Last + 1, long.MaxValue, ct) is { Count: > 0 } events)
            {
                foreach (var happened in events)
                {
                    tenant.Tell(happened);
                }

                tenant.Last = events[^1].Sequence;
                if (events.Count < StreamLog.Page)
                {
                    break;
                }
            }
        }
        finally
        {
            tenant.Telling.Release();
        }
    }

    /// <summary>Tells every tenant's listeners what was missed, as after a broken connection.</summary>
    public async Task TellAllAsync(CancellationToken ct)
    {
        foreach (var id in _tenants.Keys)
        {
            await TellAsync(id, ct);
        }
    }

    /// <summary>Lets everybody know that the line stands, and ends the streams of credentials that have expired and of clients that do not read.</summary>
    public void Beat()
    {
        var now = clock.GetUtcNow();
        foreach (var listener in All())
        {
            listener.Beat();
            if (listener.Credential.ExpiresAt < DateTimeOffset.MaxValue - Skew && listener.Credential.ExpiresAt + Skew < now)
            {
                listener.End();
            }
        }
    }

    /// <summary>The process stops: clients come back, elsewhere or later, with the number of the last event they had.</summary>
    public void EndAll()
    {
        foreach (var listener in All())
        {
            listener.End();
        }
    }

    private IEnumerable<Listener> All() => _tenants.Values.SelectMany(static t => t.Audiences.Values).SelectMany(static a => a);

    private async Task ChangeAsync(Listener listener, Action<TenantStream> change, CancellationToken ct)
    {
        if (!_tenants.TryGetValue(listener.Credential.Caller.TenantId, out var tenant))
        {
            return;
        }

        await tenant.Telling.WaitAsync(ct);
        try
        {
            change(tenant);
        }
        finally
        {
            tenant.Telling.Release();
        }
    }

    private void Retire(Guid id, TenantStream tenant)
    {
        tenant.IsGone = true;
        _tenants.TryRemove(new KeyValuePair<Guid, TenantStream>(id, tenant));
    }

    /// <param name="Last">The number of the last event that is not offered any more.</param>
    internal sealed record Joined(long Last);
}
