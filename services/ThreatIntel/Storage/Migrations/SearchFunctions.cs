using Microsoft.EntityFrameworkCore.Migrations;

namespace Platform.ThreatIntel.Storage.Migrations;

/// <summary>What the first migration says in SQL because EF Core has no words for it.</summary>
internal static class SearchFunctions
{
    /// <summary>
    /// Text search over indicators. LIKE is not leakproof, so that under row-level security it would scan the table:
    /// the function runs as a role that bypasses it, filters by the tenant setting itself and gives keys only, which
    /// are then read under row-level security.
    /// </summary>
    public static void CreateIndicatorSearch(this MigrationBuilder migration) => migration.Sql("""
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
        CREATE INDEX ix_indicators_search_text ON indicators USING gin (search_text gin_trgm_ops);
        CREATE FUNCTION search_indicators(needle text, level smallint, most integer)
            RETURNS TABLE (stix_id text, tlp smallint) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
        $f$ BEGIN
            RETURN QUERY SELECT i.stix_id, i.tlp FROM indicators i
                WHERE i.search_text LIKE needle AND i.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid
                  AND i.tlp <= level AND i.shadowed_from > level
                LIMIT most;
        END $f$;
        DO $$
        DECLARE
            searcher text := current_database() || '_search';
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = searcher) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN BYPASSRLS', searcher);
            END IF;
            EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', searcher);
            EXECUTE format('GRANT SELECT ON indicators TO %I', searcher);
            EXECUTE format('GRANT CREATE ON SCHEMA public TO %I', searcher);
            EXECUTE format('ALTER FUNCTION search_indicators(text, smallint, integer) OWNER TO %I', searcher);
            EXECUTE format('REVOKE CREATE ON SCHEMA public FROM %I', searcher);
            REVOKE ALL ON FUNCTION search_indicators(text, smallint, integer) FROM PUBLIC;
            EXECUTE format('GRANT EXECUTE ON FUNCTION search_indicators(text, smallint, integer) TO %I', current_database() || '_app');
        END $$;
        """);

    /// <summary>
    /// Which tenants have an indicator whose expiry is to be announced: background work has no tenant to begin with, and
    /// row-level security would show it none.
    /// </summary>
    public static void CreateExpiryFunction(this MigrationBuilder migration) => migration.Sql("""
        CREATE FUNCTION tenants_with_expired_indicators(at timestamptz)
            RETURNS TABLE (tenant_id uuid) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
        $f$ SELECT DISTINCT i.tenant_id FROM indicators i WHERE i.expiry_due <= at AND NOT i.revoked $f$;
        DO $$
        DECLARE
            searcher text := current_database() || '_search';
        BEGIN
            EXECUTE format('GRANT CREATE ON SCHEMA public TO %I', searcher);
            EXECUTE format('ALTER FUNCTION tenants_with_expired_indicators(timestamptz) OWNER TO %I', searcher);
            EXECUTE format('REVOKE CREATE ON SCHEMA public FROM %I', searcher);
            REVOKE ALL ON FUNCTION tenants_with_expired_indicators(timestamptz) FROM PUBLIC;
            EXECUTE format('GRANT EXECUTE ON FUNCTION tenants_with_expired_indicators(timestamptz) TO %I', current_database() || '_app');
        END $$;
        """);

    /// <summary>Bytes that are compressed already are not compressed again, and events are compressed cheaply.</summary>
    public static void ChooseStorage(this MigrationBuilder migration) => migration.Sql("""
        ALTER TABLE object_versions ALTER COLUMN raw SET STORAGE EXTERNAL;
        DO $$ BEGIN
            ALTER TABLE outbox ALTER COLUMN body SET COMPRESSION lz4;
        EXCEPTION WHEN feature_not_supported THEN
            NULL; -- a server built without lz4 keeps its default
        END $$;
        """);
}
