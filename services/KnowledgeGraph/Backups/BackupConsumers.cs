using MassTransit;
using Platform.Contracts.Tenancy;
using Platform.KnowledgeGraph.Storage;
using Platform.KnowledgeGraph.Tenants;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Backups;

/// <summary>Exports the graphs when a backup is asked for, and says how it went (<see cref="Answers"/>).</summary>
internal sealed partial class BackupRequestedConsumer(BackupParts parts, GraphBackup graphs, TimeProvider clock, ILogger<BackupRequestedConsumer> log)
    : IConsumer<Batch<BackupRequested>>
{
    private const string Name = "knowledgegraph.backup-requested";

    public async Task Consume(ConsumeContext<Batch<BackupRequested>> context)
    {
        foreach (var message in Envelopes.Read(context))
        {
            await context.AnswerAsync(message, await RunAsync(message.Event, context.CancellationToken), Name, clock.GetUtcNow());
        }
    }

    private async Task<BackupPartCompleted> RunAsync(BackupRequested asked, CancellationToken ct)
    {
        try
        {
            var part = await parts.WriteAsync(asked.BackupId, asked.Path, GraphBackup.Schema, (lines, token) => graphs.WriteAsync(lines, null, token), ct);
            return new BackupPartCompleted(asked.BackupId, parts.Service, null, part.Rows, part.Bytes, part.Sha256);
        }
        catch (Exception exception) when (exception is BackupException or IOException or UnauthorizedAccessException)
        {
            LogFailed(log, exception, asked.BackupId);
            return new BackupPartCompleted(asked.BackupId, parts.Service, exception is BackupException ? exception.Message : "The disk refused.", 0, 0, null);
        }
    }

    [LoggerMessage(LogLevel.Error, "The part of backup {Backup} could not be written")]
    private static partial void LogFailed(ILogger logger, Exception exception, Guid backup);
}

/// <summary>Checks the graphs' part of a backup, or restores it, and says how it went (<see cref="Answers"/>).</summary>
internal sealed partial class RestoreRequestedConsumer(BackupParts parts, GraphBackup graphs, TimeProvider clock, ILogger<RestoreRequestedConsumer> log)
    : IConsumer<Batch<RestoreRequested>>
{
    private const string Name = "knowledgegraph.restore-requested";

    public async Task Consume(ConsumeContext<Batch<RestoreRequested>> context)
    {
        foreach (var message in Envelopes.Read(context))
        {
            await context.AnswerAsync(message, await RunAsync(message.Event, context.CancellationToken), Name, clock.GetUtcNow());
        }
    }

    private async Task<RestorePartCompleted> RunAsync(RestoreRequested asked, CancellationToken ct)
    {
        try
        {
            var rows = await parts.VerifyAsync(asked.BackupId, asked.Path, GraphBackup.Schema, asked.Hashes.GetValueOrDefault(parts.Service), ct);
            if (asked.Apply)
            {
                await graphs.RestoreAsync(line => parts.ReadAsync(asked.BackupId, asked.Path, GraphBackup.Schema, line, ct), null, ct);
            }

            return new RestorePartCompleted(asked.BackupId, asked.RestoreId, parts.Service, asked.Apply, null, rows);
        }
        catch (Exception exception) when (exception is BackupException or IOException or UnauthorizedAccessException
            || exception is GraphStoreException { Failure: not GraphFailure.Unavailable })
        {
            LogFailed(log, exception, asked.BackupId);
            return new RestorePartCompleted(asked.BackupId, asked.RestoreId, parts.Service, asked.Apply, exception is BackupException ? exception.Message : "The store refused.", 0);
        }
    }

    [LoggerMessage(LogLevel.Error, "The part of backup {Backup} could not be restored")]
    private static partial void LogFailed(ILogger logger, Exception exception, Guid backup);
}
