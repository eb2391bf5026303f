using System.Net;
using System.Text.RegularExpressions;

namespace Platform.Agent.Planning;

/// <summary>Observables by their shape: addresses, networks, domains, URLs, e-mail addresses, hashes, file names; defanged ones too.</summary>
internal static partial class Observables
{
    public static bool Is(string word)
    {
        if (word.Length is < 4 or > 2048)
        {
            return false;
        }

        var plain = Refang(word);
        return IsAddress(plain) || Hash().IsMatch(plain) || Url().IsMatch(plain) || Email().IsMatch(plain) || Domain().IsMatch(plain);
    }

    /// <summary>Undoes the usual defanging; the owning service normalises further.</summary>
    public static string Refang(string word) => word
        .Replace("[.]", ".", StringComparison.Ordinal).Replace("(.)", ".", StringComparison.Ordinal).Replace("[dot]", ".", StringComparison.OrdinalIgnoreCase)
        .Replace("[:]", ":", StringComparison.Ordinal).Replace("[@]", "@", StringComparison.Ordinal)
        .Replace("hxxp", "http", StringComparison.OrdinalIgnoreCase);

    private static bool IsAddress(string word)
    {
        var slash = word.IndexOf('/', StringComparison.Ordinal);
        var address = slash < 0 ? word : word[..slash];
        if (slash >= 0 && !(byte.TryParse(word[(slash + 1)..], out var prefix) && prefix <= 128))
        {
            return false;
        }

        // IPAddress reads "7" and "1.2" too; people do not mean those.
        return IPAddress.TryParse(address, out _) && (address.Contains(':', StringComparison.Ordinal) ? address.Count(':') >= 2 : address.Count('.') == 3);
    }

    private static int Count(this string text, char wanted) => text.AsSpan().Count(wanted);

    [GeneratedRegex("^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Hash();

    [GeneratedRegex(@"^[a-z][a-z0-9+.-]{1,9}://\S+$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Url();

    [GeneratedRegex(@"^[^\s@]+@[^\s@]+\.[a-z]{2,24}$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Email();

    // The last label is letters only, so that T1059.001 and version numbers are no domains.
    [GeneratedRegex(@"^(?:[\p{L}\p{N}_](?:[\p{L}\p{N}_-]{0,61}[\p{L}\p{N}])?\.)+(?:\p{L}{2,24}|xn--[a-z0-9-]{2,59})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Domain();
}
