using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;
using Stix.Bundles;

namespace Platform.ThreatIntel.Imports;

/// <summary>
/// Carries out one import: counts and collects markings in a first pass, writes in a second one, batch by batch. Each
/// batch commits together with the place behind it, so that an import which was cut off goes on from there.
/// </summary>
internal sealed partial class ImportRunner(
    NpgsqlDataSource source, IServiceScopeFactory scopes, ImportSpool spool, TimeProvider clock, IOptions<ThreatIntelOptions> options, ILogger<ImportRunner> log)
{
    private const int MaxBatchBytes = 3 * 1024 * 1024;

    private static readonly ActivitySource Source = new("Platform.ThreatIntel.Imports");

    /// <summary>Runs the import to its end; false when another instance has it.</summary>
    public async Task<bool> RunAsync(Guid tenantId, Guid importId, CancellationToken ct)
    {
        await using var guard = await source.OpenConnectionAsync(ct);
        await using (var take = new NpgsqlCommand("SELECT pg_try_advisory_lock(hashtextextended($1, 7160302))", guard))
        {
            take.Parameters.Add(new() { Value = importId.ToString("N") });
            if (await take.ExecuteScalarAsync(ct) is not true)
            {
                return false;
            }
        }

        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallContext>().Enter(Caller.ForService(tenantId, "threatintel"));
        var db = scope.ServiceProvider.GetRequiredService<ThreatIntelDb>();
        var import = await db.Imports.AsNoTracking().SingleOrDefaultAsync(row => row.Id == importId, ct);
        if (import is null)
        {
            spool.DeleteUnknown(tenantId, importId, clock.GetUtcNow().UtcDateTime.AddHours(-1));
            return true;
        }

        if (import.IsOver || !spool.Exists(tenantId, importId))
        {
            spool.Delete(tenantId, importId);
            return true;
        }

        using var activity = Source.StartActivity("import", ActivityKind.Internal, import.TraceParent);
        activity?.SetTag("import.id", importId);
        try
        {
            await ImportAsync(scope.ServiceProvider, import, ct);
        }
        catch (Exception exception)
        {
            activity.Fail(exception);
            throw;
        }

        spool.Delete(tenantId, importId);
        return true;
    }

    private async Task ImportAsync(IServiceProvider services, Import import, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        var progress = new ImportProgress(source, import, clock);
        try
        {
            var markings = await StoredMarkings.ReadAsync(services.GetRequiredService<ThreatIntelDb>(), ct);
            if (!await progress.StartAsync(await CountAsync(import, markings, ct), ct))
            {
                return;
            }

            var tellFrom = TellFrom(import);
            var writer = new ImportBatchWriter(source, services.GetRequiredService<ObjectWriter>(), progress, import, tellFrom);
            var fatal = await WriteAsync(import, markings, writer, ct);
            await progress.FinishAsync(fatal, ct, tellFrom);
        }
        catch (NotABundleException exception)
        {
            await progress.FinishAsync(exception.Message, ct);
        }

        LogOver(log, import.Id, import.Processed, import.Failed, clock.GetElapsedTime(started).TotalMilliseconds);
    }

    private DateTimeOffset? TellFrom(Import import) =>
        import.Total > options.Value.ImportBatchSize && import.Processed == 0 ? clock.GetUtcNow() + options.Value.ImportHeadStart : null;

    /// <summary>The number of entries, and the markings that the bundle itself defines.</summary>
    private async Task<long> CountAsync(Import import, MarkingLevels markings, CancellationToken ct)
    {
        await using var file = spool.OpenRead(import.TenantId, import.Id);
        using var reader = new BundleReader(file, new BundleReaderOptions { OnlyHeadsOf = Stix.StixTypes.MarkingDefinition });
        long total = 0;
        while (await reader.ReadAsync(ct))
        {
            total++;
            if (reader.Current.Head is { Type: Stix.StixTypes.MarkingDefinition, Id: { } id })
            {
                StoredMarkings.Add(markings, id, reader.Current.Raw);
            }
        }

        return total;
    }

    /// <summary>Reads and prepares ahead of the writing, by one batch. Gives the fault that ended the reading early, if one did.</summary>
    private async Task<string?> WriteAsync(Import import, MarkingLevels markings, ImportBatchWriter writer, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var batches = Channel.CreateBounded<ImportBatch>(1);
        var reading = Task.Run(() => ReadAsync(import, markings, writer, batches.Writer, stop.Token), stop.Token);
        try
        {
            await foreach (var batch in batches.Reader.ReadAllAsync(ct))
            {
                if (!await writer.WriteAsync(batch, ct))
                {
                    return null; // cancelled meanwhile
                }
            }

            return await reading;
        }
        finally
        {
            await stop.CancelAsync();
            await reading.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private async Task<string?> ReadAsync(
        Import import, MarkingLevels markings, ImportBatchWriter writer, ChannelWriter<ImportBatch> batches, CancellationToken ct)
    {
        try
        {
            await using var file = spool.OpenRead(import.TenantId, import.Id);
            using var reader = new BundleReader(file);
            var batch = new ImportBatch(import.Processed);
            string? fatal = null;
            while (await reader.ReadAsync(ct))
            {
                if (reader.Current.Index < import.Processed)
                {
                    continue; // committed before an interruption
                }

                batch.Add(reader.Current, markings);
                fatal = reader.Current.Fault is { IsFatal: true } fault ? fault.Message : null;
                if (batch.Count >= options.Value.ImportBatchSize || batch.Bytes >= MaxBatchBytes)
                {
                    if (writer.IsStoring)
                    {
                        batch.Prepare(ct);
                    }

                    // One batch ahead and not two: each takes several times its bytes.
                    await batches.WriteAsync(batch, ct);
                    await batches.WaitToWriteAsync(ct);
                    batch = new ImportBatch(reader.Current.Index + 1);
                }
            }

            if (batch.Count > 0)
            {
                await batches.WriteAsync(batch, ct);
            }

            batches.Complete();
            return fatal;
        }
        catch (Exception exception)
        {
            batches.TryComplete(exception);
            throw;
        }
    }

    [LoggerMessage(LogLevel.Information, "Import {Import} is over: {Processed} objects, {Failed} refused, in {Milliseconds:0} ms")]
    private static partial void LogOver(ILogger logger, Guid import, long processed, long failed, double milliseconds);
}
