using System.Security.Cryptography;
using Npgsql;
using Platform.ServiceDefaults;

namespace Platform.Identity.Audit;

/// <summary>Gives waiting entries their place in the tenant's chain, in batches; each batch is one transaction.</summary>
internal sealed class AuditChain(NpgsqlDataSource source, AuditSeal seal, TimeProvider clock)
{
    public const int BatchSize = 1000;

    private const string Lock = "SELECT pg_advisory_xact_lock(hashtextextended($1, 7160242))";

    private const string Waiting = """
        SELECT id, at, last_at, count, action, resource, outcome, actor_id, address, details::text FROM audit_log
        WHERE tenant_id = $1 AND seq IS NULL AND (outcome <> 'refused' OR at < $2) ORDER BY at, id LIMIT 1000 FOR UPDATE
        """;

    private const string Place = """
        UPDATE audit_log a SET seq = p.seq, salt = p.salt, commitment = p.commitment, hash = p.hash
        FROM unnest($1::uuid[], $2::timestamptz[], $3::bigint[], $4::bytea[], $5::bytea[], $6::bytea[]) AS p(id, at, seq, salt, commitment, hash)
        WHERE a.at = p.at AND a.id = p.id
        """;

    private const string Head = """
        INSERT INTO audit_heads (tenant_id, seq, hash, at, signature) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, at = excluded.at, signature = excluded.signature
        """;

    /// <summary>Refusals are taken once their minute is over and no further one can join them.</summary>
    internal static readonly TimeSpan RefusalsRest = TimeSpan.FromSeconds(65);

    /// <summary>Appends what waits; the number of entries that found their place.</summary>
    public async Task<int> AppendAsync(Guid tenantId, CancellationToken ct)
    {
        await using var session = await TenantSession.OpenAsync(source, tenantId, ct);
        await ExecuteAsync(session, Lock, ct, tenantId.ToString());
        var head = await HeadAsync(session, ct) ?? ChainHead.None;
        if (head != ChainHead.None && !seal.IsValid(tenantId, head))
        {
            throw new InvalidOperationException($"The head of the audit chain of tenant {tenantId} is not signed by this service; nothing is added to it.");
        }

        var waiting = await ReadAsync(session, clock.GetUtcNow() - RefusalsRest, ct);
        if (waiting.Count == 0)
        {
            return 0;
        }

        var (ids, ats, seqs, salts, commitments, hashes) = (new Guid[waiting.Count], new DateTime[waiting.Count], new long[waiting.Count], new byte[waiting.Count][], new byte[waiting.Count][], new byte[waiting.Count][]);
        var (seq, hash) = (head.Seq, head.Hash);
        for (var i = 0; i < waiting.Count; i++)
        {
            var entry = waiting[i];
            var salt = RandomNumberGenerator.GetBytes(AuditHash.Size);
            var commitment = AuditHash.Commit(salt, entry);
            hash = AuditHash.Next(hash, ++seq, entry, commitment);
            (ids[i], ats[i], seqs[i], salts[i], commitments[i], hashes[i]) = (entry.Id, entry.At.UtcDateTime, seq, salt, commitment, hash);
        }

        await ExecuteAsync(session, Place, ct, ids, ats, seqs, salts, commitments, hashes);
        await ExecuteAsync(session, Head, ct, tenantId, seq, hash, clock.GetUtcNow(), seal.Sign(tenantId, seq, hash));
        await session.CommitAsync(ct);
        return waiting.Count;
    }

    internal static async Task<ChainHead?> HeadAsync(TenantSession session, CancellationToken ct)
    {
        await using var command = session.Command("SELECT seq, hash, signature FROM audit_heads WHERE tenant_id = $1");
        command.Parameters.Add(new() { Value = session.TenantId });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? new ChainHead(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), reader.GetFieldValue<byte[]>(2)) : null;
    }

    private static async Task<List<AuditEntry>> ReadAsync(TenantSession session, DateTimeOffset refusalsBefore, CancellationToken ct)
    {
        await using var command = session.Command(Waiting);
        command.Parameters.Add(new() { Value = session.TenantId });
        command.Parameters.Add(new() { Value = refusalsBefore });
        var entries = new List<AuditEntry>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            entries.Add(new AuditEntry
            {
                TenantId = session.TenantId,
                Id = reader.GetGuid(0),
                At = reader.GetFieldValue<DateTimeOffset>(1),
                LastAt = reader.IsDBNull(2) ? null : reader.GetFieldValue<DateTimeOffset>(2),
                Count = reader.GetInt32(3),
                Action = reader.GetString(4),
                Resource = reader.GetString(5),
                Outcome = reader.GetString(6),
                ActorId = reader.IsDBNull(7) ? null : reader.GetString(7),
                Address = reader.IsDBNull(8) ? null : reader.GetString(8),
                Details = reader.IsDBNull(9) ? null : reader.GetString(9),
            });
        }

        return entries;
    }

    internal static async Task<int> ExecuteAsync(TenantSession session, string sql, CancellationToken ct, params object[] values)
    {
        await using var command = session.Command(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteNonQueryAsync(ct);
    }
}
