using Npgsql;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Objects;

namespace Platform.ThreatIntel.Imports;

/// <summary>Writes the batches of one import, each in a transaction with its progress.</summary>
internal sealed class ImportBatchWriter(NpgsqlDataSource source, ObjectWriter objects, ImportProgress progress, Import import, DateTimeOffset? tellFrom)
{
    private readonly SeenIds _seen = new();
    private volatile bool _isStoring;

    /// <summary>Whether most of the last batch was new, so that most of the next one probably is.</summary>
    public bool IsStoring => _isStoring;

    /// <summary>
    /// Writes a batch; false when the import has been cancelled. What the database will not take is looked for by
    /// halves and refused alone; everything else goes in.
    /// </summary>
    public async Task<bool> WriteAsync(ImportBatch batch, CancellationToken ct) => await WriteAsync(batch.Objects, batch.Faults, batch.End, ct);

    private async Task<bool> WriteAsync(List<IncomingObject> items, List<ImportFault> faults, long end, CancellationToken ct)
    {
        try
        {
            return await CommitAsync(items, faults, end, ct);
        }
        catch (PostgresException exception) when (items.Count > 0 && IsAboutData(exception))
        {
            if (items.Count == 1)
            {
                var refused = new ImportFault(items[0].Index, items[0].StixId, PathOf(items[0]), "The object holds something that cannot be stored.");
                return await CommitAsync([], [.. faults, refused], end, ct);
            }

            var half = items.Count / 2;
            var middle = items[half].Index;
            return await WriteAsync(items[..half], faults.FindAll(fault => fault.Index < middle), middle, ct)
                && await WriteAsync(items[half..], faults.FindAll(fault => fault.Index >= middle), end, ct);
        }
    }

    private async Task<bool> CommitAsync(List<IncomingObject> items, List<ImportFault> faults, long end, CancellationToken ct)
    {
        await using var session = await TenantSession.OpenAsync(source, import.TenantId, ct);
        var writer = new Writer(import.Clearance, import.Actor, import.Id) { SeenBefore = _seen.Contains, TellFrom = tellFrom };
        var report = await objects.WriteAsync(session, items, writer, ct);
        var step = new ImportStep(end, faults);
        for (var i = 0; i < items.Count; i++)
        {
            step.Add(report.Outcomes[i], items[i], PathOf(items[i]));
        }

        if (!await progress.SaveAsync(session, step, ct))
        {
            return false;
        }

        await session.CommitAsync(ct);
        progress.Committed(step);
        _isStoring = step.Created + step.Updated > items.Count / 2;
        foreach (var item in items)
        {
            _seen.Add(item.StixId);
        }

        return true;
    }

    /// <summary>Data exceptions (class 22) and program limits such as too long an index entry (class 54).</summary>
    private static bool IsAboutData(PostgresException exception) =>
        exception.SqlState.StartsWith("22", StringComparison.Ordinal) || exception.SqlState.StartsWith("54", StringComparison.Ordinal);

    private static string PathOf(IncomingObject item) => $"$.objects[{item.Index}]";
}

/// <summary>The ids an import has met, as far as a bounded memory reaches.</summary>
internal sealed class SeenIds
{
    private const int Most = 1_000_000;
    private readonly HashSet<(Guid Uuid, int Type)> _ids = [];

    public void Add(string id)
    {
        if (_ids.Count < Most)
        {
            _ids.Add(KeyOf(id));
        }
    }

    public bool Contains(string id) => _ids.Contains(KeyOf(id));

    private static (Guid Uuid, int Type) KeyOf(string id) => (Guid.Parse(id.AsSpan(id.Length - 36)), string.GetHashCode(id.AsSpan(0, id.Length - 36)));
}
