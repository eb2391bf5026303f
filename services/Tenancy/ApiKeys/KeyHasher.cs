using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Platform.Tenancy.ApiKeys;

/// <summary>
/// Hashes keys with HMAC-SHA-256 (RFC 2104) under the pepper. A random 256-bit secret cannot be guessed, so that a slow
/// password hash would buy nothing.
/// </summary>
internal sealed class KeyHasher(IOptions<TenancyOptions> options)
{
    private readonly byte[] _pepper = options.Value.PepperBytes;

    /// <summary>The hash of a whole key as it is stored.</summary>
    public string Hash(KeyText key) => Convert.ToHexStringLower(HMACSHA256.HashData(_pepper, Encoding.ASCII.GetBytes(key.ToString())));

    /// <summary>Compares in constant time.</summary>
    public static bool Equal(string hash, string? stored) =>
        stored is not null && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(hash), Encoding.ASCII.GetBytes(stored));
}
