using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Platform.Identity.Audit;

/// <summary>
/// The arithmetic of the chain, all of it SHA-256 over fields in big-endian order, texts with their length in front:
/// <c>commitment = H(salt, actor, address, details sorted by name)</c> and
/// <c>hash = H(hash before, seq, tenant, at, last_at, count, action, resource, outcome, commitment)</c>.
/// Before the first entry stand 32 zero bytes.
/// </summary>
internal static class AuditHash
{
    public const int Size = 32;

    public static readonly byte[] Genesis = new byte[Size];

    /// <summary>What the chain holds of an entry's personal part; without the salt it tells nothing of it.</summary>
    public static byte[] Commit(byte[] salt, AuditEntry entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(salt);
        Append(hash, entry.ActorId);
        Append(hash, entry.Address);
        foreach (var (name, value) in Sorted(entry.Details))
        {
            Append(hash, name);
            Append(hash, value);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>The hash of an entry that follows another.</summary>
    public static byte[] Next(byte[] before, long seq, AuditEntry entry, byte[] commitment)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        Append(hash, seq);
        hash.AppendData(entry.TenantId.ToByteArray(bigEndian: true));
        Append(hash, Microseconds(entry.At));
        Append(hash, entry.LastAt is { } last ? Microseconds(last) : 0);
        Append(hash, entry.Count);
        Append(hash, entry.Action);
        Append(hash, entry.Resource);
        Append(hash, entry.Outcome);
        hash.AppendData(commitment);
        return hash.GetHashAndReset();
    }

    /// <summary>The details as pairs, ordered by the UTF-8 bytes of their names.</summary>
    private static List<KeyValuePair<string, string>> Sorted(string? details)
    {
        if (details is null)
        {
            return [];
        }

        var pairs = JsonSerializer.Deserialize<Dictionary<string, string>>(details)!.ToList();
        pairs.Sort((a, b) => Encoding.UTF8.GetBytes(a.Key).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b.Key)));
        return pairs;
    }

    private static long Microseconds(DateTimeOffset at) => (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / 10;

    private static void Append(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        hash.AppendData(bytes);
    }

    /// <summary>Absent is not empty: -1 stands for the length of nothing.</summary>
    private static void Append(IncrementalHash hash, string? text)
    {
        var bytes = text is null ? [] : Encoding.UTF8.GetBytes(text);
        Append(hash, text is null ? -1 : bytes.Length);
        hash.AppendData(bytes);
    }
}
