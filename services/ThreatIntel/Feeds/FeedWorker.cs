using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Platform.ThreatIntel.Feeds;

/// <summary>Wakes the worker when somebody asks for a poll.</summary>
internal sealed class FeedSignal
{
    private readonly Channel<bool> _channel = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => _channel.Writer.TryWrite(true);

    /// <summary>Waits for a signal, or for so long.</summary>
    public async Task WaitAsync(TimeSpan most, TimeProvider clock, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(most, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        try
        {
            await _channel.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // It is time anyway.
        }
    }
}

/// <summary>Polls what is due, a few feeds at a time; the database says what is, so that a crash forgets nothing.</summary>
internal sealed partial class FeedWorker(
    NpgsqlDataSource source, PollFeed poll, FeedSignal signal, TimeProvider clock, IOptions<ThreatIntelOptions> options, ILogger<FeedWorker> log) : BackgroundService
{
    private const int AtOnce = 4;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await PollDueAsync(stoppingToken);
                await signal.WaitAsync(options.Value.FeedInterval, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private async Task PollDueAsync(CancellationToken ct)
    {
        try
        {
            await Parallel.ForEachAsync(
                await DueAsync(ct),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct },
                async (feed, token) => await PollAsync(feed.Tenant, feed.Feed, token));
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            LogDelayed(log, exception);
        }
    }

    /// <summary>One feed that fails in an unforeseen way keeps no other waiting.</summary>
    private async Task PollAsync(Guid tenant, Guid feed, CancellationToken ct)
    {
        try
        {
            await poll.RunAsync(tenant, feed, ct);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            LogFailed(log, exception, feed);
        }
    }

    private async Task<List<(Guid Tenant, Guid Feed)>> DueAsync(CancellationToken ct)
    {
        await using var command = source.CreateCommand("SELECT tenant_id, feed_id FROM due_feeds($1)");
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var due = new List<(Guid, Guid)>();
        while (await reader.ReadAsync(ct))
        {
            due.Add((reader.GetGuid(0), reader.GetGuid(1)));
        }

        return due;
    }

    [LoggerMessage(LogLevel.Warning, "Feeds wait for the database")]
    private static partial void LogDelayed(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Error, "The poll of feed {Feed} was broken off")]
    private static partial void LogFailed(ILogger logger, Exception exception, Guid feed);
}
