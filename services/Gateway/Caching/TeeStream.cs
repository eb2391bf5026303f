using System.Buffers;
using Platform.Gateway.Pipeline;

namespace Platform.Gateway.Caching;

/// <summary>Passes an answer on as it comes and keeps a copy of it, when the service allows that and while it is small.</summary>
internal sealed class TeeStream(Stream inner, HttpResponse response) : AnswerStream
{
    /// <summary>Larger answers are not kept.</summary>
    public const int Largest = 1 << 20;

    private ArrayBufferWriter<byte>? _copy;
    private bool _begun;

    /// <summary>What the service said of keeping the answer; null when it is not to be kept.</summary>
    public CacheDirectives? Directives { get; private set; }

    public ReadOnlyMemory<byte> Copy => _copy?.WrittenMemory ?? default;

    /// <summary>Looks at the headers, which are complete, and takes off what is between service and gateway.</summary>
    public void Begin()
    {
        if (_begun)
        {
            return;
        }

        _begun = true;
        var headers = response.Headers;
        Directives = CacheDirectives.Of(response.StatusCode, headers);
        if (Directives is not null)
        {
            _copy = new ArrayBufferWriter<byte>((int)Math.Clamp(response.ContentLength ?? 4096, 256, Largest));
        }

        if (headers.Remove(CacheDirectives.SurrogateKey))
        {
            headers.CacheControl = CacheDirectives.ForClients;
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Begin();
        if (_copy is not null)
        {
            if (_copy.WrittenCount + buffer.Length > Largest)
            {
                _copy = null;
                Directives = null;
            }
            else
            {
                _copy.Write(buffer.Span);
            }
        }

        return inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        Begin();
        return inner.FlushAsync(cancellationToken);
    }

    public override void Flush() => inner.Flush();
}
