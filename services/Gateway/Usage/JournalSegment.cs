using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Platform.Gateway.Usage;

/// <summary>
/// The segment that is written to: a preallocated file mapped into memory. A frame is its length, its CRC-32C and its
/// bytes; the length is written last, so that a frame is there whole or not at all. What is written belongs to the
/// kernel at once and outlives a kill of the process; it costs a copy and no system call.
/// </summary>
internal sealed class JournalSegment : IDisposable
{
    public const int FrameHeader = 8;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly SafeMemoryMappedViewHandle _memory;
    private readonly long _size;
    private long _end;

    public JournalSegment(string path, long number, long size)
    {
        Number = number;
        _size = size;
        using (var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            // Space is taken now: a write into a mapped file has no way to say that the disk is full.
            PreallocationSize = size,
        }))
        {
            stream.SetLength(size);
        }

        _file = MemoryMappedFile.CreateFromFile(
            File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete), null, size, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, size);
        _memory = _view.SafeMemoryMappedViewHandle;
    }

    public long Number { get; }

    /// <summary>Where the next frame will begin; all frames before it are whole.</summary>
    public long End => Volatile.Read(ref _end);

    /// <summary>Appends a frame; false when it does not fit any more. One caller at a time.</summary>
    public bool TryAppend(ReadOnlySpan<byte> payload)
    {
        var next = _end + Length(payload.Length);
        if (next > _size)
        {
            return false;
        }

        Span<byte> crc = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(crc, Crc32C.Of(payload));
        _memory.WriteSpan<byte>((ulong)_end + FrameHeader, payload);
        _memory.WriteSpan<byte>((ulong)_end + 4, crc);
        Thread.MemoryBarrier();
        _view.Write(_end, payload.Length);
        Volatile.Write(ref _end, next);
        return true;
    }

    /// <summary>Room that a frame takes: its header and bytes, up to the next multiple of eight.</summary>
    public static int Length(int payload) => (FrameHeader + payload + 7) & ~7;

    /// <summary>Reads the frame that the bytes begin with: the room it takes, or -1 where there is none or not all of it.</summary>
    public static int Read(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (bytes.Length < FrameHeader)
        {
            return -1;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (length <= 0 || length > UsageFrame.MaxLength || FrameHeader + length > bytes.Length)
        {
            return -1;
        }

        payload = bytes.Slice(FrameHeader, length);
        return Crc32C.Of(payload) == BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) ? Length(length) : -1;
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
