using Npgsql;
using NpgsqlTypes;
using Platform.Contracts.ThreatIntel;
using Platform.ServiceDefaults;

namespace Platform.ThreatIntel.Imports;

/// <summary>Keeps the row of an import. Every change asks for the row to be running still: a cancelled one stays cancelled.</summary>
internal sealed class ImportProgress(NpgsqlDataSource source, Import import, TimeProvider clock)
{
    /// <summary>Errors kept of one import; further ones are only counted.</summary>
    public const int MaxErrors = 1_000;

    private const string Start = """
        UPDATE imports SET status = 'Running', total = $2, started_at = coalesce(started_at, $3) WHERE id = $1 AND status IN ('Queued', 'Running')
        """;

    private const string Save = """
        UPDATE imports SET processed = $2, created = created + $3, updated = updated + $4, unchanged = unchanged + $5, failed = failed + $6
        WHERE id = $1 AND status = 'Running'
        """;

    private const string Finish = """
        UPDATE imports SET status = $2, message = $3, finished_at = $4, started_at = coalesce(started_at, $4) WHERE id = $1 AND status IN ('Queued', 'Running')
        """;

    private const string Errors = """
        INSERT INTO import_errors (tenant_id, import_id, index, stix_id, path, message)
        SELECT $1, $2, e.index, e.stix_id, e.path, e.message FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[]) AS e(index, stix_id, path, message)
        ON CONFLICT DO NOTHING
        """;

    /// <summary>Notes that work begins; false when the import has been cancelled.</summary>
    public async Task<bool> StartAsync(long total, CancellationToken ct)
    {
        import.Total = total;
        await using var session = await TenantSession.OpenAsync(source, import.TenantId, ct);
        await using var command = session.Command(Start);
        command.Parameters.Add(new() { Value = import.Id });
        command.Parameters.Add(new() { Value = total });
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        var isOn = await command.ExecuteNonQueryAsync(ct) == 1;
        await session.CommitAsync(ct);
        return isOn;
    }

    /// <summary>Adds a step inside the transaction that does its work; false when the import has been cancelled.</summary>
    public async Task<bool> SaveAsync(TenantSession session, ImportStep step, CancellationToken ct)
    {
        await using (var command = session.Command(Save))
        {
            command.Parameters.Add(new() { Value = import.Id });
            command.Parameters.Add(new() { Value = step.End });
            command.Parameters.Add(new() { Value = step.Created });
            command.Parameters.Add(new() { Value = step.Updated });
            command.Parameters.Add(new() { Value = step.Unchanged });
            command.Parameters.Add(new() { Value = (long)step.Faults.Count });
            if (await command.ExecuteNonQueryAsync(ct) != 1)
            {
                return false;
            }
        }

        await SaveErrorsAsync(session, step.Faults, ct);
        if (step.HasChanges)
        {
            var progressed = new ImportProgressed(import.Id, import.Total, step.End, import.Failed + step.Faults.Count);
            await OutboxWriter.WriteAsync(session, [progressed], import.Actor, null, clock.GetUtcNow(), ct);
        }

        return true;
    }

    /// <summary>Takes over what a committed step did.</summary>
    public void Committed(ImportStep step)
    {
        import.Processed = step.End;
        import.Created += step.Created;
        import.Updated += step.Updated;
        import.Unchanged += step.Unchanged;
        import.Failed += step.Faults.Count;
    }

    /// <summary>
    /// Ends the import: completed, or failed when the bundle could not be read to its end. What was to be told from
    /// <paramref name="tellFrom"/> on is told now.
    /// </summary>
    public async Task FinishAsync(string? failure, CancellationToken ct, DateTimeOffset? tellFrom = null)
    {
        var status = failure is null ? ImportStatus.Completed : ImportStatus.Failed;
        await using var session = await TenantSession.OpenAsync(source, import.TenantId, ct);
        await using var command = session.Command(Finish);
        command.Parameters.Add(new() { Value = import.Id });
        command.Parameters.Add(new() { Value = status.ToString() });
        command.Parameters.Add(new() { Value = (object?)failure ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        if (await command.ExecuteNonQueryAsync(ct) == 1 && import.Created + import.Updated > 0)
        {
            var completed = new ImportCompleted(
                import.Id, status.ToString().ToLowerInvariant(), import.Total, import.Created, import.Updated, import.Unchanged, import.Failed);
            await OutboxWriter.WriteAsync(session, [completed], import.Actor, null, clock.GetUtcNow(), ct);
        }

        if (tellFrom is { } due && due > clock.GetUtcNow())
        {
            await OutboxWriter.SendNowAsync(session, due, ct);
        }

        await session.CommitAsync(ct);
    }

    private async Task SaveErrorsAsync(TenantSession session, List<ImportFault> faults, CancellationToken ct)
    {
        var room = (int)Math.Max(0, MaxErrors - import.Failed);
        var kept = faults.Take(room).ToList();
        if (kept.Count == 0)
        {
            return;
        }

        await using var command = session.Command(Errors);
        command.Parameters.Add(new() { Value = import.TenantId });
        command.Parameters.Add(new() { Value = import.Id });
        command.Parameters.Add(new() { Value = kept.Select(fault => fault.Index).ToArray() });
        command.Parameters.Add(new() { Value = kept.Select(fault => fault.StixId).ToArray() });
        command.Parameters.Add(new() { Value = kept.Select(fault => fault.Path).ToArray() });
        command.Parameters.Add(new() { Value = kept.Select(fault => fault.Message).ToArray() });
        await command.ExecuteNonQueryAsync(ct);
    }
}
