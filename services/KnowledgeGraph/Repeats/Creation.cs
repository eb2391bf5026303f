using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Platform.KnowledgeGraph.Repeats;

/// <summary>
/// What a request creates. Under an <c>Idempotency-Key</c> its ids and its time follow from the key, so that what an interruption left
/// half done is finished by the repeat instead of being done twice.
/// </summary>
internal sealed class Creation(TimeProvider clock)
{
    private Guid? _key;

    /// <summary>When the request came first.</summary>
    public DateTimeOffset At { get; private set; } = clock.GetUtcNow();

    /// <summary>The id of the message that does the work.</summary>
    public Guid MessageId { get; private set; } = Guid.CreateVersion7();

    /// <summary>Makes it the same as that of an earlier request.</summary>
    public void Repeat(string key, DateTimeOffset at)
    {
        _key = Hash(Encoding.UTF8.GetBytes($"{key}\n{at.ToUnixTimeMilliseconds()}"));
        (MessageId, At) = (_key.Value, at);
    }

    /// <summary>The id of the n-th thing that is made.</summary>
    public Guid IdOf(int n)
    {
        if (_key is not { } key)
        {
            return Guid.CreateVersion7();
        }

        Span<byte> bytes = stackalloc byte[20];
        key.TryWriteBytes(bytes, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(bytes[16..], n);
        return Hash(bytes);
    }

    /// <summary>A UUID of version 8 over a hash (RFC 9562, section 5.8).</summary>
    private static Guid Hash(ReadOnlySpan<byte> text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
