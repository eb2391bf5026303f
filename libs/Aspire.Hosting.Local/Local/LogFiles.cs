using System.Collections.Concurrent;

namespace Aspire.Hosting.Local;

/// <summary>The output of every resource in <c>{data}/logs/{name}.log</c>, for when the AppHost is gone. Two files of 8 MB at most.</summary>
internal sealed class LogFiles(LocalPaths paths) : IDisposable
{
    private const long MaxBytes = 8 * 1024 * 1024;
    private readonly ConcurrentDictionary<string, LogFile> _files = new(StringComparer.OrdinalIgnoreCase);

    public void Write(string name, string line)
        => _files.GetOrAdd(name, n => new LogFile(Path.Combine(paths.Logs, n + ".log"))).Write(line);

    public void Dispose()
    {
        foreach (var file in _files.Values)
        {
            file.Dispose();
        }
    }

    private sealed class LogFile(string path) : IDisposable
    {
        private readonly Lock _lock = new();
        private StreamWriter? _writer;
        private bool _disposed;

        public void Write(string line)
        {
            lock (_lock)
            {
                if (_disposed)
                {
                    return;
                }

                _writer ??= Open();
                _writer.Write(TimeProvider.System.GetUtcNow().UtcDateTime.ToString("HH:mm:ss.fff ", System.Globalization.CultureInfo.InvariantCulture));
                _writer.WriteLine(line);
                if (_writer.BaseStream.Position > MaxBytes)
                {
                    _writer.Dispose();
                    File.Move(path, path + ".1", overwrite: true);
                    _writer = null;
                }
            }
        }

        public void Dispose()
        {
            lock (_lock)
            {
                _disposed = true;
                _writer?.Dispose();
            }
        }

        private StreamWriter Open() => new(new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        { AutoFlush = true };
    }
}
