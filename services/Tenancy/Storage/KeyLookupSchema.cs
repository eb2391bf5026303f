namespace Platform.Tenancy.Storage;

/// <summary>
/// The one look-up that must work before the tenant is known: a key's prefix to its ids. The function runs as
/// <c>{database}_keys</c>, a role that nobody can sign in as, that passes row-level security and sees four columns.
/// </summary>
internal static class KeyLookupSchema
{
    public const string Create = """
        DO $$
        DECLARE owner_role text := current_database() || '_keys';
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = owner_role) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT BYPASSRLS', owner_role);
            END IF;
            EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', owner_role);
            EXECUTE format('GRANT SELECT (id, tenant_id, key_prefix, previous_prefix) ON api_keys TO %I', owner_role);
        END $$;

        CREATE FUNCTION find_api_key(wanted text) RETURNS TABLE (id uuid, tenant_id uuid)
            LANGUAGE sql STABLE STRICT ROWS 1 SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
                SELECT k.id, k.tenant_id FROM public.api_keys k WHERE k.key_prefix = wanted
                UNION ALL
                SELECT k.id, k.tenant_id FROM public.api_keys k WHERE k.previous_prefix = wanted
                LIMIT 1
            $f$;

        REVOKE ALL ON FUNCTION find_api_key(text) FROM PUBLIC;
        DO $$ BEGIN
            EXECUTE format('GRANT EXECUTE ON FUNCTION find_api_key(text) TO %I', current_database() || '_app');
            EXECUTE format('ALTER FUNCTION find_api_key(text) OWNER TO %I', current_database() || '_keys');
        END $$;
        """;
}
