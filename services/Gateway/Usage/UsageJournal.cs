using Microsoft.Extensions.Options;
using Platform.Contracts.Gateway;

namespace Platform.Gateway.Usage;

/// <summary>A batch of the journal as it is shipped.</summary>
internal sealed record JournalBatch(JournalPosition Position, IReadOnlyList<UsageEntry> Entries);

/// <summary>Every answered request, kept on disk until Tenancy has it.</summary>
internal sealed partial class UsageJournal : IDisposable
{
    public const int LargestBatch = 2_000;

    /// <summary>Bytes of about 1,700 frames.</summary>
    private const long WorthSending = 256 * 1024;

    private readonly Lock _writing = new();
    private readonly UsageOptions _options;
    private readonly JournalFolder _folder;
    private readonly ILogger<UsageJournal> _log;
    private readonly Microsoft.Win32.SafeHandles.SafeFileHandle _positionFile;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private JournalSegment _current;
    private JournalPosition _position;

    public UsageJournal(IOptions<UsageOptions> options, IConfiguration configuration, ILogger<UsageJournal> log)
    {
        _options = options.Value;
        _log = log;
        _folder = JournalFolder.Take(configuration["Platform:DataRoot"] is { Length: > 0 } root ? root : Path.Combine(AppContext.BaseDirectory, "data"));
        _positionFile = File.OpenHandle(_folder.PositionFile, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        _position = JournalPosition.Read(_positionFile);
        var segments = _folder.Segments();
        // A segment that was being written when the process ended is never continued: its end is wherever its frames end.
        _current = Open(segments.Count == 0 ? Math.Max(1, _position.Segment + 1) : segments[^1] + 1);
    }

    public string Instance => _folder.Instance;

    /// <summary>Whether about a whole batch waits, or the rest of a segment that is no longer written to.</summary>
    public bool HasBatch
    {
        get
        {
            var (writing, end) = Written();
            return _position.Segment < writing || end - _position.Offset >= WorthSending;
        }
    }

    /// <summary>Appends an entry. When this returns, no kill of the process can lose it.</summary>
    public void Append(UsageEntry entry)
    {
        Span<byte> frame = stackalloc byte[UsageFrame.MaxLength];
        var payload = frame[..UsageFrame.Write(frame, entry)];
        lock (_writing)
        {
            if (!_current.TryAppend(payload))
            {
                Roll();
                _current.TryAppend(payload);
            }
        }
    }

    /// <summary>The next batch to ship, the same one until <see cref="Confirm"/>; null when all is shipped. One reader.</summary>
    public JournalBatch? Next()
    {
        while (true)
        {
            var (writing, end) = Written();
            if (_position.Segment == 0 || !File.Exists(_folder.SegmentFile(_position.Segment)))
            {
                var first = _folder.Segments().Find(n => n > _position.Segment);
                if (first == 0)
                {
                    return null;
                }

                MoveTo(new JournalPosition(first, 0, 0));
            }

            var entries = Read(_position, _position.Segment == writing ? end : long.MaxValue, out var next);
            if (entries.Count > 0)
            {
                MoveTo(_position with { SentTo = next });
                return new JournalBatch(_position, entries);
            }

            if (_position.Segment >= writing)
            {
                return null;
            }

            // This segment is done, and no longer written to.
            var done = _position.Segment;
            MoveTo(new JournalPosition(done + 1, 0, 0));
            File.Delete(_folder.SegmentFile(done));
        }
    }

    /// <summary>The broker has the batch.</summary>
    public void Confirm(JournalBatch batch) => MoveTo(new JournalPosition(batch.Position.Segment, batch.Position.SentTo, 0));

    public void Dispose()
    {
        _current.Dispose();
        _positionFile.Dispose();
        _folder.Dispose();
    }

    private (long Segment, long End) Written()
    {
        lock (_writing)
        {
            return (_current.Number, _current.End);
        }
    }

    private List<UsageEntry> Read(JournalPosition from, long end, out long next)
    {
        var entries = new List<UsageEntry>();
        next = from.Offset;
        using var file = File.OpenHandle(_folder.SegmentFile(from.Segment), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var stop = from.SentTo > 0 ? from.SentTo : end;
        var (at, filled) = (0, 0);
        while (next < stop && (from.SentTo > 0 || entries.Count < LargestBatch))
        {
            var length = JournalSegment.Read(_buffer.AsSpan(Math.Min(at, filled)..filled), out var payload);
            if (length < 0)
            {
                (at, filled) = (0, RandomAccess.Read(file, _buffer, next));
                length = JournalSegment.Read(_buffer.AsSpan(0, filled), out payload);
            }

            if (length < 0)
            {
                break;
            }

            entries.Add(UsageFrame.Read(payload));
            at += length;
            next += length;
        }

        return entries;
    }

    private void MoveTo(JournalPosition position)
    {
        _position = position;
        position.Write(_positionFile);
    }

    private void Roll()
    {
        var next = Open(_current.Number + 1);
        _current.Dispose();
        _current = next;
        var segments = _folder.Segments();
        for (var i = 0; i < segments.Count - _options.MostSegments; i++)
        {
            LogDropped(_log, segments[i]);
            File.Delete(_folder.SegmentFile(segments[i]));
        }
    }

    private JournalSegment Open(long number) => new(_folder.SegmentFile(number), number, _options.SegmentBytes);

    [LoggerMessage(LogLevel.Error, "The usage journal is full; segment {Segment} is dropped although it was not shipped")]
    private static partial void LogDropped(ILogger logger, long segment);
}
