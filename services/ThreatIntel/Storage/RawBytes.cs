using System.IO.Compression;

namespace Platform.ThreatIntel.Storage;

/// <summary>
/// How the original bytes of an object are kept: a byte that names the form, then the bytes, Brotli-compressed where
/// that makes them smaller.
/// </summary>
internal static class RawBytes
{
    private const byte Plain = 0;
    private const byte Brotli = 1;
    private const int Quality = 1;
    private const int Window = 14;

    public static byte[] Pack(ReadOnlySpan<byte> raw)
    {
        // Four bytes of length stand before the compressed bytes, so that unpacking needs no guess.
        var packed = new byte[raw.Length + 1];
        if (raw.Length > 64 && BrotliEncoder.TryCompress(raw, packed.AsSpan(5), out var written, Quality, Window))
        {
            packed[0] = Brotli;
            BitConverter.TryWriteBytes(packed.AsSpan(1), raw.Length);
            return packed[..(written + 5)];
        }

        packed[0] = Plain;
        raw.CopyTo(packed.AsSpan(1));
        return packed;
    }

    public static byte[] Unpack(ReadOnlySpan<byte> packed)
    {
        if (packed[0] == Plain)
        {
            return packed[1..].ToArray();
        }

        var raw = new byte[BitConverter.ToInt32(packed[1..])];
        return packed[0] == Brotli && BrotliDecoder.TryDecompress(packed[5..], raw, out var written) && written == raw.Length
            ? raw
            : throw new InvalidDataException("The stored bytes of an object cannot be read.");
    }
}
