using Microsoft.EntityFrameworkCore.Migrations;

namespace Platform.ThreatIntel.Storage.Migrations;

/// <summary>
/// Keeps the rollups of the analytics current: after each statement, what it changed is added up once and merged into
/// the figures, in the same transaction. A figure that falls to nothing goes, so that erasing a tenant leaves none.
/// </summary>
internal static class RollupTriggers
{
    private const string Ends = "'threat-actor', 'intrusion-set', 'attack-pattern'";
    private const string Began = "coalesce(first_seen, created, modified)";

    private static readonly Rollup[] All =
    [
        new("objects", "tenant_id, tlp, shadowed_from, type, country, revoked, deprecated",
            "rollup_objects", ["tenant_id", "type", "country", "is_live", "tlp", "shadowed_from"], ["count"],
            """
            SELECT tenant_id, type, coalesce(country, '') AS country, NOT revoked AND NOT deprecated AS is_live, tlp, shadowed_from, sum(sign)::bigint AS count
            FROM changes WHERE type NOT IN ('relationship', 'sighting') GROUP BY 1, 2, 3, 4, 5, 6
            """),
        new("indicators", "tenant_id, tlp, shadowed_from, source, severity, revoked, confidence, valid_until",
            "rollup_indicators", ["tenant_id", "source", "severity", "is_live", "tlp", "shadowed_from"], ["count", "with_confidence", "confidence_sum", "with_end"],
            """
            SELECT tenant_id, left(coalesce(source, ''), 200) AS source, coalesce(severity, '') AS severity, NOT revoked AS is_live, tlp, shadowed_from,
                sum(sign)::bigint AS count, coalesce(sum(sign) FILTER (WHERE confidence IS NOT NULL), 0)::bigint AS with_confidence,
                coalesce(sum(sign * confidence), 0)::bigint AS confidence_sum, coalesce(sum(sign) FILTER (WHERE valid_until IS NOT NULL), 0)::bigint AS with_end
            FROM changes GROUP BY 1, 2, 3, 4, 5, 6
            """),
        new("indicators", "tenant_id, tlp, shadowed_from, recorded_at, indicator_type, severity, source",
            "rollup_arrivals", ["tenant_id", "span", "dimension", "bucket", "value", "tlp", "shadowed_from"], ["count"],
            """
            SELECT c.tenant_id, s.span, d.dimension, date_trunc(s.span, c.hour, 'UTC') AS bucket, d.value, c.tlp, c.shadowed_from, sum(c.sign)::bigint AS count
            FROM (
                SELECT tenant_id, tlp, shadowed_from, date_trunc('hour', recorded_at, 'UTC') AS hour, coalesce(indicator_type, '') AS indicator_type,
                    coalesce(severity, '') AS severity, left(coalesce(source, ''), 200) AS source, sum(sign) AS sign
                FROM changes GROUP BY 1, 2, 3, 4, 5, 6, 7) AS c
            CROSS JOIN (VALUES ('hour'), ('day')) AS s(span)
            CROSS JOIN LATERAL (VALUES ('all', ''), ('indicator_type', c.indicator_type), ('severity', c.severity), ('source', c.source)) AS d(dimension, value)
            GROUP BY 1, 2, 3, 4, 5, 6, 7
            """),
        new("campaigns", "tenant_id, tlp, shadowed_from, first_seen, last_seen, created, modified, revoked, deprecated",
            "rollup_campaigns", ["tenant_id", "edge", "day", "tlp", "shadowed_from"], ["count"],
            $"""
            SELECT tenant_id, edge, date_trunc('day', at, 'UTC') AS day, tlp, shadowed_from, sum(sign)::bigint AS count
            FROM changes CROSS JOIN LATERAL (VALUES ('first', {Began}), ('last', CASE WHEN last_seen IS NOT NULL THEN greatest(last_seen, {Began}) END)) AS e(edge, at)
            WHERE NOT revoked AND NOT deprecated AND at IS NOT NULL GROUP BY 1, 2, 3, 4, 5
            """),
        new("relationships", "tenant_id, tlp, shadowed_from, relationship_type, source_ref, target_ref, revoked, deprecated",
            "rollup_links", ["tenant_id", "object_type", "relationship_type", "other_type", "stix_id", "tlp", "shadowed_from"], ["count"],
            $"""
            SELECT tenant_id, split_part(own, '--', 1) AS object_type, left(relationship_type, 200) AS relationship_type, split_part(other, '--', 1) AS other_type,
                own AS stix_id, tlp, shadowed_from, sum(sign)::bigint AS count
            FROM changes CROSS JOIN LATERAL (VALUES (source_ref, target_ref), (target_ref, source_ref)) AS e(own, other)
            WHERE NOT revoked AND NOT deprecated AND split_part(own, '--', 1) IN ({Ends}) GROUP BY 1, 2, 3, 4, 5, 6, 7
            """),
        new("incidents", "tenant_id, tlp, severity, opened_at, triaged_at, contained_at, resolved_at",
            "rollup_incidents", ["tenant_id", "day", "severity", "tlp"],
            ["opened", "triaged", "triage_seconds", "contained", "contain_seconds", "resolved", "resolve_seconds"],
            """
            SELECT tenant_id, date_trunc('day', opened_at, 'UTC') AS day, severity, tlp, sum(sign)::bigint AS opened,
                coalesce(sum(sign) FILTER (WHERE triaged_at IS NOT NULL), 0)::bigint AS triaged,
                coalesce(sum(sign * extract(epoch FROM triaged_at - opened_at)::bigint), 0)::bigint AS triage_seconds,
                coalesce(sum(sign) FILTER (WHERE contained_at IS NOT NULL), 0)::bigint AS contained,
                coalesce(sum(sign * extract(epoch FROM contained_at - opened_at)::bigint), 0)::bigint AS contain_seconds,
                coalesce(sum(sign) FILTER (WHERE resolved_at IS NOT NULL), 0)::bigint AS resolved,
                coalesce(sum(sign * extract(epoch FROM resolved_at - opened_at)::bigint), 0)::bigint AS resolve_seconds
            FROM changes GROUP BY 1, 2, 3, 4
            """),
    ];

