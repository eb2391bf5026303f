using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Platform.ServiceDefaults.Backups;

/// <summary>
/// The outer format of a part: a head of 8 bytes of name and version and 32 of salt, then frames. A frame is the length of
/// its text (4 bytes, little-endian), the text under AES-256-GCM, and the tag of 16. The key follows from the platform's by
/// HKDF-SHA-256 over the salt, the service and the backup; the nonce is the number of the frame, and whether it is the
/// last is authenticated too. So no frame can be changed, moved, repeated, left out or cut off, and no part can stand for
/// another.
/// </summary>
internal static class SealedFrames
{
    public const int FrameSize = 64 * 1024;
    public const int SaltSize = 32;

    public static ReadOnlySpan<byte> Magic => "PLTBAK\0\u0001"u8;

    public static AesGcm Cipher(byte[] key, ReadOnlySpan<byte> salt, string part) => new(
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, salt.ToArray(), Encoding.UTF8.GetBytes("platform-backup/1/" + part)), AesGcm.TagByteSizes.MaxSize);

    public static void Nonce(Span<byte> nonce, long number)
    {
        nonce.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(nonce[4..], number);
    }
}

/// <summary>Seals what is written to it; only <see cref="CompleteAsync"/> makes it whole.</summary>
internal sealed class SealedWriter : Stream
{
    private readonly Stream _file;
    private readonly AesGcm _cipher;
    private readonly byte[] _text = new byte[SealedFrames.FrameSize];
    private readonly byte[] _frame = new byte[4 + SealedFrames.FrameSize + AesGcm.TagByteSizes.MaxSize];
    private int _length;
    private long _number;

    private SealedWriter(Stream file, AesGcm cipher) => (_file, _cipher) = (file, cipher);

    public static async Task<SealedWriter> CreateAsync(Stream file, byte[] key, string part, CancellationToken ct)
    {
        var salt = RandomNumberGenerator.GetBytes(SealedFrames.SaltSize);
        await file.WriteAsync(SealedFrames.Magic.ToArray(), ct);
        await file.WriteAsync(salt, ct);
        return new SealedWriter(file, SealedFrames.Cipher(key, salt, part));
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            if (_length == _text.Length)
            {
                await SealAsync(isLast: false, cancellationToken);
            }

            var taken = Math.Min(buffer.Length, _text.Length - _length);
            buffer[..taken].CopyTo(_text.AsMemory(_length));
            _length += taken;
            buffer = buffer[taken..];
        }
    }

    /// <summary>Writes the last frame.</summary>
    public Task CompleteAsync(CancellationToken ct) => SealAsync(isLast: true, ct);

    private async Task SealAsync(bool isLast, CancellationToken ct)
    {
        await _file.WriteAsync(Frame(isLast), ct);
        _length = 0;
        _number++;
    }

    private ReadOnlyMemory<byte> Frame(bool isLast)
    {
        Span<byte> nonce = stackalloc byte[AesGcm.NonceByteSizes.MaxSize];
        SealedFrames.Nonce(nonce, _number);
        BinaryPrimitives.WriteInt32LittleEndian(_frame, _length);
        _cipher.Encrypt(
            nonce, _text.AsSpan(0, _length), _frame.AsSpan(4, _length), _frame.AsSpan(4 + _length, AesGcm.TagByteSizes.MaxSize), [isLast ? (byte)1 : (byte)0]);
        return _frame.AsMemory(0, 4 + _length + AesGcm.TagByteSizes.MaxSize);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _cipher.Dispose();
        }

        base.Dispose(disposing);
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Write asynchronously.");
}
