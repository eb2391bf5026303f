using System.Security.Cryptography;
using Npgsql;
using Platform.ServiceDefaults;

namespace Platform.Identity.Audit;

/// <summary>The outcome of checking a tenant's chain.</summary>
/// <param name="Valid">Whether nothing was changed, added, removed or reordered since it was written.</param>
/// <param name="Entries">How many entries were checked.</param>
/// <param name="FromSeq">The first place that was checked; what came before was removed by retention, up to a signed checkpoint.</param>
/// <param name="ToSeq">The last place.</param>
/// <param name="Head">The hash at the last place, hexadecimal.</param>
/// <param name="Waiting">Entries that have no place yet though they are due one.</param>
/// <param name="Counting">Refusals of the last minute: repeated ones still join them, so they get their place when it is over.</param>
/// <param name="Erased">Entries whose personal part was erased.</param>
/// <param name="Fault">What is wrong, where something is.</param>
/// <param name="FaultAt">At which place.</param>
internal sealed record AuditVerification(
    bool Valid, long Entries, long FromSeq, long ToSeq, string Head, long Waiting, long Counting, long Erased, string? Fault = null, long? FaultAt = null);

/// <summary>Computes a tenant's whole chain again and compares it with what is stored and with its signed head.</summary>
internal sealed class VerifyAudit(NpgsqlDataSource source, AuditSeal seal, TimeProvider clock)
{
    private const string Checkpoint = "SELECT seq, hash, signature FROM audit_checkpoints WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1";

    /// <summary>What waits, and what claims a place after the end; one statement sees one picture of the database.</summary>
    private const string Rest = """
        SELECT count(*) FILTER (WHERE seq IS NULL AND (outcome <> 'refused' OR at < $3)), count(*) FILTER (WHERE seq IS NULL AND outcome = 'refused' AND at >= $3),
            count(*) FILTER (WHERE seq > coalesce((SELECT seq FROM audit_heads WHERE tenant_id = $1), 0))
        FROM audit_log WHERE tenant_id = $1 AND (seq IS NULL OR seq > $2)
        """;

    private const string Chained = """
        SELECT seq, at, last_at, count, action, resource, outcome, actor_id, address, details::text, salt, commitment, hash, erased_at IS NOT NULL
        FROM audit_log WHERE tenant_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq
        """;

    public async Task<AuditVerification> RunAsync(Guid tenantId, CancellationToken ct)
    {
        await using var session = await TenantSession.OpenAsync(source, tenantId, ct);
        var head = await AuditChain.HeadAsync(session, ct) ?? ChainHead.None;
        var start = await CheckpointAsync(session, ct) ?? ChainHead.None;
        var state = new State(start.Seq, start.Hash);
        if ((head != ChainHead.None && !seal.IsValid(tenantId, head)) || (start != ChainHead.None && !seal.IsValid(tenantId, start)))
        {
            state.Fault ??= ("the head or a checkpoint is not signed by this service", head.Seq);
        }

        await ReadAsync(session, state, head.Seq, ct);
        if (state.Fault is null && (state.Seq != head.Seq || !state.Hash.AsSpan().SequenceEqual(head.Hash)))
        {
            state.Fault = (state.Seq < head.Seq ? "entries are missing at the end" : "the chain does not end in its signed head", state.Seq);
        }

        var (waiting, counting, beyond) = await RestAsync(session, head.Seq, ct);
        if (beyond > 0)
        {
            state.Fault ??= ("entries claim places after the signed head", head.Seq + 1);
        }

        return new AuditVerification(
            state.Fault is null, state.Entries, start.Seq + 1, state.Seq, Convert.ToHexStringLower(state.Hash), waiting, counting, state.Erased, state.Fault?.Text, state.Fault?.Seq);
    }

    private static async Task ReadAsync(TenantSession session, State state, long until, CancellationToken ct)
    {
        await using var command = session.Command(Chained);
        command.Parameters.Add(new() { Value = session.TenantId });
        command.Parameters.Add(new() { Value = state.Seq });
        command.Parameters.Add(new() { Value = until });
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (state.Fault is null && await reader.ReadAsync(ct))
        {
            Check(reader, session.TenantId, state);
        }
    }

    private static void Check(NpgsqlDataReader reader, Guid tenantId, State state)
    {
        var seq = reader.GetInt64(0);
        if (seq != state.Seq + 1)
        {
            state.Fault = ("entries are missing", state.Seq + 1);
            return;
        }

        var entry = new AuditEntry
        {
            TenantId = tenantId,
            At = reader.GetFieldValue<DateTimeOffset>(1),
            LastAt = reader.IsDBNull(2) ? null : reader.GetFieldValue<DateTimeOffset>(2),
            Count = reader.GetInt32(3),
            Action = reader.GetString(4),
            Resource = reader.GetString(5),
            Outcome = reader.GetString(6),
            ActorId = reader.IsDBNull(7) ? null : reader.GetString(7),
            Address = reader.IsDBNull(8) ? null : reader.GetString(8),
            Details = reader.IsDBNull(9) ? null : reader.GetString(9),
        };
        var commitment = reader.IsDBNull(11) ? [] : reader.GetFieldValue<byte[]>(11);
        var isErased = reader.GetBoolean(13);
        var salt = reader.IsDBNull(10) ? [] : reader.GetFieldValue<byte[]>(10);
        if (!isErased && !CryptographicOperations.FixedTimeEquals(AuditHash.Commit(salt, entry), commitment))
        {
            state.Fault = ("the personal part was changed", seq);
            return;
        }

        var hash = AuditHash.Next(state.Hash, seq, entry, commitment);
        if (reader.IsDBNull(12) || !hash.AsSpan().SequenceEqual(reader.GetFieldValue<byte[]>(12)))
        {
            state.Fault = ("the entry was changed", seq);
            return;
        }

        state.Seq = seq;
        state.Hash = hash;
        state.Entries++;
        state.Erased += isErased ? 1 : 0;
    }

    private async Task<(long Waiting, long Counting, long Beyond)> RestAsync(TenantSession session, long seq, CancellationToken ct)
    {
        await using var command = session.Command(Rest);
        command.Parameters.Add(new() { Value = session.TenantId });
        command.Parameters.Add(new() { Value = seq });
        command.Parameters.Add(new() { Value = clock.GetUtcNow() - AuditChain.RefusalsRest });
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    private static async Task<ChainHead?> CheckpointAsync(TenantSession session, CancellationToken ct)
    {
        await using var command = session.Command(Checkpoint);
        command.Parameters.Add(new() { Value = session.TenantId });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? new ChainHead(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), reader.GetFieldValue<byte[]>(2)) : null;
    }

    private sealed class State(long seq, byte[] hash)
    {
        public long Seq { get; set; } = seq;

        public byte[] Hash { get; set; } = hash;

        public long Entries { get; set; }

        public long Erased { get; set; }

        public (string Text, long Seq)? Fault { get; set; }
    }
}
