namespace Platform.Tenancy.Storage;

/// <summary>
/// The usage rows, partitioned by month, and the places in the gateways' journals that they came from. There are no
/// foreign keys: every row that a gateway has written is kept, and a check per row would cost more than the row. The
/// table belongs to <c>{database}_usage</c>, a role that nobody can sign in as, so that the function which makes
/// partitions may do that and nothing else.
/// </summary>
internal static class UsageSchema
{
    public const string Create = """
        CREATE TABLE usage_logs (
            id bigserial NOT NULL,
            tenant_id uuid NOT NULL,
            api_key_id uuid,
            endpoint varchar(255) NOT NULL,
            method varchar(10) NOT NULL,
            status_code int NOT NULL,
            latency_ms real NOT NULL,
            request_size_bytes bigint,
            response_size_bytes bigint,
            timestamp timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (id, timestamp)
        ) PARTITION BY RANGE (timestamp);
        CREATE INDEX idx_usage_logs_tenant_timestamp ON usage_logs (tenant_id, timestamp DESC);
        CREATE INDEX idx_usage_logs_timestamp ON usage_logs (timestamp DESC);

        CREATE TABLE usage_batches (
            instance varchar(128) NOT NULL,
            segment bigint NOT NULL,
            "offset" bigint NOT NULL,
            received_at timestamptz NOT NULL,
            PRIMARY KEY (instance, segment, "offset")
        );
        CREATE INDEX ix_usage_batches_received_at ON usage_batches (received_at);
        """;

    /// <summary>
    /// A partition is made beside the table and then attached, which does not wait for readers and writers. Row-level
    /// security of the table does not hold for a partition that is named directly: each has its own.
    /// </summary>
    public const string CreatePartitions = """
        CREATE FUNCTION ensure_usage_partition(month date) RETURNS boolean
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $f$
            DECLARE
                first_day date := date_trunc('month', month)::date;
                name text := format('usage_logs_%s', to_char(first_day, 'YYYY_MM'));
            BEGIN
                PERFORM pg_advisory_xact_lock(7160230);
                IF to_regclass('public.' || quote_ident(name)) IS NOT NULL THEN
                    RETURN false;
                END IF;
                EXECUTE format('CREATE TABLE public.%I (LIKE public.usage_logs INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
                EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', name);
                EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', name);
                EXECUTE format('CREATE POLICY tenant_isolation ON public.%I
                    USING (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)
                    WITH CHECK (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)', name);
                EXECUTE format('ALTER TABLE public.usage_logs ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
                    name, first_day::timestamptz, (first_day + interval '1 month')::timestamptz);
                RETURN true;
            END $f$;

        REVOKE ALL ON FUNCTION ensure_usage_partition(date) FROM PUBLIC;
        DO $$
        DECLARE owner_role text := current_database() || '_usage';
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = owner_role) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT NOBYPASSRLS', owner_role);
            END IF;
            EXECUTE format('GRANT USAGE, CREATE ON SCHEMA public TO %I', owner_role);
            EXECUTE format('ALTER TABLE usage_logs OWNER TO %I', owner_role);
            EXECUTE format('ALTER FUNCTION ensure_usage_partition(date) OWNER TO %I', owner_role);
            EXECUTE format('GRANT EXECUTE ON FUNCTION ensure_usage_partition(date) TO %I', current_database() || '_app');
        END $$;
        """;

    /// <summary>New partitions get policies with the setting in a sub-select (docs/adr/0020); those that are there have them already.</summary>
    public const string RenewPartitions = """
        CREATE OR REPLACE FUNCTION ensure_usage_partition(month date) RETURNS boolean
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $f$
            DECLARE
                first_day date := date_trunc('month', month)::date;
                name text := format('usage_logs_%s', to_char(first_day, 'YYYY_MM'));
                mine text := '(tenant_id = (SELECT nullif(current_setting(''app.tenant_id'', true), '''')::uuid))';
            BEGIN
                PERFORM pg_advisory_xact_lock(7160230);
                IF to_regclass('public.' || quote_ident(name)) IS NOT NULL THEN
                    RETURN false;
                END IF;
                EXECUTE format('CREATE TABLE public.%I (LIKE public.usage_logs INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
                EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', name);
                EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', name);
                EXECUTE format('CREATE POLICY tenant_isolation ON public.%I USING %s WITH CHECK %s', name, mine, mine);
                EXECUTE format('ALTER TABLE public.usage_logs ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
                    name, first_day::timestamptz, (first_day + interval '1 month')::timestamptz);
                RETURN true;
            END $f$;
        """;
}
