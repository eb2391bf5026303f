namespace Platform.Identity.Roles;

/// <summary>How roles may be called: like the built-in ones, 2 to 64 of lower-case letters, digits, <c>_</c> and <c>-</c>.</summary>
internal static class RoleNames
{
    private const int MaxLength = 64;

    public static bool IsValid(string? name)
    {
        if (name is null or { Length: < 2 or > MaxLength } || !char.IsAsciiLetterLower(name[0]))
        {
            return false;
        }

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('_' or '-'))
            {
                return false;
            }
        }

        return true;
    }
}
