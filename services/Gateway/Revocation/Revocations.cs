using System.Collections.Concurrent;
using Platform.Gateway.Authentication;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Revocation;

/// <summary>
/// Sessions that ended and users that changed, kept for as long as a token of before could still be alive.
/// <see cref="Version"/> moves with every entry, so that a credential is looked up only after something happened.
/// </summary>
internal sealed class Revocations(TimeProvider clock)
{
    /// <summary>Longer than any access token lives.</summary>
    private static readonly TimeSpan LongestToken = TimeSpan.FromHours(2);

    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _sessions = new();
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _users = new();
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _keys = new();
    private long _version;

    /// <summary>Changes with every revocation.</summary>
    public long Version => Interlocked.Read(ref _version);

    public void EndSession(Guid session)
    {
        _sessions[session] = clock.GetUtcNow();
        Advance();
    }

    /// <summary>Tokens of the user issued before a moment are void.</summary>
    public void ChangeUser(Guid user, DateTimeOffset at)
    {
        _users.AddOrUpdate(user, at, (_, known) => known > at ? known : at);
        Advance();
    }

    /// <summary>An API key was revoked or changed.</summary>
    public void ChangeKey(Guid key)
    {
        _keys[key] = clock.GetUtcNow();
        Advance();
    }

    /// <summary>Something else that credentials rest on changed.</summary>
    public void Advance()
    {
        Interlocked.Increment(ref _version);
        if (_sessions.Count + _users.Count + _keys.Count > 1000)
        {
            Sweep(_keys);
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

    private void Sweep(ConcurrentDictionary<Guid, DateTimeOffset> entries)
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
