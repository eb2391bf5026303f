using System.Collections.Frozen;

namespace Platform.Identity.SignIn;

/// <summary>
/// Passwords that are long enough and still among the first an attacker tries. The list ships with the service; case and
/// the usual digits for letters make no difference.
/// </summary>
internal static class BreachedPasswords
{
    private static readonly FrozenSet<string> Known = Load();

    public static int Count => Known.Count;

    public static bool Contains(string password)
    {
        var plain = password.ToLowerInvariant();
        return Known.Contains(plain) || Known.Contains(Plain(plain));
    }

    /// <summary>The same text with the letters that digits and signs usually stand for.</summary>
    private static string Plain(string text) => string.Create(text.Length, text, static (span, source) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = source[i] switch
            {
                '0' => 'o',
                '1' or '!' => 'i',
                '3' => 'e',
                '4' or '@' => 'a',
                '5' or '$' => 's',
                '7' => 't',
                _ => source[i],
            };
        }
    });

    private static FrozenSet<string> Load()
    {
        using var stream = typeof(BreachedPasswords).Assembly.GetManifestResourceStream("breached-passwords.txt")
            ?? throw new InvalidOperationException("The list of breached passwords is missing from the assembly.");
        using var reader = new StreamReader(stream);
        var known = new HashSet<string>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                known.Add(line);
                known.Add(Plain(line));
            }
        }

        return known.ToFrozenSet();
    }
}
