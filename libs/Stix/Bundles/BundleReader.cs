using System.Buffers;
using System.Text;

namespace Stix.Bundles;

/// <summary>
/// Reads a STIX 2.0 or 2.1 bundle (section 8) from a stream object by object, in memory that depends on the longest
/// object and not on the bundle. A faulty object is reported and passed over; where the text stops being JSON the
/// reading ends with a fatal fault.
/// </summary>
public sealed class BundleReader(Stream stream, BundleReaderOptions? options = null) : IDisposable
{
    private readonly BundleScanner _scanner = new(options ?? new());
    private readonly byte[]? _wanted = options?.OnlyHeadsOf is { } type ? Encoding.UTF8.GetBytes($"\"{type}\"") : null;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent((options ?? new()).BufferSize);
    private int _start;
    private int _end;
    private long _base;
    private bool _final;

    /// <summary>The entry that was read last.</summary>
    public BundleItem Current { get; private set; }

    /// <summary>The bundle's own id, once it was met.</summary>
    public string? BundleId => _scanner.BundleId;

    /// <summary>The bundle's <c>spec_version</c> (STIX 2.0 only), once it was met.</summary>
    public string? SpecVersion => _scanner.SpecVersion;

    /// <summary>Moves to the next entry; false at the end.</summary>
    /// <exception cref="NotABundleException">The text is not a bundle: another JSON value, or another <c>type</c>.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_end > _start || _final)
            {
                var step = _scanner.Next(_buffer.AsSpan(_start, _end - _start), _final, _base + _start);
                if (step.Outcome == ScanOutcome.Item)
                {
                    Take(step);
                    return true;
                }

                _start += step.Consumed;
                if (step.Outcome == ScanOutcome.End)
                {
                    return false;
                }
            }

            await FillAsync(cancellationToken);
        }
    }

    public void Dispose()
    {
        var buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Take(in ScanStep step)
    {
        var index = step.Index;
        var position = _base + _start + step.ObjectStart;
        if (step.Fault is { } fault)
        {
            Current = new BundleItem(index, position, default, null, fault);
        }
        else
        {
            var raw = _buffer.AsMemory(_start + step.ObjectStart, step.ObjectLength);
            Current = !MayBeWanted(raw.Span) ? new BundleItem(index, position, raw, null, null)
                : ObjectHeadReader.TryRead(raw.Span, out var head, out var headFault) ? new BundleItem(index, position, raw, head, null)
                : new BundleItem(index, position, default, null, headFault! with { Path = $"$.objects[{index}]{headFault.Path}" });
        }

        _start += step.Consumed;
    }

    /// <summary>Whether the type's name stands anywhere in the object, or something that an escape may hide it in.</summary>
    private bool MayBeWanted(ReadOnlySpan<byte> raw) => _wanted is null || raw.IndexOf(_wanted) >= 0 || raw.IndexOf("\\u"u8) >= 0;

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _base += _start;
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _final = read == 0;
        _end += read;
        if (_base == 0 && _start == 0 && _end >= 3 && _buffer.AsSpan(0, 3).SequenceEqual(ByteOrderMark))
        {
            _start = 3;
        }
    }

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];
}
