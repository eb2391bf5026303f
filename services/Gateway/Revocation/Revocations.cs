using System.Collections.Concurrent;
using Platform.Gateway.Authentication;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Revocation;

/// <summary>
/// Sessions that ended, users, keys and clients that changed, kept for as long as a token of before could still be alive.
/// <see cref="Version"/> moves with every entry, so that a credential is looked up only after something happened.
/// </summary>
internal sealed class Revocations(TimeProvider clock)
{
    /// <summary>Longer than any access token lives.</summary>
    private static readonly TimeSpan LongestToken = TimeSpan.FromHours(2);

    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _sessions = new();
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _users = new();
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _keys = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> _clients = new(StringComparer.Ordinal);
    private long _version;

    /// <summary>Changes with every revocation.</summary>
    public long Version => Interlocked.Read(ref _version);

    public void EndSession(Guid session)
    {
        _sessions[session] = clock.GetUtcNow();
        Advance();
    }

    /// <summary>Tokens of the user issued before a moment are void.</summary>
    public void ChangeUser(Guid user, DateTimeOffset at) => Change(_users, user, at);

    /// <summary>An API key was revoked or changed.</summary>
    public void ChangeKey(Guid key)
    {
        _keys[key] = clock.GetUtcNow();
        Advance();
    }

    /// <summary>Tokens issued to a client before a moment are void, its users' ones too.</summary>
    public void ChangeClient(string client, DateTimeOffset at) => Change(_clients, client, at);

    /// <summary>Owners know other sessions, users, keys and clients than before: what was void need not be.</summary>
    public void StartAfresh()
    {
        _sessions.Clear();
        _users.Clear();
        _keys.Clear();
        _clients.Clear();
        Advance();
    }

    /// <summary>Something else that credentials rest on changed.</summary>
    public void Advance()
    {
        Interlocked.Increment(ref _version);
        if (_sessions.Count + _users.Count + _keys.Count + _clients.Count > 1000)
        {
            Sweep(_keys);
            Sweep(_clients);
            Sweep(_sessions);
            Sweep(_users);
        }
    }

    /// <summary>Whether a caller who was verified at a moment may go on.</summary>
    public bool Void(Caller caller, DateTimeOffset verifiedAt)
    {
        if (caller.SessionId is { } session && _sessions.ContainsKey(session))
        {
            return true;
        }

        if (caller.Kind != CallerKind.ApiKey && caller.CredentialId is { } client && _clients.TryGetValue(client, out var clientChanged) && verifiedAt < clientChanged)
        {
            return true;
        }

        var table = caller.Kind == CallerKind.ApiKey ? _keys : _users;
        return Guid.TryParse(caller.Subject, out var id) && table.TryGetValue(id, out var changed) && verifiedAt < changed;
    }

    /// <summary>Whether a credential was made void.</summary>
    public bool Void(Credential credential)
    {
        var version = Version;
        if (credential.RevocationsSeen == version)
        {
            return false;
        }

        if (Void(credential.Caller, credential.IssuedAt))
        {
            return true;
        }

        credential.RevocationsSeen = version;
        return false;
    }

    /// <summary>Whoever is gone for good is remembered for as long as a token could live, not for ever.</summary>
    private void Change<TKey>(ConcurrentDictionary<TKey, DateTimeOffset> entries, TKey id, DateTimeOffset at)
        where TKey : notnull
    {
        var latest = clock.GetUtcNow() + LongestToken;
        var until = at < latest ? at : latest;
        entries.AddOrUpdate(id, until, (_, known) => known > until ? known : until);
        Advance();
    }

    private void Sweep<TKey>(ConcurrentDictionary<TKey, DateTimeOffset> entries)
        where TKey : notnull
    {
        var oldest = clock.GetUtcNow() - LongestToken;
        foreach (var entry in entries)
        {
            if (entry.Value < oldest)
            {
                entries.TryRemove(entry);
            }
        }
    }
}
