using Microsoft.EntityFrameworkCore.Migrations;

namespace Platform.ThreatIntel.Storage.Migrations;

/// <summary>
/// The ways in which indicators are found by something else than an equal value, each with its index. None of their
/// operators is leakproof, so that under row-level security they would scan the table: the function runs as a role that
/// bypasses it, filters by the tenant setting itself and gives keys only, which are then read under row-level security.
/// </summary>
internal static class FindFunctions
{
    public static void CreateFindIndicators(this MigrationBuilder migration)
    {
        migration.Sql("DROP FUNCTION search_indicators(text, smallint, integer)");
        migration.Sql(Indexes);
        migration.Sql(Find);
        migration.Sql(Rights);
    }

    public static void DropFindIndicators(this MigrationBuilder migration) => migration.Sql("""
        DROP FUNCTION find_indicators(text, text, text[], smallint, integer);
        DROP INDEX ix_objects_name;
        DROP INDEX ix_indicator_values_prefix;
        DROP INDEX ix_indicator_values_domain;
        DROP INDEX ix_indicator_values_network;
        DROP FUNCTION network_of(text);
        """);

    /// <summary>
    /// Which feeds are due, asked to be polled, or were cut off: background work has no tenant to begin with. The
    /// function's role reads of feeds what it needs for that, and no address and no secret.
    /// </summary>
    public static void CreateDueFeeds(this MigrationBuilder migration) => migration.Sql("""
        CREATE FUNCTION due_feeds(at timestamptz)
            RETURNS TABLE (tenant_id uuid, feed_id uuid) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
        $f$
            SELECT f.tenant_id, f.id FROM feeds f WHERE f.enabled AND f.next_poll_at <= at
            UNION
            SELECT r.tenant_id, r.feed_id FROM feed_runs r WHERE r.finished_at IS NULL
        $f$;
        DO $$
        DECLARE
            searcher text := current_database() || '_search';
        BEGIN
            EXECUTE format('GRANT SELECT (tenant_id, id, enabled, next_poll_at) ON feeds TO %I', searcher);
            EXECUTE format('GRANT SELECT (tenant_id, feed_id, finished_at) ON feed_runs TO %I', searcher);
            EXECUTE format('GRANT CREATE ON SCHEMA public TO %I', searcher);
            EXECUTE format('ALTER FUNCTION due_feeds(timestamptz) OWNER TO %I', searcher);
            EXECUTE format('REVOKE CREATE ON SCHEMA public FROM %I', searcher);
            REVOKE ALL ON FUNCTION due_feeds(timestamptz) FROM PUBLIC;
            EXECUTE format('GRANT EXECUTE ON FUNCTION due_feeds(timestamptz) TO %I', current_database() || '_app');
        END $$;
        """);

    // A pattern may state anything as an address; what is none has no network.
    private const string Indexes = """
        CREATE EXTENSION IF NOT EXISTS btree_gist;
        CREATE FUNCTION network_of(value text) RETURNS inet LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS
        $f$ BEGIN
            RETURN value::inet;
        EXCEPTION WHEN invalid_text_representation THEN
            RETURN NULL;
        END $f$;
        CREATE INDEX ix_indicator_values_network ON indicator_values USING gist (tenant_id, network_of(value) inet_ops)
            WHERE type IN ('ipv4-addr', 'ipv6-addr');
        CREATE INDEX ix_indicator_values_domain ON indicator_values (tenant_id, reverse(left(value, 255)) text_pattern_ops) WHERE type = 'domain-name';
        CREATE INDEX ix_indicator_values_prefix ON indicator_values (tenant_id, lower(left(value, 64)) text_pattern_ops);
        CREATE INDEX ix_objects_name ON objects USING gin (lower(name) gin_trgm_ops) WHERE type NOT IN ('indicator', 'relationship', 'sighting');
        """;

