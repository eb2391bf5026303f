using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Platform.Contracts;
using Platform.Contracts.Tenancy;

namespace Platform.ServiceDefaults.Backups;

/// <summary>Exports the service's database when a backup is asked for, and says how it went.</summary>
internal sealed partial class BackupRequestedConsumer(BackupParts parts, StoreExport export, BackupAnswers answers, ILogger<BackupRequestedConsumer> log)
    : IConsumer<Batch<BackupRequested>>
{
    public async Task Consume(ConsumeContext<Batch<BackupRequested>> context)
    {
        var ct = context.CancellationToken;
        foreach (var message in Envelopes.Read(context))
        {
            var (id, path) = (message.Event.BackupId, message.Event.Path);
            try
            {
                var part = await parts.WriteAsync(id, path, await export.SchemaAsync(ct), export.WriteAsync, ct);
                await answers.SayAsync(new BackupPartCompleted(id, parts.Service, null, part.Rows, part.Bytes, part.Sha256), ct);
            }
            catch (Exception exception) when (BackupAnswers.IsFinal(exception))
            {
                LogFailed(log, exception, id);
                await answers.SayAsync(new BackupPartCompleted(id, parts.Service, BackupAnswers.Words(exception), 0, 0, null), ct);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "The part of backup {Backup} could not be written")]
    private static partial void LogFailed(ILogger logger, Exception exception, Guid backup);
}

/// <summary>Checks the service's part of a backup, or restores it, and says how it went.</summary>
internal sealed partial class RestoreRequestedConsumer(
    BackupParts parts, StoreExport export, StoreRestore restore, BackupAnswers answers, ILogger<RestoreRequestedConsumer> log)
    : IConsumer<Batch<RestoreRequested>>
{
    private const string Name = "restore-requested";

    public async Task Consume(ConsumeContext<Batch<RestoreRequested>> context)
    {
        foreach (var message in Envelopes.Read(context))
        {
            await RunAsync(message, context.CancellationToken);
        }
    }

    private async Task RunAsync(Received<RestoreRequested> message, CancellationToken ct)
    {
        var asked = message.Event;
        try
        {
            if (asked.Apply && await restore.IsDoneAsync(message.MessageId, Name, ct))
            {
                return;
            }

            // Also before it is applied: nothing is changed by a part that cannot be read to its end.
            var schema = await export.SchemaAsync(ct);
            var rows = await parts.VerifyAsync(asked.BackupId, asked.Path, schema, asked.Hashes.GetValueOrDefault(parts.Service), ct);
            if (asked.Apply)
            {
                await restore.RunAsync(line => parts.ReadAsync(asked.BackupId, asked.Path, schema, line, ct), message.MessageId, Name, Done, ct);
            }
            else
            {
                await answers.SayAsync(Done(rows), ct);
            }
        }
        catch (Exception exception) when (BackupAnswers.IsFinal(exception))
        {
            LogFailed(log, exception, asked.BackupId);
            await answers.SayAsync(
                new RestorePartCompleted(asked.BackupId, asked.RestoreId, parts.Service, asked.Apply, BackupAnswers.Words(exception), 0), ct);
        }

        RestorePartCompleted Done(long rows) => new(asked.BackupId, asked.RestoreId, parts.Service, asked.Apply, null, rows);
    }

    [LoggerMessage(LogLevel.Error, "The part of backup {Backup} could not be restored; the store is as it was")]
    private static partial void LogFailed(ILogger logger, Exception exception, Guid backup);
}

/// <summary>Deletes the service's part of a backup that is not wanted any more.</summary>
public sealed class BackupRemovedConsumer(BackupParts parts) : IConsumer<Batch<BackupRemoved>>
{
    public Task Consume(ConsumeContext<Batch<BackupRemoved>> context)
    {
        foreach (var message in Envelopes.Read(context))
        {
            parts.Delete(message.Event.Path);
        }

        return Task.CompletedTask;
    }
}

/// <summary>Says by the outbox how it went.</summary>
internal sealed class BackupAnswers(IServiceScopeFactory scopes, BackupParts parts)
{
    public async Task SayAsync(IIntegrationEvent answer, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallContext>().Enter(Caller.ForService(WellKnown.DefaultTenantId, parts.Service));
        var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
        db.Publish(answer);
        await db.SaveChangesAsync(ct);
    }

    /// <summary>A store that is away for a moment is tried again by the broker; anything else is said.</summary>
    public static bool IsFinal(Exception exception) => exception is BackupException or IOException or UnauthorizedAccessException or PostgresException
        || exception is NpgsqlException { IsTransient: false };

    public static string Words(Exception exception) => exception is BackupException
        ? exception.Message
        : exception is PostgresException ? "The database refused." : "The disk refused.";
}
