using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;

namespace Platform.Benchmarks.Streams;

/// <summary>The bytes that a stream has brought, and the messages in them.</summary>
internal abstract class StreamFraming
{
    private readonly byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;

    protected Span<byte> Received => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Takes the next whole message; it holds until more is received.</summary>
    public abstract bool TryTake(out ReadOnlySpan<byte> message);

    /// <summary>Reads the head of the answer, which must begin so.</summary>
    public async Task ReceiveHeadAsync(Socket socket, string status, CancellationToken ct)
    {
        int length;
        while ((length = Received.IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (!await ReceiveAsync(socket, ct))
            {
                throw new IOException("The gateway closed a stream instead of answering.");
            }
        }

        var head = Encoding.ASCII.GetString(Received[..length]);
        if (!head.StartsWith(status, StringComparison.Ordinal))
        {
            throw new IOException("A stream was refused: " + head.Split('\r')[0]);
        }

        Skip(length + 4);
    }

    /// <summary>Waits for more; false at the end.</summary>
    public async ValueTask<bool> ReceiveAsync(Socket socket, CancellationToken ct)
    {
        if (_start > 0)
        {
            Received.CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            throw new IOException("A message is longer than any that is published.");
        }

        var count = await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, ct);
        _end += count;
        return count > 0;
    }

    protected void Skip(int count) => _start += count;

    protected void Remove(int offset, int count)
    {
        Received[(offset + count)..].CopyTo(Received[offset..]);
        _end -= count;
    }
}

/// <summary>Server-sent events (WHATWG HTML, section 9.2) in chunks (RFC 9112, section 7.1), one or several to a chunk.</summary>
internal sealed class EventFraming : StreamFraming
{
    private int _left;

    public override bool TryTake(out ReadOnlySpan<byte> message)
    {
        while (_left > 0 || TryEnter())
        {
            var chunk = Received;
            var length = chunk[..Math.Min(_left, chunk.Length)].IndexOf("\n\n"u8);
            if (length < 0)
            {
                if (TryJoin())
                {
                    continue;
                }

                break;
            }

            ReadOnlySpan<byte> told = chunk[..length];
            Leave(length + 2);
            if (told.IndexOf("data: "u8) is >= 0 and var data)
            {
                message = told[(data + 6)..];
                return true;
            }
        }

        message = default;
        return false;
    }

    /// <summary>Of an event that goes on in the next chunk, takes out what stands between.</summary>
    private bool TryJoin()
    {
        if (Received.Length < _left + 2 || !TryReadHead(Received[(_left + 2)..], out var size, out var length))
        {
            return false;
        }

        Remove(_left, 2 + length);
        _left += size;
        return size > 0;
    }

    private bool TryEnter()
    {
        // The line end after the chunk before stays until the next one begins.
        var end = Received.StartsWith("\r\n"u8) ? 2 : 0;
        if (!TryReadHead(Received[end..], out _left, out var length))
        {
            return false;
        }

        Skip(end + length);
        return _left > 0;
    }

    private static bool TryReadHead(ReadOnlySpan<byte> text, out int size, out int length)
    {
        length = text.IndexOf("\r\n"u8) + 2;
        size = 0;
        return length > 2 && Utf8Parser.TryParse(text[..(length - 2)], out size, out int read, 'x') && read == length - 2;
    }

    private void Leave(int count)
    {
        Skip(count);
        _left -= count;
    }
}

/// <summary>Frames of a WebSocket (RFC 6455, section 5.2), one to a message. Pings are answered, or the gateway would hang up.</summary>
internal sealed class SocketFraming(Socket socket) : StreamFraming
{
    private const byte Text = 0x81;
    private const byte Ping = 0x89;
    private const byte Pong = 0x8A;

    /// <summary>A short text as a client sends it.</summary>
    public static byte[] Said(ReadOnlySpan<byte> text) => Masked(Text, text);

    public override bool TryTake(out ReadOnlySpan<byte> message)
    {
        while (Received is [var kind, var shortLength, ..] frame)
        {
            var head = shortLength == 126 ? 4 : 2;
            if (frame.Length < head)
            {
                break;
            }

            var length = shortLength == 126 ? BinaryPrimitives.ReadUInt16BigEndian(frame[2..]) : shortLength;
            if (frame.Length < head + length)
            {
                break;
            }

            Skip(head + length);
            if (kind == Text)
            {
                message = frame.Slice(head, length);
                return true;
            }

            if (kind == Ping)
            {
                socket.Send(Masked(Pong, frame.Slice(head, length)));
            }
        }

        message = default;
        return false;
    }

    /// <summary>With zeros for a mask.</summary>
    private static byte[] Masked(byte kind, ReadOnlySpan<byte> payload) => [kind, (byte)(0x80 | payload.Length), 0, 0, 0, 0, .. payload];
}
