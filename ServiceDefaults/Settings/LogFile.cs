using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Platform.ServiceDefaults.Telemetry;

namespace Platform.ServiceDefaults.Settings;

/// <summary>
/// Where the platform's settings name a folder for logs, the service also writes its log there: one JSON object a line,
/// scrubbed like everything that leaves the process, a file a day, the last <see cref="DaysKept"/> of them.
/// </summary>
internal sealed class LogFile(LiveSettings settings, SettingsOwner owner, IConfiguration configuration, TimeProvider clock) : ILoggerProvider
{
    private const int DaysKept = 14;

    private readonly Lock _gate = new();
    private StreamWriter? _writer;
    private string? _name;

    private bool IsOn => settings.Current?.LogPath is not null;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
        lock (_gate)
        {
            _writer?.Dispose();
            _writer = null;
        }
    }

    private void Write(string category, LogLevel level, string message, Exception? exception)
    {
        var now = clock.GetUtcNow();
        lock (_gate)
        {
            try
            {
                WriterOf(settings.Current!.LogPath!, now)?.WriteLine(JsonSerializer.Serialize(
                    new Line(now, level.ToString().ToLowerInvariant(), category, Scrub.Text(message), exception is null ? null : Scrub.Text(exception.ToString())), Json.Options));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // A full disk must not stop what is being logged; the other ways of the log say so.
                _name = null;
            }
        }
    }

    private StreamWriter? WriterOf(string path, DateTimeOffset now)
    {
        var folder = DataPath.Under(configuration, path);
        var name = Path.Combine(folder, FormattableString.Invariant($"{owner.Service}-{now:yyyyMMdd}.log"));
        if (name == _name)
        {
            return _writer;
        }

        _writer?.Dispose();
        Directory.CreateDirectory(folder);
        _writer = new StreamWriter(new FileStream(name, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        _name = name;
        foreach (var old in Directory.EnumerateFiles(folder, owner.Service + "-*.log").Order(StringComparer.Ordinal).SkipLast(DaysKept))
        {
            File.Delete(old);
        }

        return _writer;
    }

    private sealed record Line(DateTimeOffset At, string Level, string Category, string Message, string? Exception);

    private sealed class Logger(LogFile file, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information && file.IsOn;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                file.Write(category, logLevel, formatter(state, exception), exception);
            }
        }
    }
}
