using System.Security.Cryptography;
using System.Text;
using Platform.Identity.Keys;

namespace Platform.Identity.DeviceFlow;

/// <summary>
/// The codes that people type (RFC 8628, section 6.1): eight consonants, so that no word comes of it, about 34 bits.
/// They live ten minutes, and a few wrong ones end the session of whoever types them.
/// </summary>
internal static class UserCodes
{
    private const string Alphabet = "BCDFGHJKLMNPQRSTVWXZ";
    private const int Length = 8;

    public static string New() => RandomNumberGenerator.GetString(Alphabet, Length);

    /// <summary>As people see it.</summary>
    public static string Show(string code) => code.Length == Length ? $"{code[..4]}-{code[4..]}" : code;

    /// <summary>What was typed, without case, spaces and hyphens; null when it cannot be a code.</summary>
    public static string? Read(string? typed)
    {
        var code = new StringBuilder(Length);
        foreach (var c in typed ?? "")
        {
            if (char.IsAsciiLetter(c))
            {
                code.Append(char.ToUpperInvariant(c));
            }
        }

        return typed?.Length <= 16 && code.Length == Length ? code.ToString() : null;
    }

    public static byte[] Hash(Vault vault, string code) => vault.Hash("user-code", Encoding.ASCII.GetBytes(code));
}
