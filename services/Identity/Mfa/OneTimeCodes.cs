using System.Security.Cryptography;
using System.Text;
using Platform.Identity.Keys;

namespace Platform.Identity.Mfa;

/// <summary>Codes that are sent to people or kept by them; at rest there are keyed hashes only, bound to whose they are.</summary>
internal sealed class OneTimeCodes(Vault vault)
{
    public const int RecoveryCodes = 10;

    private const string RecoveryLetters = "abcdefghjkmnpqrstuvwxyz23456789";
    private const int RecoveryLength = 12;

    /// <summary>Six digits, and their hash for a challenge or an enrolment.</summary>
    public (string Code, byte[] Hash) New(Guid owner)
    {
        var code = RandomNumberGenerator.GetInt32(1_000_000).ToString("D6", System.Globalization.CultureInfo.InvariantCulture);
        return (code, Hash(owner, code));
    }

    public bool Matches(Guid owner, string code, byte[]? hash) => CryptographicOperations.FixedTimeEquals(Hash(owner, code), hash ?? new byte[32]);

    /// <summary>About 59 random bits, in groups of four for people.</summary>
    public static string NewRecoveryCode() => string.Join('-', RandomNumberGenerator.GetString(RecoveryLetters, RecoveryLength).Chunk(4).Select(c => new string(c)));

    /// <summary>Case, spaces and hyphens make no difference.</summary>
    public byte[] HashRecovery(Guid userId, string code)
    {
        var plain = new StringBuilder(code.Length);
        foreach (var c in code)
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                plain.Append(char.ToLowerInvariant(c));
            }
        }

        return Hash(userId, plain.ToString());
    }

    private byte[] Hash(Guid owner, string code) => vault.Hash("one-time-code", Encoding.UTF8.GetBytes($"{owner:N}:{code}"));
}
