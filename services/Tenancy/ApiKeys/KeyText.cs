using System.Buffers;
using System.Security.Cryptography;

namespace Platform.Tenancy.ApiKeys;

/// <summary>
/// The form of an API key: <c>pk_{environment}_{prefix}_{secret}</c>. The prefix (12 base-62 characters) finds the key,
/// the secret (43 of them: 256 bits) proves it.
/// </summary>
internal readonly record struct KeyText(string Environment, string Prefix, string Secret)
{
    public const int PrefixLength = 12;
    public const int SecretLength = 43;
    public const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string Lead = "pk_";
    private static readonly SearchValues<char> Base62 = SearchValues.Create(Alphabet);

    /// <summary>A new key from the system's random number generator.</summary>
    public static KeyText New(string environment) =>
        new(environment, RandomNumberGenerator.GetString(Alphabet, PrefixLength), RandomNumberGenerator.GetString(Alphabet, SecretLength));

    /// <summary>Takes a key apart; false for whatever cannot be one of ours, which needs no look-up.</summary>
    public static bool TryParse(string? text, out KeyText key)
    {
        key = default;
        if (text is null || text.Length > 100 || !text.StartsWith(Lead, StringComparison.Ordinal))
        {
            return false;
        }

        var secretAt = text.Length - SecretLength;
        var prefixAt = secretAt - 1 - PrefixLength;
        if (prefixAt < Lead.Length + 2 || text[prefixAt - 1] != '_' || text[secretAt - 1] != '_')
        {
            return false;
        }

        var environment = text[Lead.Length..(prefixAt - 1)];
        var prefix = text.AsSpan(prefixAt, PrefixLength);
        var secret = text.AsSpan(secretAt);
        if (!TenancyOptions.IsEnvironment(environment) || prefix.ContainsAnyExcept(Base62) || secret.ContainsAnyExcept(Base62))
        {
            return false;
        }

        key = new KeyText(environment, prefix.ToString(), secret.ToString());
        return true;
    }

    public override string ToString() => $"{Lead}{Environment}_{Prefix}_{Secret}";
}
