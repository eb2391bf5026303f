using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Platform.Identity.Keys;

/// <summary>
/// Seals what must be read again and hashes what must only be recognised. One configured secret, one derived key a
/// purpose (HKDF, RFC 5869).
/// </summary>
internal sealed class Vault(IOptions<IdentitySettings> settings)
{
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int MostOnStack = 512;

    private readonly byte[] _sealing = Derive(settings.Value, "seal");
    private readonly byte[] _pepper = Derive(settings.Value, "pepper");

    // One cipher a call: an AesGcm holds the state of one operation, and two threads in it seal what nobody can open.
    /// <summary>AES-256-GCM: nonce, tag, ciphertext. The context is authenticated, so that a value cannot be moved elsewhere.</summary>
    public byte[] Seal(ReadOnlySpan<byte> content, string context)
    {
        var box = new byte[NonceSize + TagSize + content.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceSize));
        using var aes = new AesGcm(_sealing, TagSize);
        aes.Encrypt(box.AsSpan(0, NonceSize), content, box.AsSpan(NonceSize + TagSize), box.AsSpan(NonceSize, TagSize), Encoding.UTF8.GetBytes(context));
        return box;
    }

    /// <summary>Opens a sealed value; throws when key, content or context are not those of the sealing.</summary>
    public byte[] Open(ReadOnlySpan<byte> box, string context)
    {
        var content = new byte[box.Length - NonceSize - TagSize];
        using var aes = new AesGcm(_sealing, TagSize);
        aes.Decrypt(box[..NonceSize], box[(NonceSize + TagSize)..], box.Slice(NonceSize, TagSize), content, Encoding.UTF8.GetBytes(context));
        return content;
    }

    /// <summary>A keyed hash of a random secret, or of a name that must not be readable at rest.</summary>
    public byte[] Hash(string purpose, ReadOnlySpan<byte> content)
    {
        // In one call of the library, and mostly without a copy on the heap: the token endpoint hashes a secret a request.
        var length = Encoding.UTF8.GetByteCount(purpose) + 1 + content.Length;
        Span<byte> text = length <= MostOnStack ? stackalloc byte[MostOnStack] : new byte[length];
        text = text[..length];
        text[Encoding.UTF8.GetBytes(purpose, text)] = 0;
        content.CopyTo(text[^content.Length..]);
        return HMACSHA256.HashData(_pepper, text);
    }

    private static byte[] Derive(IdentitySettings settings, string purpose) => HKDF.DeriveKey(
        HashAlgorithmName.SHA256, Convert.FromBase64String(settings.KeyEncryptionKey), 32, info: Encoding.UTF8.GetBytes("identity/" + purpose));
}
