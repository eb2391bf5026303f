using Platform.Gateway.Pipeline;

namespace Platform.Gateway.Usage;

/// <summary>
/// Counts the bytes of an answer on their way out. When its length was announced, the last of them is what completes it
/// for the client, so the request is recorded just before that one leaves.
/// </summary>
internal sealed class CountingBody(Stream inner, HttpContext context, Action<HttpContext, long> record) : AnswerStream
{
    public long Written { get; private set; }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Count(buffer.Length);
        return inner.WriteAsync(buffer, cancellationToken);
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        Count(count);
        inner.Write(buffer, offset, count);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    private void Count(int bytes)
    {
        Written += bytes;
        if (context.Response.ContentLength is { } length && Written >= length)
        {
            record(context, Written);
        }
    }
}
