using System.Buffers.Text;
using System.Text;

namespace FalkorDb.Resp;

/// <summary>
/// Reads RESP2 replies from a stream, whatever the pieces are in which they come. What is in the buffer is read without waiting: a reply
/// of ten thousands of values costs as many waits as it comes in pieces.
/// </summary>
public sealed class RespReader(Stream stream)
{
    private const int MaxDepth = 64;
    private const int MaxLine = 64 * 1024;
    private readonly Stack<OpenArray> _open = new();
    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;
    private int _searched;
    private int _needed;
    private long _budget;

    /// <summary>The next reply, at most <paramref name="maxBytes"/> long.</summary>
    public async ValueTask<RespValue> ReadAsync(long maxBytes, CancellationToken ct)
    {
        _budget = maxBytes;
        _open.Clear();
        RespValue reply;
        while (!TryRead(out reply))
        {
            await FillAsync(_needed, ct);
        }

        return reply;
    }

    /// <summary>Reads on in the buffer; false when it ends before the reply does.</summary>
    private bool TryRead(out RespValue reply)
    {
        while (TryTake(out reply, out var isOpen))
        {
            if (isOpen)
            {
                continue;
            }

            // A whole value: the next of the innermost array, which it may complete, and so on outwards.
            while (_open.TryPop(out var array))
            {
                array.Items[array.Next] = reply;
                if (array.Next + 1 < array.Items.Length)
                {
                    _open.Push(array with { Next = array.Next + 1 });
                    break;
                }

                reply = RespValue.OfArray(array.Items);
            }

            if (_open.Count == 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes a value, or the beginning of an array, which is then <paramref name="isOpen"/>; false when it is not there as a whole.</summary>
    private bool TryTake(out RespValue value, out bool isOpen)
    {
        if (_open.Count > MaxDepth)
        {
            throw new FalkorDbException(FalkorDbError.Protocol, "The reply is nested too deeply.");
        }

        (value, isOpen) = (RespValue.Null, false);
        if (!TryFindLine(out var length))
        {
            return false;
        }

        var line = _buffer.AsSpan(_start + 1, length - 1);
        switch (_buffer[_start])
        {
            case (byte)'+':
                value = RespValue.OfText(Encoding.UTF8.GetString(line));
                break;
            case (byte)'-':
                value = RespValue.OfError(Encoding.UTF8.GetString(line));
                break;
            case (byte)':':
                value = RespValue.OfInteger(ParseInteger(line));
                break;
            case (byte)'$':
                return TryTakeBulk(ParseInteger(line), length + 2, out value);
            case (byte)'*':
                var count = ParseInteger(line);
                Advance(length + 2);
                (value, isOpen) = Open(count);
                return true;
            default:
                throw new FalkorDbException(FalkorDbError.Protocol, "The reply is not RESP2.");
        }

        Advance(length + 2);
        return true;
    }

    private (RespValue Value, bool IsOpen) Open(long count)
    {
        // Each element takes at least three bytes: a count that cannot fit is refused before memory is taken for it.
        if (count * 3 > _budget)
        {
            throw TooLarge();
        }

        if (count <= 0)
        {
            return (count < 0 ? RespValue.Null : RespValue.OfArray([]), false);
        }

        _open.Push(new OpenArray(new RespValue[count], 0));
        return (default, true);
    }

    private bool TryTakeBulk(long size, int head, out RespValue value)
    {
        value = RespValue.Null;
        if (size >= 0)
        {
            if (size + 2 > _budget - head)
            {
                throw TooLarge();
            }

            _needed = head + (int)size + 2;
            if (_end - _start < _needed)
            {
                return false;
            }

            value = RespValue.OfText(Encoding.UTF8.GetString(_buffer, _start + head, (int)size));
            head = _needed;
        }

        Advance(head);
        return true;
    }

    /// <summary>The length of the line at the start of the buffer, without its CRLF.</summary>
    private bool TryFindLine(out int length)
    {
        var found = _buffer.AsSpan(_start + _searched, _end - _start - _searched).IndexOf((byte)'\n');
        length = _searched + found - 1;
        if (found >= 0)
        {
            return length >= 1 && _buffer[_start + length] == (byte)'\r'
                ? true
                : throw new FalkorDbException(FalkorDbError.Protocol, "A line of the reply does not end with CRLF.");
        }

        _searched = _end - _start;
        if (_searched > MaxLine)
        {
            throw new FalkorDbException(FalkorDbError.Protocol, "A line of the reply is too long.");
        }

        _needed = _searched + 1;
        return false;
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
        _searched = 0;
        _budget -= bytes;
        if (_budget < 0)
        {
            throw TooLarge();
        }
    }

    private static long ParseInteger(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text, out long value, out var used) && used == text.Length
        ? value
        : throw new FalkorDbException(FalkorDbError.Protocol, "The reply holds a number that is none.");

    /// <summary>An array that is being read, and the place of its next value.</summary>
    private readonly record struct OpenArray(RespValue[] Items, int Next);

    private static FalkorDbException TooLarge() => new(FalkorDbError.ReplyTooLarge, "The reply is larger than allowed.");
}
