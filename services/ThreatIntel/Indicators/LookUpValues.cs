using System.Runtime.InteropServices;
using Npgsql;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Lifecycle;

namespace Platform.ThreatIntel.Indicators;

/// <summary>
/// What is known of many values: one statement whose plan the database keeps, without EF Core, because nothing is asked
/// for as often.
/// </summary>
internal sealed class LookUpValues(NpgsqlDataSource source, CallContext call, TimeProvider clock)
{
    // Key by key down the indexes, whatever the planner believes of the tenant's size; OFFSET 0 keeps the shape. Of the values
    // only the index is read: what a key stands for, the one who asks knows.
    internal const string Sql = $"""
        SELECT v.value_key, i.stix_id, i.name, i.indicator_type, i.severity, i.confidence, i.tlp, i.valid_from, i.valid_until, s.at
        FROM unnest($1) AS asked(key)
        CROSS JOIN LATERAL (SELECT value_key, stix_id, tlp FROM indicator_values WHERE value_key = asked.key AND tlp <= $2 OFFSET 0) v
        CROSS JOIN LATERAL (SELECT stix_id, name, indicator_type, severity, confidence, tlp, valid_from, valid_until FROM indicators
            WHERE stix_id = v.stix_id AND tlp = v.tlp AND shadowed_from > $2 AND NOT revoked OFFSET 0) i
        CROSS JOIN LATERAL (SELECT v.stix_id AS id) wanted
        CROSS JOIN LATERAL ({LastSightings.Latest}) s
        """;

    /// <summary>What is known of each value, in the order asked.</summary>
    public async Task<LookupResults> RunAsync(IReadOnlyList<string> asked, CancellationToken ct)
    {
        var candidates = new IReadOnlyList<Observable>[asked.Count];
        var keys = new Dictionary<Observable, Guid>(asked.Count);
        for (var i = 0; i < candidates.Length; i++)
        {
            candidates[i] = Observables.Recognise(asked[i]);
            foreach (var candidate in candidates[i])
            {
                ref var key = ref CollectionsMarshal.GetValueRefOrAddDefault(keys, candidate, out var isKnown);
                key = isKnown ? key : candidate.Key;
            }
        }

        var found = await FindAsync(keys, ct);
        var results = new LookupResult[candidates.Length];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = ResultOf(asked[i], candidates[i], keys, found);
        }

        return new LookupResults(results);
    }

    private async Task<Dictionary<Guid, List<LookupMatch>>> FindAsync(Dictionary<Observable, Guid> keys, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var asked = new Dictionary<Guid, Observable>(keys.Count);
        foreach (var (observable, key) in keys)
        {
            asked[key] = observable;
        }

        var found = new Dictionary<Guid, List<LookupMatch>>();
        var statement = new NpgsqlBatchCommand(Sql)
        {
            Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = [.. asked.Keys] }, new NpgsqlParameter<short> { TypedValue = (short)call.Clearance } },
        };
        await using var read = await TenantRead.RunAsync(source, call.TenantId, statement, ct);
        while (await read.Rows.ReadAsync(ct))
        {
            var key = read.Rows.GetGuid(0);
            ref var matches = ref CollectionsMarshal.GetValueRefOrAddDefault(found, key, out _);
            (matches ??= []).Add(MatchOf(asked[key], read.Rows, now));
        }

        return found;
    }

    private static LookupMatch MatchOf(Observable value, NpgsqlDataReader row, DateTimeOffset now)
    {
        var confidence = row.IsDBNull(5) ? default(int?) : row.GetInt32(5);
        var validUntil = Time(8);
        var worth = Decay.Confidence(
            confidence, Text(3), row.GetFieldValue<DateTimeOffset>(7), validUntil, Time(9), WarningLists.Find(value.Type, value.Value) is not null, now);
        return new LookupMatch(row.GetString(1), row.GetString(2), value.Type, Text(4), confidence, worth, (TlpLevel)row.GetInt16(6), validUntil);

        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
        DateTimeOffset? Time(int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
    }

    private static LookupResult ResultOf(
        string value, IReadOnlyList<Observable> candidates, Dictionary<Observable, Guid> keys, Dictionary<Guid, List<LookupMatch>> found)
    {
        foreach (var candidate in candidates)
        {
            if (found.TryGetValue(keys[candidate], out var matches))
            {
                matches.Sort(static (a, b) => string.CompareOrdinal(a.Id, b.Id));
                return new LookupResult(value, candidate.Value, candidate.Type, matches);
            }
        }

        return new LookupResult(value, candidates[0].Value, candidates[0].Type, []);
    }
}
