using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace Platform.Gateway.Pipeline;

/// <summary>Bytes that the answers of one outer request may have together.</summary>
internal sealed class AnswerRoom(long bytes)
{
    private long _left = bytes;

    public bool TryTake(int count) => Interlocked.Add(ref _left, -count) >= 0;
}

/// <summary>The answer to an <see cref="InnerRequest"/>, kept in memory.</summary>
internal sealed class InnerResponse : IHttpResponseFeature
{
    private readonly Stack<(Func<object, Task> Callback, object State)> _starting = new();
    private readonly Stack<(Func<object, Task> Callback, object State)> _completed = new();
    private readonly ArrayBufferWriter<byte> _content = new();

    public InnerResponse(AnswerRoom room, CancellationTokenSource ending) => Body = new BufferStream(this, room, ending);

    public int StatusCode { get; set; } = StatusCodes.Status200OK;

    public string? ReasonPhrase { get; set; }

    public IHeaderDictionary Headers { get; set; } = new HeaderDictionary();

    public Stream Body { get; set; }

    public bool HasStarted { get; private set; }

    /// <summary>Whether the answer was larger than the room for it; then it is not whole.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Content => _content.WrittenMemory;

    public void OnStarting(Func<object, Task> callback, object state) => _starting.Push((callback, state));

    public void OnCompleted(Func<object, Task> callback, object state) => _completed.Push((callback, state));

    /// <summary>Flushes what is still on its way and runs the callbacks.</summary>
    public async Task CompleteAsync(HttpContext context)
    {
        await context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().CompleteAsync();
        await StartAsync();
        while (_completed.TryPop(out var entry))
        {
            await entry.Callback(entry.State);
        }
    }

    private async Task StartAsync()
    {
        if (HasStarted)
        {
            return;
        }

        while (_starting.TryPop(out var entry))
        {
            await entry.Callback(entry.State);
        }

        HasStarted = true;
    }

    private sealed class BufferStream(InnerResponse response, AnswerRoom room, CancellationTokenSource ending) : AnswerStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await response.StartAsync();
            if (!room.TryTake(buffer.Length))
            {
                response.Overflowed = true;
                await ending.CancelAsync();
                throw new IOException("The answer is larger than there is room for.");
            }

            response._content.Write(buffer.Span);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => response.StartAsync();

        public override void Flush()
        {
        }
    }
}
