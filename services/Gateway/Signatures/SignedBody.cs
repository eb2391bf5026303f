using System.Security.Cryptography;

namespace Platform.Gateway.Signatures;

/// <summary>
/// The body of a signed request. It is kept, on disk beyond a megabyte, until it is known to be the one that was signed:
/// nothing of another one reaches a service.
/// </summary>
internal static class SignedBody
{
    private const int InMemory = 1 << 20;

    /// <summary>
    /// Whether the body is the one of a <c>Content-Digest</c> (RFC 9530): every algorithm that is known must fit, and one must be
    /// known.
    /// </summary>
    public static async Task<bool> FitsAsync(HttpRequest request, string digest, CancellationToken ct)
    {
        var known = 0;
        foreach (var member in digest.Split(',', StringSplitOptions.TrimEntries))
        {
            var equals = member.IndexOf("=:", StringComparison.Ordinal);
            if (equals <= 0 || !member.EndsWith(':') || member.Length < equals + 3)
            {
                return false;
            }

            HashAlgorithmName? algorithm = member[..equals] switch
            {
                "sha-256" => HashAlgorithmName.SHA256,
                "sha-512" => HashAlgorithmName.SHA512,
                _ => null,
            };
            if (algorithm is not { } name)
            {
                continue;
            }

            known++;
            var hash = await HashAsync(request, name, ct);
            var wanted = new byte[SHA512.HashSizeInBytes];
            if (!Convert.TryFromBase64Chars(member.AsSpan(equals + 2, member.Length - equals - 3), wanted, out var length)
                || !CryptographicOperations.FixedTimeEquals(wanted.AsSpan(0, length), hash))
            {
                return false;
            }
        }

        return known > 0;
    }

    /// <summary>Reads the body to its end; it can be read again afterwards.</summary>
    public static async Task<byte[]> HashAsync(HttpRequest request, HashAlgorithmName algorithm, CancellationToken ct)
    {
        request.EnableBuffering(InMemory);
        request.Body.Position = 0;
        using var hash = IncrementalHash.CreateHash(algorithm);
        var buffer = new byte[32 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, ct)) > 0)
        {
            hash.AppendData(buffer, 0, read);
        }

        request.Body.Position = 0;
        return hash.GetHashAndReset();
    }
}
