using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Identity.Clients;
using Platform.Identity.Storage;
using Platform.Identity.Tenants;

namespace Platform.Identity.Protocol;

/// <summary>Finds clients by their id, in whatever tenant they are.</summary>
internal sealed class ClientDirectory(TenantScopes scopes, IOptions<IdentitySettings> settings, TimeProvider clock)
{
    private const int MostKept = 10_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReadAhead = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan NotedUse = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <summary>The client, if it may do anything at all; the second value tells that its tenant is suspended.</summary>
    public Task<(Client? Client, bool IsSuspended)> FindAsync(string id, CancellationToken ct) => ReadAsync(id, clock.GetUtcNow(), ct);

    /// <summary>
    /// The same, perhaps as it was up to a second ago: for tokens of the client's own, which are issued as of the copy's
    /// reading, so that gateways refuse them like every token of before a change. The copy is shared and not to be changed.
    /// From half a second on one caller reads the next copy, so that a busy client's callers do not all read at once.
    /// </summary>
    public ValueTask<(Client? Client, bool IsSuspended)> FindCopyAsync(string id, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return _known.TryGetValue(id, out var known) && known.Client.IsUsable(now)
            && now - known.Client.ReadAt is var age && age < Fresh && (age < ReadAhead || !known.TryClaim())
            ? ValueTask.FromResult<(Client?, bool)>((known.Client, known.IsSuspended))
            : new ValueTask<(Client?, bool)>(ReadAsync(id, now, ct));
    }

    /// <summary>A client was changed here: the next use reads it.</summary>
    public void Forget(string id) => _known.TryRemove(id, out _);

    /// <summary>A tenant was suspended, or let in again: the next use of any client reads it.</summary>
    public void ForgetAll() => _known.Clear();

    /// <summary>Notes that a client was used; to the minute is enough.</summary>
    public Task NoteUseAsync(Client client, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (now - client.LastUsedAt < NotedUse)
        {
            return Task.CompletedTask;
        }

        client.LastUsedAt = now;
        return WriteUseAsync(client, now, ct);
    }

    /// <summary>A change that is under way is waited for: what is read was true at <paramref name="now"/> or is newer.</summary>
    private async Task<(Client? Client, bool IsSuspended)> ReadAsync(string id, DateTimeOffset now, CancellationToken ct)
    {
        var tenantId = ClientSecrets.TenantOf(id);
        await using var scope = scopes.Enter(tenantId, id);
        var client = (await scope.Db.Clients.FromSql($"SELECT * FROM clients WHERE client_id = {id} FOR SHARE").AsNoTracking().ToListAsync(ct)).SingleOrDefault();
        if (client is null || !client.IsUsable(now))
        {
            Forget(id);
            return (null, false);
        }

        var isSuspended = !await scope.Db.Tenants.AnyAsync(t => t.Id == tenantId && t.Status == TenantStatus.Active, ct);
        client.ReadAt = now;
        if (id == FirstPartyClients.Docs)
        {
            client.RedirectUris = FirstPartyClients.DocsRedirects(settings.Value.Issuer);
        }

        if (_known.Count >= MostKept)
        {
            _known.Clear();
        }

        _known[id] = new Known(client, isSuspended);
        return (client, isSuspended);
    }

    private async Task WriteUseAsync(Client client, DateTimeOffset now, CancellationToken ct)
    {
        await using var scope = scopes.Enter(client.TenantId, client.ClientId);
        await scope.Db.Clients.Where(c => c.Id == client.Id).ExecuteUpdateAsync(set => set.SetProperty(c => c.LastUsedAt, now), ct);
    }

    private sealed class Known(Client client, bool isSuspended)
    {
        private int _isClaimed;

        public Client Client { get; } = client;

        public bool IsSuspended { get; } = isSuspended;

        /// <summary>True for the one who is to read the next copy.</summary>
        public bool TryClaim() => Interlocked.Exchange(ref _isClaimed, 1) == 0;
    }
}
