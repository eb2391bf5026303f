using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text;
using Platform.ServiceDefaults;

namespace Platform.Agent.Models;

/// <summary>
/// Stands between the official client and a model server, and lets the client see only what it understands
/// (<see cref="ChunkRepair"/>). A stream that ends without its last frame gets one; one that falls silent is cut.
/// </summary>
internal sealed class RepairHandler(HttpMessageHandler inner, ModelOptions options, TimeProvider clock) : DelegatingHandler(inner)
{
    private const long MaxAnswerBytes = 16 * 1024 * 1024;
    private const int ShownError = 300;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        GuardedHttp.Limit(request, options.StepTimeout, MaxAnswerBytes);
        var response = await BeginAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            var said = await response.Content.ReadAsStringAsync(cancellationToken);
            var status = (int)response.StatusCode;
            response.Dispose();
            throw new ModelException($"The model server answered {status}: {Planning.Shown.Line(said, ShownError)}");
        }

        if (response.Content.Headers.ContentType?.MediaType == "text/event-stream")
        {
            var stream = new RepairedStream(response, options.IdleTimeout, clock);
            response.Content = new StreamContent(stream) { Headers = { ContentType = new MediaTypeHeaderValue("text/event-stream") } };
        }
        else
        {
            var whole = new ChunkRepair().Whole(await response.Content.ReadAsStringAsync(cancellationToken));
            response.Content = new StringContent(whole.ToJsonString(), Encoding.UTF8, "application/json");
        }

        return response;
    }

    /// <summary>A server that never begins to answer is as silent as one that stops.</summary>
    private async Task<HttpResponseMessage> BeginAsync(HttpRequestMessage request, CancellationToken ct)
    {
        using var silence = new CancellationTokenSource(options.IdleTimeout, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, ct);
        try
        {
            return await base.SendAsync(request, stop.Token);
        }
        catch (OperationCanceledException exception) when (silence.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new ModelException("The model server fell silent.", exception);
        }
    }

    /// <summary>The repaired frames, one after the other, as they come in.</summary>
    private sealed class RepairedStream : Stream
    {
        private readonly HttpContent _content;
        private readonly TimeSpan _idle;
        private readonly TimeProvider _clock;
        private readonly ChunkRepair _repair = new();
        private readonly CancellationTokenSource _stop = new();
        private IAsyncEnumerator<SseItem<string>>? _frames;
        private ReadOnlyMemory<byte> _ready;
        private bool _ended;

        public RepairedStream(HttpResponseMessage response, TimeSpan idle, TimeProvider clock)
        {
            (_content, _idle, _clock) = (response.Content, idle, clock);
        }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (_ready.IsEmpty)
            {
                if (_ended)
                {
                    return 0;
                }

                _ready = Encoding.UTF8.GetBytes(await NextAsync(cancellationToken));
            }

            var count = Math.Min(buffer.Length, _ready.Length);
            _ready[..count].CopyTo(buffer);
            _ready = _ready[count..];
            return count;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A model's stream is read asynchronously.");

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private async Task<string> NextAsync(CancellationToken ct)
        {
            using var silence = new CancellationTokenSource(_idle, _clock);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, ct);
            using var registration = stop.Token.Register(_stop.Cancel);
            try
            {
                _frames ??= SseParser.Create(await _content.ReadAsStreamAsync(stop.Token)).EnumerateAsync(_stop.Token).GetAsyncEnumerator(_stop.Token);
                if (await _frames.MoveNextAsync() && _frames.Current.Data.Trim() is var data && data != "[DONE]")
                {
                    if (_frames.Current.EventType == "error" && !data.Contains("\"error\"", StringComparison.Ordinal))
                    {
                        throw new ModelException("The model server reports an error: " + Planning.Shown.Line(data, ShownError));
                    }

                    return data.Length == 0 ? "" : $"data: {_repair.Chunk(data).ToJsonString()}\n\n";
                }
            }
            catch (Exception exception) when (exception is not ModelException && silence.IsCancellationRequested && !ct.IsCancellationRequested)
            {
                throw new ModelException("The model server fell silent.", exception);
            }
            catch (IOException exception)
            {
                throw new ModelException("The model server broke off.", exception);
            }

            _ended = true;
            return "data: [DONE]\n\n";
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _stop.Cancel();
                _content.Dispose();
                _stop.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
