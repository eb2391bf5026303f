using System.Security.Cryptography;
using Microsoft.AspNetCore.WebUtilities;
using Platform.Identity.Keys;

namespace Platform.Identity.Tokens;

/// <summary>A secret as the client holds it: the tenant and row to look at, and 256 random bits that prove it.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="TenantId">Where its row is: whoever presents it is in no tenant yet. It proves nothing by itself.</param>
/// <param name="Id">Its row.</param>
/// <param name="Secret">All of its bytes, the random ones included.</param>
internal readonly record struct OpaqueToken(TokenKind Kind, Guid TenantId, Guid Id, byte[] Secret);

/// <summary>A kind of opaque token: how it begins, and the purpose of its hash, so that none passes for another.</summary>
internal sealed record TokenKind(string Prefix, string Purpose);

/// <summary>Makes and reads everything that is handed out as a random string. At rest there is a keyed hash only.</summary>
internal sealed class OpaqueTokens(Vault vault)
{
    public static readonly TokenKind Refresh = new("rt_", "refresh-token");
    public static readonly TokenKind Code = new("ac_", "authorization-code");
    public static readonly TokenKind Device = new("dc_", "device-code");
    public static readonly TokenKind Pushed = new("pr_", "pushed-request");
    public static readonly TokenKind Browser = new("bs_", "browser-session");

    private const int SecretSize = 32;

    /// <summary>A new token for a row, and the hash to keep.</summary>
    public (string Token, byte[] Hash) Create(TokenKind kind, Guid tenantId, Guid id)
    {
        Span<byte> bytes = stackalloc byte[32 + SecretSize];
        tenantId.TryWriteBytes(bytes);
        id.TryWriteBytes(bytes[16..]);
        RandomNumberGenerator.Fill(bytes[32..]);
        return (kind.Prefix + WebEncoders.Base64UrlEncode(bytes), vault.Hash(kind.Purpose, bytes));
    }

    /// <summary>Reads the form of a token; null when it is not one of that kind.</summary>
    public static OpaqueToken? Parse(TokenKind kind, string? token)
    {
        if (token is null || token.Length != kind.Prefix.Length + 86 || !token.StartsWith(kind.Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            var bytes = WebEncoders.Base64UrlDecode(token, kind.Prefix.Length, token.Length - kind.Prefix.Length);
            return new OpaqueToken(kind, new Guid(bytes.AsSpan(0, 16)), new Guid(bytes.AsSpan(16, 16)), bytes);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Compares in constant time.</summary>
    public bool Matches(OpaqueToken token, byte[] hash) => CryptographicOperations.FixedTimeEquals(vault.Hash(token.Kind.Purpose, token.Secret), hash);
}