    // How: network (overlapping an address or CIDR range), domain (below a domain), prefix (of a value), text (a LIKE
    // pattern over name, values, labels and description), linked (a LIKE pattern over names of related objects), fuzzy.
    private const string Find = """
        CREATE FUNCTION find_indicators(how text, needle text, kinds text[], level smallint, most integer)
            RETURNS TABLE (stix_id text, tlp smallint, via text) LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_temp AS
        $f$
        DECLARE
            tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
            low text;
            high text;
        BEGIN
            CASE how
            WHEN 'network' THEN
                RETURN QUERY SELECT i.stix_id, i.tlp, NULL::text FROM indicator_values v
                    JOIN indicators i ON i.tenant_id = v.tenant_id AND i.stix_id = v.stix_id AND i.tlp = v.tlp
                    WHERE v.tenant_id = tenant AND v.type IN ('ipv4-addr', 'ipv6-addr') AND network_of(v.value) && needle::inet
                      AND i.tlp <= level AND i.shadowed_from > level AND (kinds IS NULL OR i.indicator_type = ANY (kinds))
                    LIMIT most;
            WHEN 'domain' THEN
                low := reverse('.' || needle);
                high := low || chr(1114111);
                RETURN QUERY SELECT i.stix_id, i.tlp, NULL::text FROM indicator_values v
                    JOIN indicators i ON i.tenant_id = v.tenant_id AND i.stix_id = v.stix_id AND i.tlp = v.tlp
                    WHERE v.tenant_id = tenant AND v.type = 'domain-name' AND reverse(left(v.value, 255)) ~>=~ low AND reverse(left(v.value, 255)) ~<~ high
                      AND i.tlp <= level AND i.shadowed_from > level AND (kinds IS NULL OR i.indicator_type = ANY (kinds))
                    LIMIT most;
            WHEN 'prefix' THEN
                low := left(needle, 64);
                high := low || chr(1114111);
                RETURN QUERY SELECT i.stix_id, i.tlp, NULL::text FROM indicator_values v
                    JOIN indicators i ON i.tenant_id = v.tenant_id AND i.stix_id = v.stix_id AND i.tlp = v.tlp
                    WHERE v.tenant_id = tenant AND lower(left(v.value, 64)) ~>=~ low AND lower(left(v.value, 64)) ~<~ high
                      AND starts_with(lower(v.value), needle)
                      AND i.tlp <= level AND i.shadowed_from > level AND (kinds IS NULL OR i.indicator_type = ANY (kinds))
                    LIMIT most;
            WHEN 'text' THEN
                RETURN QUERY SELECT i.stix_id, i.tlp, NULL::text FROM indicators i
                    WHERE i.search_text LIKE needle AND i.tenant_id = tenant
                      AND i.tlp <= level AND i.shadowed_from > level AND (kinds IS NULL OR i.indicator_type = ANY (kinds))
                    LIMIT most;
            WHEN 'linked' THEN
                RETURN QUERY WITH named AS MATERIALIZED (
                        SELECT o.stix_id, o.name FROM objects o
                        WHERE o.tenant_id = tenant AND o.type NOT IN ('indicator', 'relationship', 'sighting') AND lower(o.name) LIKE needle
                          AND o.tlp <= level AND o.shadowed_from > level AND NOT o.revoked
                        LIMIT 100),
                    ends AS (
                        SELECT r.source_ref AS ref, n.name FROM named n JOIN relationships r ON r.tenant_id = tenant AND r.target_ref = n.stix_id
                        WHERE r.tlp <= level AND r.shadowed_from > level AND NOT r.revoked
                        UNION ALL
                        SELECT r.target_ref, n.name FROM named n JOIN relationships r ON r.tenant_id = tenant AND r.source_ref = n.stix_id
                        WHERE r.tlp <= level AND r.shadowed_from > level AND NOT r.revoked)
                    SELECT i.stix_id, i.tlp, e.name FROM ends e JOIN indicators i ON i.tenant_id = tenant AND i.stix_id = e.ref
                    WHERE e.ref LIKE 'indicator--%' AND i.tlp <= level AND i.shadowed_from > level AND (kinds IS NULL OR i.indicator_type = ANY (kinds))
                    LIMIT most;
            ELSE
                RETURN QUERY SELECT f.stix_id, f.tlp, NULL::text FROM (
                        SELECT i.stix_id, i.tlp, i.search_text FROM indicators i
                        WHERE needle <% i.search_text AND i.tenant_id = tenant
                          AND i.tlp <= level AND i.shadowed_from > level AND (kinds IS NULL OR i.indicator_type = ANY (kinds))
                        LIMIT most * 4) f
                    ORDER BY word_similarity(needle, f.search_text) DESC LIMIT most;
            END CASE;
        END $f$;
        """;

    private const string Rights = """
        DO $$
        DECLARE
            searcher text := current_database() || '_search';
            asked text := 'FUNCTION find_indicators(text, text, text[], smallint, integer)';
        BEGIN
            EXECUTE format('GRANT SELECT ON objects, relationships, indicator_values TO %I', searcher);
            EXECUTE format('GRANT CREATE ON SCHEMA public TO %I', searcher);
            EXECUTE format('ALTER %s OWNER TO %I', asked, searcher);
            EXECUTE format('REVOKE CREATE ON SCHEMA public FROM %I', searcher);
            EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', asked);
            EXECUTE format('GRANT EXECUTE ON %s TO %I', asked, current_database() || '_app');
        END $$;
        """;
}
