using System.Security.Cryptography;
using System.Text;

namespace Platform.ServiceDefaults;

/// <summary>
/// Secrets that a service hands to the gateway, and to nobody who listens between: AES-256-GCM under a key derived (HKDF,
/// RFC 5869) from the key that only the two of them know. The context says whose secret it is and is authenticated.
/// </summary>
public static class InternalSecrets
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    /// <summary>Nonce, tag and ciphertext.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> internalKey, ReadOnlySpan<byte> secret, string context)
    {
        var box = new byte[NonceSize + TagSize + secret.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceSize));
        using var aes = new AesGcm(KeyOf(internalKey), TagSize);
        aes.Encrypt(box.AsSpan(0, NonceSize), secret, box.AsSpan(NonceSize + TagSize), box.AsSpan(NonceSize, TagSize), Encoding.UTF8.GetBytes(context));
        return box;
    }

    /// <summary>Throws <see cref="CryptographicException"/> unless key, content and context are those of the sealing.</summary>
    public static byte[] Open(ReadOnlySpan<byte> internalKey, ReadOnlySpan<byte> box, string context)
    {
        if (box.Length < NonceSize + TagSize)
        {
            throw new CryptographicException("The sealed secret is too short.");
        }

        var secret = new byte[box.Length - NonceSize - TagSize];
        using var aes = new AesGcm(KeyOf(internalKey), TagSize);
        aes.Decrypt(box[..NonceSize], box[(NonceSize + TagSize)..], box.Slice(NonceSize, TagSize), secret, Encoding.UTF8.GetBytes(context));
        return secret;
    }

    private static byte[] KeyOf(ReadOnlySpan<byte> internalKey)
    {
        var key = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, internalKey, key, [], "internal/secrets"u8);
        return key;
    }
}
