using System.Security.Cryptography;
using Microsoft.AspNetCore.WebUtilities;
using Platform.Identity.Keys;

namespace Platform.Identity.Tokens;

/// <summary>A secret as the client holds it: the tenant and row to look at, and 256 random bits that prove it.</summary>
/// <param name="TenantId">Where its row is: whoever presents it is in no tenant yet. It proves nothing by itself.</param>
/// <param name="Id">Its row.</param>
/// <param name="Secret">All of its bytes, the random ones included.</param>
internal readonly record struct OpaqueToken(Guid TenantId, Guid Id, byte[] Secret);

/// <summary>Makes and reads refresh tokens. At rest there is a keyed hash only.</summary>
internal sealed class OpaqueTokens(Vault vault)
{
    private const string Prefix = "rt_";
    private const int SecretSize = 32;
    private const string Purpose = "refresh-token";

    /// <summary>A new token for a row, and the hash to keep.</summary>
    public (string Token, byte[] Hash) Create(Guid tenantId, Guid id)
    {
        Span<byte> bytes = stackalloc byte[32 + SecretSize];
        tenantId.TryWriteBytes(bytes);
        id.TryWriteBytes(bytes[16..]);
        RandomNumberGenerator.Fill(bytes[32..]);
        return (Prefix + WebEncoders.Base64UrlEncode(bytes), vault.Hash(Purpose, bytes));
    }

    /// <summary>Reads the form of a token; null when it is not one of ours.</summary>
    public static OpaqueToken? Parse(string? token)
    {
        if (token is null || token.Length != Prefix.Length + 86 || !token.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            var bytes = WebEncoders.Base64UrlDecode(token, Prefix.Length, token.Length - Prefix.Length);
            return new OpaqueToken(new Guid(bytes.AsSpan(0, 16)), new Guid(bytes.AsSpan(16, 16)), bytes);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Compares in constant time.</summary>
    public bool Matches(OpaqueToken token, byte[] hash) => CryptographicOperations.FixedTimeEquals(vault.Hash(Purpose, token.Secret), hash);
}
