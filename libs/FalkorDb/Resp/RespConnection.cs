using System.Buffers;
using System.Net.Sockets;
using System.Text;

namespace FalkorDb.Resp;

/// <summary>
/// One authenticated connection, used for one command at a time. After any failure to read a complete reply it is
/// closed, never reused: a late reply can so not be taken for the answer to another command.
/// </summary>
internal sealed class RespConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly RespReader _reader;
    private readonly ArrayBufferWriter<byte> _request = new(4096);
    private FalkorDbLogin? _login;

    private RespConnection(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
        _reader = new RespReader(_stream);
    }

    /// <summary>Whether the server still holds the other end, as far as can be told without a round trip.</summary>
    public bool IsAlive => !(_socket.Poll(0, SelectMode.SelectRead) && _socket.Available == 0) && _socket.Available == 0;

    public static async Task<RespConnection> OpenAsync(FalkorDbOptions options, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(options.ConnectTimeout);
            await socket.ConnectAsync(options.Host, options.Port, limit.Token);
            var connection = new RespConnection(socket);
            if (options.Password is not null)
            {
                string[] auth = options.User is null ? ["AUTH", options.Password] : ["AUTH", options.User, options.Password];
                (await connection.SendAsync(auth, default, 64 * 1024, limit.Token)).OrThrow();
            }

            return connection;
        }
        catch (Exception exception) when (exception is SocketException or IOException || (exception is OperationCanceledException && !ct.IsCancellationRequested))
        {
            socket.Dispose();
            throw new FalkorDbException(FalkorDbError.Connection, $"Cannot connect to {options.Host}:{options.Port}.", exception);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Makes the connection that of another user, unless it is already.</summary>
    public async Task SignInAsync(FalkorDbLogin login, CancellationToken ct)
    {
        if (_login != login)
        {
            _login = null;
            (await SendAsync(["AUTH", login.User, login.Password], default, 64 * 1024, ct)).OrThrow();
            _login = login;
        }
    }

    /// <summary>
    /// Sends a command, whose second-last place may be a raw body (<paramref name="body"/> goes after the first
    /// two words), and reads its reply.
    /// </summary>
    public async Task<RespValue> SendAsync(IReadOnlyList<string> words, ReadOnlyMemory<byte> body, long maxReplyBytes, CancellationToken ct)
    {
        _request.ResetWrittenCount();
        var hasBody = !body.IsEmpty;
        WriteHeader('*', words.Count + (hasBody ? 1 : 0));
        for (var i = 0; i < words.Count; i++)
        {
            if (hasBody && i == 2)
            {
                await SendBodyAsync(body, ct);
            }

            WriteWord(words[i]);
        }

        if (hasBody && words.Count == 2)
        {
            await SendBodyAsync(body, ct);
        }

        await _stream.WriteAsync(_request.WrittenMemory, ct);
        return await _reader.ReadAsync(maxReplyBytes, ct);
    }

    public void Dispose() => _stream.Dispose();

    private async ValueTask SendBodyAsync(ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        WriteHeader('$', body.Length);
        if (body.Length < 64 * 1024)
        {
            _request.Write(body.Span);
        }
        else
        {
            await _stream.WriteAsync(_request.WrittenMemory, ct);
            await _stream.WriteAsync(body, ct);
            _request.ResetWrittenCount();
        }

        _request.Write("\r\n"u8);
    }

    private void WriteWord(string word)
    {
        var length = Encoding.UTF8.GetByteCount(word);
        WriteHeader('$', length);
        Encoding.UTF8.GetBytes(word, _request.GetSpan(length));
        _request.Advance(length);
        _request.Write("\r\n"u8);
    }

    private void WriteHeader(char kind, int number)
    {
        var span = _request.GetSpan(16);
        span[0] = (byte)kind;
        System.Buffers.Text.Utf8Formatter.TryFormat(number, span[1..], out var written);
        span[written + 1] = (byte)'\r';
        span[written + 2] = (byte)'\n';
        _request.Advance(written + 3);
    }
}
