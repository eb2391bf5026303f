using System.Text;

namespace Platform.Identity.Users;

/// <summary>E-mail addresses as user names: the dot-atom form of RFC 5321, section 4.1.2, at most 254 characters.</summary>
internal static class EmailAddress
{
    public const int MaxLength = 254;

    private const int MaxLocalLength = 64;
    private const string AtomCharacters = "!#$%&'*+-/=?^_`{|}~.";

    /// <summary>The form in which addresses are compared.</summary>
    public static string Normalize(string address) => address.Trim().Normalize(NormalizationForm.FormKC).ToUpperInvariant();

    /// <summary>Whether the text has the form of an address; whether anybody reads mail there is another question.</summary>
    public static bool IsValid(string? text)
    {
        if (text is null or { Length: 0 or > MaxLength })
        {
            return false;
        }

        var at = text.LastIndexOf('@');
        return at is > 0 and <= MaxLocalLength && IsLocalPart(text.AsSpan(0, at)) && IsDomain(text.AsSpan(at + 1));
    }

    private static bool IsLocalPart(ReadOnlySpan<char> local)
    {
        foreach (var c in local)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !AtomCharacters.Contains(c))
            {
                return false;
            }
        }

        return local[0] != '.' && local[^1] != '.' && !local.Contains("..", StringComparison.Ordinal);
    }

    private static bool IsDomain(ReadOnlySpan<char> domain)
    {
        var labels = 0;
        foreach (var range in domain.Split('.'))
        {
            var label = domain[range];
            labels++;
            if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-')
            {
                return false;
            }

            foreach (var c in label)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                {
                    return false;
                }
            }
        }

        return labels >= 2;
    }
}
