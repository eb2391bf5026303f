using Platform.Identity.Users;

namespace Platform.Identity.SignIn;

/// <summary>What a new password must be: NIST SP 800-63B, section 5.1.1.2 — long, and none that is known or can be guessed.</summary>
internal static class PasswordPolicy
{
    public const int MinLength = 12;
    public const int MaxLength = 128;

    private const int MinDistinct = 5;
    private const int MinGuessableName = 4;

    /// <summary>Every fault of a password at once; none when it is good.</summary>
    /// <param name="password">The new password.</param>
    /// <param name="username">Whose it is to be.</param>
    /// <param name="minLength">Characters at least, by the tenant's policy.</param>
    /// <param name="maxLength">Characters at most.</param>
    public static IReadOnlyList<string> Check(string? password, string? username, int minLength = MinLength, int maxLength = MaxLength)
    {
        if (string.IsNullOrEmpty(password))
        {
            return ["is required"];
        }

        var faults = new List<string>();
        if (password.Length < minLength || password.Length > maxLength)
        {
            faults.Add($"must be {minLength} to {maxLength} characters long");
        }

        if (password.Contains('\0'))
        {
            faults.Add("must not hold the character U+0000");
        }

        if (BreachedPasswords.Contains(password))
        {
            faults.Add("is among the passwords that attackers try first");
        }
        else if (password.Distinct().Count() < MinDistinct || IsSequence(password))
        {
            faults.Add("is too easy to guess");
        }

        if (NameOf(username) is { } name && password.Contains(name, StringComparison.OrdinalIgnoreCase))
        {
            faults.Add("must not hold the user name");
        }

        return faults;
    }

    private static string? NameOf(string? username)
    {
        if (!EmailAddress.IsValid(username))
        {
            return null;
        }

        var local = username![..username!.LastIndexOf('@')];
        return local.Length >= MinGuessableName ? local : null;
    }

    /// <summary>abcdefghijkl, 210987654321 and the like: each character follows the one before.</summary>
    private static bool IsSequence(string password)
    {
        var step = password.Length > 1 ? password[1] - password[0] : 0;
        if (step is not (1 or -1))
        {
            return false;
        }

        for (var i = 1; i < password.Length; i++)
        {
            var expected = password[i - 1] + step;
            var wraps = char.IsAsciiDigit(password[i]) && char.IsAsciiDigit(password[i - 1]) && (password[i - 1] - '0' + step + 10) % 10 == password[i] - '0';
            if (password[i] != expected && !wraps)
            {
                return false;
            }
        }

        return true;
    }
}
