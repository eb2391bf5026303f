using System.Collections.Frozen;

namespace Platform.ServiceDefaults;

/// <summary>
/// A set of <c>verb:resource</c> permissions. <c>manage</c> of a resource covers every verb on it; the resource
/// <c>all</c> covers every resource, but for reading: who holds <c>read:all</c> still needs a grant of their own for
/// users, audit, keys, usage and configuration.
/// </summary>
public sealed class PermissionSet
{
    private static readonly FrozenSet<string> NotInReadAll =
        new[] { "users", "audit", "api_keys", "usage", "config", "clients" }.ToFrozenSet();

    private static readonly FrozenSet<string> OnlyByName =
        new[] { "platform", "tenants", "internal" }.ToFrozenSet();

    private readonly FrozenSet<string> _granted;
    private string? _text;

    public PermissionSet(IEnumerable<string> granted) => _granted = granted.ToFrozenSet(StringComparer.Ordinal);

    public static PermissionSet Empty { get; } = new([]);

    /// <summary>The permissions as given, without what they imply.</summary>
    public IReadOnlyCollection<string> Granted => _granted;

    /// <summary>Reads a space separated list.</summary>
    public static PermissionSet Parse(string? text) =>
        string.IsNullOrWhiteSpace(text) ? Empty : new PermissionSet(text.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Whether this set covers one <c>verb:resource</c>.</summary>
    public bool Allows(string permission)
    {
        if (_granted.Contains(permission))
        {
            return true;
        }

        var colon = permission.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return false;
        }

        var verb = permission[..colon];
        var resource = permission[(colon + 1)..];
        if (_granted.Contains("manage:" + resource))
        {
            return true;
        }

        if (OnlyByName.Contains(resource) || resource == "all" || verb == "manage")
        {
            return false;
        }

        return _granted.Contains(verb + ":all") && !(verb == "read" && NotInReadAll.Contains(resource));
    }

    /// <summary>Whether everything in <paramref name="other"/> is covered by this set: nobody grants more than they hold.</summary>
    public bool Covers(PermissionSet other)
    {
        foreach (var permission in other._granted)
        {
            if (!Allows(permission))
            {
                return false;
            }
        }

        return true;
    }

    public override string ToString() => _text ??= string.Join(' ', _granted);
}
