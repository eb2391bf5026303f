using System.Buffers.Text;
using System.Text;

namespace FalkorDb.Resp;

/// <summary>Reads RESP2 replies from a stream, whatever the pieces are in which they come.</summary>
public sealed class RespReader(Stream stream)
{
    private const int MaxDepth = 64;
    private const int MaxLine = 64 * 1024;
    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;
    private long _budget;

    /// <summary>The next reply, at most <paramref name="maxBytes"/> long.</summary>
    public ValueTask<RespValue> ReadAsync(long maxBytes, CancellationToken ct)
    {
        _budget = maxBytes;
        return ReadValueAsync(0, ct);
    }

    private async ValueTask<RespValue> ReadValueAsync(int depth, CancellationToken ct)
    {
        if (depth > MaxDepth)
        {
            throw new FalkorDbException(FalkorDbError.Protocol, "The reply is nested too deeply.");
        }

        var length = await FindLineAsync(ct);
        var type = _buffer[_start];
        var line = _buffer.AsMemory(_start + 1, length - 1);
        switch (type)
        {
            case (byte)'+':
                var simple = RespValue.OfText(Encoding.UTF8.GetString(line.Span));
                Advance(length + 2);
                return simple;
            case (byte)'-':
                var error = RespValue.OfError(Encoding.UTF8.GetString(line.Span));
                Advance(length + 2);
                return error;
            case (byte)':':
                var number = ParseInteger(line.Span);
                Advance(length + 2);
                return RespValue.OfInteger(number);
            case (byte)'$':
                var size = ParseInteger(line.Span);
                Advance(length + 2);
                return size < 0 ? RespValue.Null : await ReadBulkAsync(size, ct);
            case (byte)'*':
                var count = ParseInteger(line.Span);
                Advance(length + 2);
                return count < 0 ? RespValue.Null : await ReadArrayAsync(count, depth, ct);
            default:
                throw new FalkorDbException(FalkorDbError.Protocol, "The reply is not RESP2.");
        }
    }

    private async ValueTask<RespValue> ReadArrayAsync(long count, int depth, CancellationToken ct)
    {
        // Each element takes at least three bytes: a count that cannot fit is refused before memory is taken for it.
        if (count * 3 > _budget)
        {
            throw TooLarge();
        }

        var items = new RespValue[count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = await ReadValueAsync(depth + 1, ct);
        }

        return RespValue.OfArray(items);
    }

    private async ValueTask<RespValue> ReadBulkAsync(long size, CancellationToken ct)
    {
        if (size + 2 > _budget)
        {
            throw TooLarge();
        }

        var needed = (int)size + 2;
        while (_end - _start < needed)
        {
            await FillAsync(needed, ct);
        }

        var text = Encoding.UTF8.GetString(_buffer, _start, (int)size);
        Advance(needed);
        return RespValue.OfText(text);
    }

    /// <summary>The length of the line at the start of the buffer, without its CRLF.</summary>
    private async ValueTask<int> FindLineAsync(CancellationToken ct)
    {
        var searched = 0;
        while (true)
        {
            var found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                var length = searched + found - 1;
                if (length < 1 || _buffer[_start + length] != (byte)'\r')
                {
                    throw new FalkorDbException(FalkorDbError.Protocol, "A line of the reply does not end with CRLF.");
                }

                return length;
            }

            searched = _end - _start;
            if (searched > MaxLine)
            {
                throw new FalkorDbException(FalkorDbError.Protocol, "A line of the reply is too long.");
            }

            await FillAsync(searched + 1, ct);
        }
    }

    private async ValueTask FillAsync(int needed, CancellationToken ct)
    {
        if (_buffer.Length - _start < needed || _start == _end)
        {
            var target = needed > _buffer.Length ? new byte[Math.Max(needed, _buffer.Length * 2)] : _buffer;
            Buffer.BlockCopy(_buffer, _start, target, 0, _end - _start);
            _end -= _start;
            _start = 0;
            _buffer = target;
        }

        var read = await stream.ReadAsync(_buffer.AsMemory(_end), ct);
        if (read == 0)
        {
            throw new FalkorDbException(FalkorDbError.Connection, "The server closed the connection.");
        }

        _end += read;
    }

    private void Advance(int bytes)
    {
        _start += bytes;
        _budget -= bytes;
        if (_budget < 0)
        {
            throw TooLarge();
        }
    }

    private static long ParseInteger(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text, out long value, out var used) && used == text.Length
        ? value
        : throw new FalkorDbException(FalkorDbError.Protocol, "The reply holds a number that is none.");

    private static FalkorDbException TooLarge() => new(FalkorDbError.ReplyTooLarge, "The reply is larger than allowed.");
}
