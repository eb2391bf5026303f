using System.Text.RegularExpressions;
using Platform.ServiceDefaults;

namespace Platform.Tenancy.ApiKeys;

/// <summary>Turns the permissions that somebody asks for into those that a key of theirs may have.</summary>
internal static partial class KeyPermissions
{
    public const int MaxCount = 64;

    /// <summary>The seed schema's default, in the seed's spelling.</summary>
    public static readonly IReadOnlyList<string> V1Default = ["read", "write"];

    /// <summary>
    /// Checks the list against the creator's own permissions: nobody grants more than they hold. In v1 the seeds'
    /// spellings <c>read</c>, <c>write</c> and <c>use_chat</c> stand for read:all, write:all and use:chat, cut to what
    /// the creator holds.
    /// </summary>
    public static PermissionSet Grant(IReadOnlyList<string> asked, PermissionSet creator, ApiVersion version)
    {
        var granted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var permission in asked)
        {
            if (version == ApiVersion.V1 && SeedSpelling(permission) is { } meant)
            {
                granted.UnionWith(Cut(meant, creator));
            }
            else if (!IsPermission(permission))
            {
                throw new FaultException(Faults.ValidationFault("permissions", $"'{permission}' is not a permission"));
            }
            else if (!creator.Allows(permission))
            {
                throw new FaultException(Faults.Forbidden($"You do not hold '{permission}' and cannot grant it.").Fault);
            }
            else
            {
                granted.Add(permission);
            }
        }

        if (granted.Count == 0)
        {
            throw new FaultException(Faults.ValidationFault("permissions", "grants nothing that you hold"));
        }

        return new PermissionSet(granted);
    }

    private static string? SeedSpelling(string permission) => permission switch
    {
        "read" => "read:all",
        "write" => "write:all",
        "use_chat" => "use:chat",
        _ => null,
    };

    /// <summary>The permission itself, or for <c>verb:all</c> whatever of that verb the creator was granted.</summary>
    private static IEnumerable<string> Cut(string permission, PermissionSet creator)
    {
        if (creator.Allows(permission))
        {
            return [permission];
        }

        return permission.EndsWith(":all", StringComparison.Ordinal)
            ? creator.Granted.Where(p => p.StartsWith(permission[..^"all".Length], StringComparison.Ordinal))
            : [];
    }

    internal static bool IsPermission(string text) => text.Length <= 64 && Form().IsMatch(text);

    [GeneratedRegex(@"\A(read|write|delete|use|manage):[a-z][a-z_]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
