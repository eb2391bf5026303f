using System.Globalization;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Platform.TestSupport;

namespace Platform.Benchmarks.SeedStack;

/// <summary>The same indicators for both stacks: one domain name each.</summary>
internal sealed class IndicatorSet(int count)
{
    private static readonly string[] Severities = ["low", "medium", "high", "critical"];
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public int Count => count;

    public static string ValueOf(int index) => string.Create(CultureInfo.InvariantCulture, $"c2-{index:x6}.example.org");

    public byte[] ToBundle() => SmallBundle.Bundle(Enumerable.Range(0, count).Select(i => new Dictionary<string, object?>
    {
        ["type"] = "indicator",
        ["spec_version"] = "2.1",
        ["id"] = IdOf(i),
        ["created"] = Stamp(i),
        ["modified"] = Stamp(i),
        ["name"] = $"Beacon {i}",
        ["pattern"] = PatternOf(i),
        ["pattern_type"] = "stix",
        ["valid_from"] = Stamp(i),
        ["confidence"] = i % 100,
        ["labels"] = new[] { "malicious-activity", "c2" },
        ["x_severity"] = Severities[i % Severities.Length],
    }));

    /// <summary>The table that the peer reads, with the indexes that its two queries want.</summary>
    public async Task StoreAsync(string database, Guid tenant, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var create = source.CreateCommand("""
            CREATE TABLE indicators (tenant_id text NOT NULL, id text NOT NULL, name text NOT NULL, pattern text NOT NULL, indicator_type text, value text,
                severity text, confidence int, labels text[] NOT NULL, valid_from timestamptz NOT NULL, created timestamptz NOT NULL, modified timestamptz NOT NULL,
                PRIMARY KEY (tenant_id, id));
            CREATE INDEX ON indicators (tenant_id, modified DESC, id);
            CREATE INDEX ON indicators (tenant_id, value);
            """);
        await create.ExecuteNonQueryAsync(ct);
        await using (var connection = await source.OpenConnectionAsync(ct))
        await using (var copy = await connection.BeginBinaryImportAsync(
            "COPY indicators (tenant_id, id, name, pattern, indicator_type, value, severity, confidence, labels, valid_from, created, modified) FROM STDIN (FORMAT binary)", ct))
        {
            for (var i = 0; i < count; i++)
            {
                await copy.StartRowAsync(ct);
                foreach (var text in (string[])[tenant.ToString(), IdOf(i), $"Beacon {i}", PatternOf(i), "domain", ValueOf(i), Severities[i % Severities.Length]])
                {
                    await copy.WriteAsync(text, NpgsqlDbType.Text, ct);
                }

                await copy.WriteAsync(i % 100, NpgsqlDbType.Integer, ct);
                await copy.WriteAsync((string[])["malicious-activity", "c2"], NpgsqlDbType.Array | NpgsqlDbType.Text, ct);
                for (var column = 0; column < 3; column++)
                {
                    await copy.WriteAsync(Start.AddSeconds(i).UtcDateTime, NpgsqlDbType.TimestampTz, ct);
                }
            }

            await copy.CompleteAsync(ct);
        }

        await using var analyze = source.CreateCommand("ANALYZE indicators");
        await analyze.ExecuteNonQueryAsync(ct);
    }

    /// <summary>A wrk script that looks up ten values a request: half of them known.</summary>
    public async Task<string> WriteLookupScriptAsync(string folder, CancellationToken ct)
    {
        var bodies = Enumerable.Range(0, 200).Select(b => JsonSerializer.Serialize(new
        {
            values = Enumerable.Range(0, 10).Select(v => v % 2 == 0 ? ValueOf(((b * 7919) + (v * 104_729)) % count) : $"unknown-{b}-{v}.example.net"),
        }));
        var script = Path.Combine(folder, "lookup.lua");
        await File.WriteAllTextAsync(script, $$"""
            local bodies = { {{string.Join(",\n", bodies.Select(b => $"'{b}'"))}} }
            local at = 0
            wrk.method = "POST"
            wrk.headers["Content-Type"] = "application/json"
            request = function()
              at = at % #bodies + 1
              return wrk.format(nil, nil, nil, bodies[at])
            end

            """, ct);
        return script;
    }

    private static string IdOf(int index) => string.Create(CultureInfo.InvariantCulture, $"indicator--00000000-0000-4000-8000-{index:x12}");

    private static string PatternOf(int index) => $"[domain-name:value = '{ValueOf(index)}']";

    private static string Stamp(int index) => Start.AddSeconds(index).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}
