using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>One line of a resource's output; numbers count up from 1.</summary>
public readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage);

/// <summary>Whether anyone reads the log of a resource.</summary>
public readonly record struct LogSubscriber(string Name, bool AnySubscribers);

/// <summary>Keeps the newest output of every resource, bounded, and lets readers follow it.</summary>
public class ResourceLoggerService
{
    internal const int MaxLines = 10_000;
    internal const int MaxLineLength = 16 * 1024;

    private readonly ConcurrentDictionary<string, ResourceLog> _logs = new(StringComparer.OrdinalIgnoreCase);
    private readonly Channel<LogSubscriber> _subscribers = Channel.CreateBounded<LogSubscriber>(
        new BoundedChannelOptions(1_000) { FullMode = BoundedChannelFullMode.DropOldest });

    public ILogger GetLogger(IResource resource) => GetLogger(resource.Name);

    public ILogger GetLogger(string resourceName) => new LineLogger(Log(resourceName));

    public void ClearBacklog(string resourceName) => Log(resourceName).Clear();

    public void Complete(IResource resource) => Complete(resource.Name);

    public void Complete(string name) => Log(name).Complete();

    public IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(IResource resource) => GetAllAsync(resource.Name);

    public async IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(string resourceName)
    {
        await Task.CompletedTask;
        yield return Log(resourceName).Snapshot();
    }

    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(IResource resource) => WatchAsync(resource.Name);

    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(string resourceName) => WatchLinesAsync(resourceName, default);

    public IAsyncEnumerable<LogSubscriber> WatchAnySubscribersAsync(CancellationToken cancellationToken = default)
        => _subscribers.Reader.ReadAllAsync(cancellationToken);

    internal void Write(string resourceName, string content, bool isError) => Log(resourceName).Add(content, isError);

    internal IReadOnlyList<LogLine> Tail(string resourceName, int lines)
    {
        var all = Log(resourceName).Snapshot();
        return all.Count <= lines ? all : [.. all.Skip(all.Count - lines)];
    }

    internal async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchLinesAsync(
        string resourceName, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var log = Log(resourceName);
        var reader = log.Subscribe(out var backlog, out var channel);
        _subscribers.Writer.TryWrite(new LogSubscriber(resourceName, true));
        try
        {
            if (backlog.Count > 0)
            {
                yield return backlog;
            }

            while (await reader.WaitToReadAsync(cancellationToken))
            {
                var batch = new List<LogLine>();
                while (batch.Count < 500 && reader.TryRead(out var line))
                {
                    batch.Add(line);
                }

                yield return batch;
            }
        }
        finally
        {
            log.Unsubscribe(channel);
            _subscribers.Writer.TryWrite(new LogSubscriber(resourceName, log.HasSubscribers));
        }
    }

    private ResourceLog Log(string name) => _logs.GetOrAdd(name, _ => new ResourceLog());

    /// <summary>Lines written through <see cref="GetLogger(string)"/> stand between the lines of the process.</summary>
    private sealed class LineLogger(ResourceLog log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => log.Add(exception is null ? formatter(state, null) : $"{formatter(state, exception)} {exception.Message}", logLevel >= LogLevel.Error);
    }
}

/// <summary>The ring of one resource.</summary>
internal sealed class ResourceLog
{
    private readonly Lock _lock = new();
    private readonly Queue<LogLine> _lines = [];
    private readonly List<Channel<LogLine>> _channels = [];
    private int _next = 1;

    public bool HasSubscribers
    {
        get
        {
            lock (_lock)
            {
                return _channels.Count > 0;
            }
        }
    }

    public void Add(string content, bool isError)
    {
        if (content.Length > ResourceLoggerService.MaxLineLength)
        {
            content = string.Concat(content.AsSpan(0, ResourceLoggerService.MaxLineLength), "…");
        }

        lock (_lock)
        {
            var line = new LogLine(_next++, content, isError);
            _lines.Enqueue(line);
            if (_lines.Count > ResourceLoggerService.MaxLines)
            {
                _lines.Dequeue();
            }

            foreach (var channel in _channels)
            {
                channel.Writer.TryWrite(line);
            }
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _lines.Clear();
        }
    }

    public void Complete()
    {
        lock (_lock)
        {
            _channels.ForEach(c => c.Writer.TryComplete());
            _channels.Clear();
        }
    }

    public IReadOnlyList<LogLine> Snapshot()
    {
        lock (_lock)
        {
            return [.. _lines];
        }
    }

    public ChannelReader<LogLine> Subscribe(out IReadOnlyList<LogLine> backlog, out Channel<LogLine> channel)
    {
        // A reader that does not keep up loses the oldest lines, never the writer's time.
        channel = Channel.CreateBounded<LogLine>(new BoundedChannelOptions(ResourceLoggerService.MaxLines) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_lock)
        {
            backlog = [.. _lines];
            _channels.Add(channel);
        }

        return channel.Reader;
    }

    public void Unsubscribe(Channel<LogLine> channel)
    {
        lock (_lock)
        {
            _channels.Remove(channel);
        }
    }
}
