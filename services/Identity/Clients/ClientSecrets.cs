using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Platform.Contracts;
using Platform.Identity.Keys;
using Platform.Identity.Tenants;

namespace Platform.Identity.Clients;

/// <summary>
/// Ids and secrets of clients. An id names its tenant, since whoever presents it is in no tenant yet; a secret is 256
/// random bits, so a keyed hash is enough to keep.
/// </summary>
internal sealed class ClientSecrets(Vault vault)
{
    private const string IdPrefix = "ic_";
    private const string SecretPrefix = "cs_";
    private const string Purpose = "client-secret";
    private const int IdSize = 28;

    public static string NewId(Guid tenantId)
    {
        Span<byte> bytes = stackalloc byte[IdSize];
        tenantId.TryWriteBytes(bytes);
        RandomNumberGenerator.Fill(bytes[16..]);
        return IdOf(bytes);
    }

    /// <summary>The id that these bytes spell.</summary>
    public static string IdOf(ReadOnlySpan<byte> bytes) => IdPrefix + WebEncoders.Base64UrlEncode(bytes);

    /// <summary>The bytes of an id that this service made.</summary>
    public static void BytesOf(string clientId, Span<byte> bytes) => Base64Url.DecodeFromChars(clientId.AsSpan(IdPrefix.Length), bytes);

    /// <summary>Where a client is to be looked for.</summary>
    public static Guid TenantOf(string clientId)
    {
        if (FirstPartyClients.Is(clientId))
        {
            return WellKnown.DefaultTenantId;
        }

        Span<byte> bytes = stackalloc byte[IdSize];
        return clientId.StartsWith(IdPrefix, StringComparison.Ordinal) && clientId.Length == IdPrefix.Length + 38
            && Base64Url.DecodeFromChars(clientId.AsSpan(IdPrefix.Length), bytes, out _, out var length) == OperationStatus.Done && length == IdSize
                ? new Guid(bytes[..16])
                : TenantDirectory.Nowhere;
    }

    public (string Secret, byte[] Hash) NewSecret()
    {
        var secret = SecretPrefix + WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        return (secret, Hash(secret));
    }

    /// <summary>Compares in constant time.</summary>
    public bool Matches(string secret, byte[] hash) => CryptographicOperations.FixedTimeEquals(Hash(secret), hash);

    private byte[] Hash(string secret) => vault.Hash(Purpose, Encoding.UTF8.GetBytes(secret));
}
