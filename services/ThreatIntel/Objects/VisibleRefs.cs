using Npgsql;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.ThreatIntel.Objects;

/// <summary>An object on its way out: its bytes, and the clearance with which this version was stated.</summary>
internal readonly record struct StatedObject(byte[] Raw, TlpLevel StatedAt);

/// <summary>
/// Leaves out of objects the references that lead to what the reader does not see. What a version names that its own
/// writer could not see stays in it: to them an object that is hidden and one that was never stored look alike, and so
/// nobody learns by a reference of their own whether something exists.
/// </summary>
internal sealed class VisibleRefs(NpgsqlDataSource source, CallContext call)
{
    // One step down the primary key for each id: the least level under which it is stored.
    private const string Hidden = """
        SELECT wanted.id, o.least FROM unnest($1) AS wanted(id)
        CROSS JOIN LATERAL (SELECT min(tlp) AS least FROM objects WHERE stix_id = wanted.id) o WHERE o.least > $2
        """;

    /// <summary>One object; null when nothing of it is left.</summary>
    public async ValueTask<byte[]?> ShowAsync(StatedObject item, CancellationToken ct) =>
        call.Clearance == TlpLevel.Red ? item.Raw : (await ShowAsync([item], ct))[0];

    /// <summary>The objects as the caller sees them, in their order; null for those of which nothing is left.</summary>
    public async ValueTask<IReadOnlyList<byte[]?>> ShowAsync(IReadOnlyList<StatedObject> items, CancellationToken ct)
    {
        var shown = new byte[]?[items.Count];
        var hidden = await HiddenAsync(items, ct);
        for (var i = 0; i < shown.Length; i++)
        {
            var (raw, statedAt) = items[i];
            shown[i] = hidden.Count == 0 ? raw : EmbeddedRefs.Without(raw, id => hidden.TryGetValue(id, out var least) && least <= statedAt);
        }

        return shown;
    }

    /// <summary>Which of these ids are stored and hidden from the caller, and from which level they are seen.</summary>
    public async Task<IReadOnlyDictionary<string, TlpLevel>> HiddenAsync(string[] ids, CancellationToken ct)
    {
        var hidden = new Dictionary<string, TlpLevel>();
        if (ids.Length == 0 || call.Clearance == TlpLevel.Red)
        {
            return hidden;
        }

        var statement = new NpgsqlBatchCommand(Hidden)
        {
            Parameters = { new NpgsqlParameter<string[]> { TypedValue = ids }, new NpgsqlParameter<short> { TypedValue = (short)call.Clearance } },
        };
        await using var read = await TenantRead.RunAsync(source, call.TenantId, statement, ct);
        while (await read.Rows.ReadAsync(ct))
        {
            hidden[read.Rows.GetString(0)] = (TlpLevel)read.Rows.GetInt16(1);
        }

        return hidden;
    }

    private async Task<IReadOnlyDictionary<string, TlpLevel>> HiddenAsync(IReadOnlyList<StatedObject> items, CancellationToken ct)
    {
        var ids = new HashSet<string>();
        if (call.Clearance < TlpLevel.Red)
        {
            foreach (var item in items)
            {
                EmbeddedRefs.Collect(item.Raw, ids);
            }
        }

        return await HiddenAsync([.. ids], ct);
    }
}
