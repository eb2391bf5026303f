using System.Buffers.Binary;
using System.Text;
using Platform.Contracts.Gateway;

namespace Platform.Gateway.Usage;

/// <summary>A usage entry as the bytes of a journal frame: fixed fields, little-endian, then three texts with their lengths.</summary>
internal static class UsageFrame
{
    /// <summary>The longest frame; longer texts are cut.</summary>
    public const int MaxLength = 1024;

    private const int LongestText = 256;
    private const byte HasKey = 1;
    private const byte HasSubject = 2;

    /// <summary>Writes an entry; the answer is the length.</summary>
    public static int Write(Span<byte> target, UsageEntry entry)
    {
        target[0] = (byte)((entry.ApiKeyId is null ? 0 : HasKey) | (entry.Subject is null ? 0 : HasSubject));
        entry.TenantId.TryWriteBytes(target[1..]);
        (entry.ApiKeyId ?? Guid.Empty).TryWriteBytes(target[17..]);
        BinaryPrimitives.WriteUInt16LittleEndian(target[33..], (ushort)entry.StatusCode);
        BinaryPrimitives.WriteDoubleLittleEndian(target[35..], entry.LatencyMs);
        BinaryPrimitives.WriteInt64LittleEndian(target[43..], entry.RequestSizeBytes);
        BinaryPrimitives.WriteInt64LittleEndian(target[51..], entry.ResponseSizeBytes);
        BinaryPrimitives.WriteInt64LittleEndian(target[59..], entry.Timestamp.UtcTicks);
        var at = 67;
        at = WriteText(target, at, entry.Endpoint);
        at = WriteText(target, at, entry.Method);
        return WriteText(target, at, entry.Subject ?? "");
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static UsageEntry Read(ReadOnlySpan<byte> source)
    {
        var at = 67;
        var endpoint = ReadText(source, ref at);
        var method = ReadText(source, ref at);
        var subject = ReadText(source, ref at);
        return new UsageEntry(
            new Guid(source[1..17]),
            (source[0] & HasKey) == 0 ? null : new Guid(source[17..33]),
            (source[0] & HasSubject) == 0 ? null : subject,
            endpoint,
            method,
            BinaryPrimitives.ReadUInt16LittleEndian(source[33..]),
            BinaryPrimitives.ReadDoubleLittleEndian(source[35..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[43..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[51..]),
            new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(source[59..]), TimeSpan.Zero));
    }

    private static int WriteText(Span<byte> target, int at, string text)
    {
        // Only whole characters: a cut text is still text.
        Encoding.UTF8.TryGetBytes(text.AsSpan(0, Math.Min(text.Length, LongestText / 3)), target.Slice(at + 2, LongestText), out var length);
        if (text.Length > LongestText / 3 && Encoding.UTF8.GetByteCount(text) is <= LongestText)
        {
            Encoding.UTF8.TryGetBytes(text, target.Slice(at + 2, LongestText), out length);
        }

        BinaryPrimitives.WriteUInt16LittleEndian(target[at..], (ushort)length);
        return at + 2 + length;
    }

    private static string ReadText(ReadOnlySpan<byte> source, ref int at)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(source[at..]);
        var text = Encoding.UTF8.GetString(source.Slice(at + 2, length));
        at += 2 + length;
        return text;
    }
}
