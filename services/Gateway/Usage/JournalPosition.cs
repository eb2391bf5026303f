using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Platform.Gateway.Usage;

/// <summary>
/// How far the journal has been shipped: everything before (segment, offset) is confirmed; what lies between offset and
/// <c>SentTo</c> was being sent. A batch is repeated with the very bounds of its first attempt, so that the receiver
/// knows it again by its beginning.
/// </summary>
internal readonly record struct JournalPosition(long Segment, long Offset, long SentTo)
{
    private const int Size = 28;

    public static JournalPosition Read(SafeFileHandle file)
    {
        Span<byte> bytes = stackalloc byte[Size];
        return RandomAccess.Read(file, bytes, 0) == Size && BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]) == Crc32C.Of(bytes[..24])
            ? new JournalPosition(
                BinaryPrimitives.ReadInt64LittleEndian(bytes),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]))
            : default;
    }

    /// <summary>One write of a few bytes: after a kill there is the old position or the new one.</summary>
    public void Write(SafeFileHandle file)
    {
        Span<byte> bytes = stackalloc byte[Size];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Segment);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], Offset);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], SentTo);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[24..], Crc32C.Of(bytes[..24]));
        RandomAccess.Write(file, bytes, 0);
    }
}
