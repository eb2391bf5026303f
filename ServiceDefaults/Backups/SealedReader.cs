using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Platform.ServiceDefaults.Backups;

/// <summary>Opens what <see cref="SealedWriter"/> sealed; anything that is not exactly that is a <see cref="BackupException"/>.</summary>
internal sealed class SealedReader : Stream
{
    private readonly Stream _file;
    private readonly AesGcm _cipher;
    private readonly byte[] _text = new byte[SealedFrames.FrameSize];
    private readonly byte[] _frame = new byte[SealedFrames.FrameSize + AesGcm.TagByteSizes.MaxSize];
    private int _at;
    private int _length;
    private long _number;
    private bool _wasLast;

    private SealedReader(Stream file, AesGcm cipher) => (_file, _cipher) = (file, cipher);

    public static async Task<SealedReader> OpenAsync(Stream file, byte[] key, string part, CancellationToken ct)
    {
        var head = new byte[SealedFrames.Magic.Length + SealedFrames.SaltSize];
        if (await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, ct) < head.Length || !head.AsSpan().StartsWith(SealedFrames.Magic))
        {
            throw new BackupException("The part is not a backup of this format.");
        }

        return new SealedReader(file, SealedFrames.Cipher(key, head.AsSpan(SealedFrames.Magic.Length), part));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_at == _length)
        {
            if (_wasLast)
            {
                return 0;
            }

            await OpenFrameAsync(cancellationToken);
        }

        var taken = Math.Min(buffer.Length, _length - _at);
        _text.AsMemory(_at, taken).CopyTo(buffer);
        _at += taken;
        return taken;
    }

    private async Task OpenFrameAsync(CancellationToken ct)
    {
        var head = new byte[4];
        if (await _file.ReadAtLeastAsync(head, 4, throwOnEndOfStream: false, ct) < 4)
        {
            throw new BackupException("The part is cut off.");
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length is < 0 or > SealedFrames.FrameSize)
        {
            throw new BackupException("The part was changed.");
        }

        var frame = _frame.AsMemory(0, length + AesGcm.TagByteSizes.MaxSize);
        if (await _file.ReadAtLeastAsync(frame, frame.Length, throwOnEndOfStream: false, ct) < frame.Length)
        {
            throw new BackupException("The part is cut off.");
        }

        Open(frame.Span, length);
        if (_wasLast && await _file.ReadAsync(head, ct) != 0)
        {
            throw new BackupException("The part goes on after its end.");
        }
    }

    private void Open(ReadOnlySpan<byte> frame, int length)
    {
        Span<byte> nonce = stackalloc byte[AesGcm.NonceByteSizes.MaxSize];
        SealedFrames.Nonce(nonce, _number);
        // A frame that is short may be the last; a full one may be too.
        foreach (var last in (ReadOnlySpan<byte>)[0, 1])
        {
            try
            {
                _cipher.Decrypt(nonce, frame[..length], frame[length..], _text.AsSpan(0, length), [last]);
                (_at, _length, _wasLast) = (0, length, last == 1);
                _number++;
                return;
            }
            catch (AuthenticationTagMismatchException)
            {
                _length = _at = 0;
            }
        }

        throw new BackupException("The part was changed, or it was sealed with another key.");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _cipher.Dispose();
        }

        base.Dispose(disposing);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
