using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Platform.Gateway.Streaming;

/// <summary>Writes an event stream (WHATWG HTML, section 9.2): events as they were made ready, several to one flush.</summary>
internal sealed class EventWriter(PipeWriter body)
{
    private const int MostUnflushed = 16 * 1024;

    private int _unflushed;

    /// <summary>Keeps it for <see cref="FlushAsync"/>, unless enough is kept.</summary>
    public ValueTask WriteAsync(StreamEvent happened)
    {
        body.Write(happened.Frame);
        _unflushed += happened.Frame.Length;
        return _unflushed < MostUnflushed ? ValueTask.CompletedTask : FlushAsync();
    }

    public ValueTask NoticeAsync(string name, string json)
    {
        body.Write(Encoding.UTF8.GetBytes($"event: {name}\ndata: {json}\n\n"));
        return FlushAsync();
    }

    /// <summary>Waits while the reader is too slow for what was written before.</summary>
    public async ValueTask FlushAsync()
    {
        _unflushed = 0;
        await body.FlushAsync(CancellationToken.None);
    }
}
