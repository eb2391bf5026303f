using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Platform.Gateway.Authentication;

/// <summary>SHA-256 of a credential: what caches know it by, so that no cache holds a usable secret.</summary>
internal readonly record struct CredentialHash(UInt128 High, UInt128 Low)
{
    public static CredentialHash Of(ReadOnlySpan<char> secret)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var size = Encoding.UTF8.GetMaxByteCount(secret.Length);
        var bytes = size <= 4096 ? stackalloc byte[size] : new byte[size];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(secret, bytes)], hash);
        var parts = MemoryMarshal.Cast<byte, UInt128>(hash);
        return new CredentialHash(parts[0], parts[1]);
    }
}