    /// <summary>Counts what is there already and keeps counting from now on.</summary>
    public static void CreateRollups(this MigrationBuilder migration)
    {
        foreach (var rollup in All)
        {
            migration.Sql(rollup.Merge($"SELECT {rollup.Columns}, 1 AS sign FROM {rollup.Source}"));
        }

        foreach (var source in All.GroupBy(rollup => rollup.Source))
        {
            foreach (var (verb, tables, changes) in Verbs)
            {
                // Objects are written by one writer of a tenant at a time; incidents are not, and would meet in a figure.
                var turn = source.Key == "incidents" ? "PERFORM pg_advisory_xact_lock(hashtextextended(current_setting('app.tenant_id', true), 7160302));" : "";
                migration.Sql($"""
                    CREATE FUNCTION roll_up_{source.Key}_{verb}() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS
                    $f$ BEGIN
                        {turn}
                        {string.Join("\n", source.Select(rollup => rollup.Merge(changes(rollup.Columns))))}
                        RETURN NULL;
                    END $f$;
                    CREATE TRIGGER roll_up_{verb} AFTER {verb} ON {source.Key} REFERENCING {tables}
                        FOR EACH STATEMENT EXECUTE FUNCTION roll_up_{source.Key}_{verb}();
                    """);
            }
        }
    }

    public static void DropRollups(this MigrationBuilder migration)
    {
        foreach (var source in All.Select(rollup => rollup.Source).Distinct())
        {
            foreach (var (verb, _, _) in Verbs)
            {
                migration.Sql($"DROP TRIGGER roll_up_{verb} ON {source}; DROP FUNCTION roll_up_{source}_{verb}();");
            }
        }
    }

    private static readonly (string Verb, string Tables, Func<string, string> Changes)[] Verbs =
    [
        ("insert", "NEW TABLE AS new_rows", columns => $"SELECT {columns}, 1 AS sign FROM new_rows"),
        ("update", "OLD TABLE AS old_rows NEW TABLE AS new_rows",
            columns => $"SELECT {columns}, 1 AS sign FROM new_rows UNION ALL SELECT {columns}, -1 FROM old_rows"),
        ("delete", "OLD TABLE AS old_rows", columns => $"SELECT {columns}, -1 AS sign FROM old_rows"),
    ];

    /// <param name="Source">The table that is counted.</param>
    /// <param name="Columns">What of it counts.</param>
    /// <param name="Target">The table of figures.</param>
    /// <param name="Keys">Its primary key.</param>
    /// <param name="Sums">Its figures; where the first is nothing, there is no row.</param>
    /// <param name="Deltas">Adds up <c>changes</c> (rows that came with sign 1, rows that went with sign -1).</param>
    private sealed record Rollup(string Source, string Columns, string Target, string[] Keys, string[] Sums, string Deltas)
    {
        public string Merge(string changes)
        {
            var columns = Keys.Concat(Sums).ToArray();
            return $"""
                MERGE INTO {Target} AS t USING (WITH changes AS ({changes}) {Deltas}) AS d ON {string.Join(" AND ", Keys.Select(key => $"t.{key} = d.{key}"))}
                WHEN MATCHED AND t.{Sums[0]} + d.{Sums[0]} <= 0 THEN DELETE
                WHEN MATCHED AND ({string.Join(" OR ", Sums.Select(sum => $"d.{sum} <> 0"))}) THEN UPDATE SET {string.Join(", ", Sums.Select(sum => $"{sum} = t.{sum} + d.{sum}"))}
                WHEN NOT MATCHED AND d.{Sums[0]} > 0 THEN INSERT ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select(column => $"d.{column}"))});
                """;
        }
    }
}
