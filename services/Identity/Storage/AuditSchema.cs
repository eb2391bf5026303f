namespace Platform.Identity.Storage;

/// <summary>
/// The audit log: partitioned by month, new rows only. A row gets its place in the chain once and nothing of it changes
/// afterwards but that its personal part may go; a trigger holds everybody to that, the table's owner included. Owner is
/// <c>{database}_audit</c>, a role that nobody can sign in as: it makes and drops partitions and knows which tenants
/// have rows that wait.
/// </summary>
internal static class AuditSchema
{
    public const string Create = """
        ALTER TABLE audit_log RENAME TO audit_log_before;
        ALTER TABLE audit_log_before RENAME CONSTRAINT pk_audit_log TO pk_audit_log_before;
        DROP INDEX ix_audit_log_tenant_id_at_id;
        CREATE TABLE audit_log (
            id uuid NOT NULL,
            tenant_id uuid NOT NULL,
            at timestamptz NOT NULL,
            action text NOT NULL,
            resource text NOT NULL,
            outcome text NOT NULL,
            actor_id text,
            address text,
            details jsonb,
            count integer NOT NULL DEFAULT 1,
            last_at timestamptz,
            seq bigint,
            salt bytea,
            commitment bytea,
            hash bytea,
            erased_at timestamptz,
            CONSTRAINT pk_audit_log PRIMARY KEY (at, id)
        ) PARTITION BY RANGE (at);
        CREATE INDEX ix_audit_log_tenant_id_at_id ON audit_log (tenant_id, at, id);
        CREATE INDEX ix_audit_log_tenant_id_seq ON audit_log (tenant_id, seq);
        CREATE INDEX ix_audit_log_tenant_id_actor_id_at ON audit_log (tenant_id, actor_id, at);
        CREATE INDEX ix_audit_log_waiting ON audit_log (tenant_id, at) WHERE seq IS NULL;

        CREATE TABLE audit_heads (
            tenant_id uuid PRIMARY KEY,
            seq bigint NOT NULL,
            hash bytea NOT NULL,
            at timestamptz NOT NULL,
            signature bytea NOT NULL
        );
        CREATE TABLE audit_checkpoints (
            tenant_id uuid NOT NULL,
            seq bigint NOT NULL,
            hash bytea NOT NULL,
            at timestamptz NOT NULL,
            signature bytea NOT NULL,
            PRIMARY KEY (tenant_id, seq)
        );
        """;

    public const string Guard = """
        CREATE FUNCTION guard_audit_log() RETURNS trigger LANGUAGE plpgsql AS $f$
            BEGIN
                IF TG_OP = 'DELETE' THEN
                    RAISE EXCEPTION 'the audit log gives no rows up';
                END IF;
                IF (NEW.id, NEW.tenant_id, NEW.at, NEW.action, NEW.resource, NEW.outcome)
                    IS DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.at, OLD.action, OLD.resource, OLD.outcome) THEN
                    RAISE EXCEPTION 'the audit log does not change';
                END IF;
                IF OLD.seq IS NOT NULL AND (NEW.seq, NEW.hash, NEW.commitment, NEW.count, NEW.last_at)
                    IS DISTINCT FROM (OLD.seq, OLD.hash, OLD.commitment, OLD.count, OLD.last_at) THEN
                    RAISE EXCEPTION 'the place in the chain does not change';
                END IF;
                IF (NEW.actor_id, NEW.address, NEW.details) IS DISTINCT FROM (OLD.actor_id, OLD.address, OLD.details)
                    AND NOT (NEW.actor_id IS NULL AND NEW.address IS NULL AND NEW.details IS NULL AND NEW.salt IS NULL AND NEW.erased_at IS NOT NULL) THEN
                    RAISE EXCEPTION 'the personal part can only be erased';
                END IF;
                RETURN NEW;
            END $f$;

        -- Repeated refusals of one kind are one row a minute, until the chain takes it.
        CREATE FUNCTION merge_audit_refusal() RETURNS trigger LANGUAGE plpgsql AS $f$
            BEGIN
                PERFORM pg_advisory_xact_lock(hashtextextended(
                    concat_ws(E'\x1f', NEW.tenant_id, NEW.action, NEW.resource, NEW.actor_id, NEW.address, NEW.details), 7160241));
                UPDATE audit_log SET count = count + NEW.count, last_at = greatest(last_at, at, NEW.at)
                    WHERE tenant_id = NEW.tenant_id AND seq IS NULL AND erased_at IS NULL AND at >= date_trunc('minute', NEW.at) AND at < date_trunc('minute', NEW.at) + interval '1 minute'
                        AND action = NEW.action AND resource = NEW.resource AND outcome = NEW.outcome
                        AND actor_id IS NOT DISTINCT FROM NEW.actor_id AND address IS NOT DISTINCT FROM NEW.address AND details IS NOT DISTINCT FROM NEW.details;
                IF FOUND THEN
                    RETURN NULL;
                END IF;
                RETURN NEW;
            END $f$;

        CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION guard_audit_log();
        CREATE TRIGGER merge BEFORE INSERT ON audit_log FOR EACH ROW WHEN (NEW.outcome = 'refused') EXECUTE FUNCTION merge_audit_refusal();
        """;

    /// <summary>Row-level security of the table does not hold for a partition that is named directly: each has its own.</summary>
    public const string Functions = """
        CREATE FUNCTION secure_audit_table(name text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $f$
            DECLARE
                mine text := '(tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)';
            BEGIN
                EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', name);
                EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', name);
                EXECUTE format('CREATE POLICY tenant_read ON public.%I FOR SELECT USING %s', name, mine);
                EXECUTE format('CREATE POLICY tenant_append ON public.%I FOR INSERT WITH CHECK %s', name, mine);
                EXECUTE format('CREATE POLICY tenant_chain ON public.%I FOR UPDATE USING %s WITH CHECK %s', name, mine, mine);
            END $f$;

        CREATE FUNCTION ensure_audit_partition(month date) RETURNS boolean
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $f$
            DECLARE
                first_day date := date_trunc('month', month)::date;
                name text := format('audit_log_%s', to_char(first_day, 'YYYY_MM'));
            BEGIN
                PERFORM pg_advisory_xact_lock(7160240);
                IF to_regclass('public.' || quote_ident(name)) IS NOT NULL THEN
                    RETURN false;
                END IF;
                EXECUTE format('CREATE TABLE public.%I (LIKE public.audit_log INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
                PERFORM public.secure_audit_table(name);
                EXECUTE format('ALTER TABLE public.audit_log ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
                    name, first_day::timestamptz, (first_day + interval '1 month')::timestamptz);
                RETURN true;
            END $f$;

        CREATE FUNCTION drop_audit_partition(month date) RETURNS boolean
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $f$
            DECLARE
                name text := format('audit_log_%s', to_char(month, 'YYYY_MM'));
            BEGIN
                IF to_regclass('public.' || quote_ident(name)) IS NULL OR month > now() - interval '60 days' THEN
                    RETURN false;
                END IF;
                EXECUTE format('DROP TABLE public.%I', name);
                RETURN true;
            END $f$;

        CREATE FUNCTION audit_partitions() RETURNS TABLE (month date)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
                SELECT to_date(right(c.relname, 7), 'YYYY_MM') FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent = 'public.audit_log'::regclass AND c.relname ~ '^audit_log_[0-9]{4}_[0-9]{2}$' ORDER BY 1
            $f$;

        -- Tenants with rows for the chain. Refusals wait until their minute is over and cannot grow any more.
        CREATE FUNCTION audit_tenants_waiting() RETURNS SETOF uuid
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
                SELECT DISTINCT tenant_id FROM public.audit_log WHERE seq IS NULL AND (outcome <> 'refused' OR at < now() - interval '65 seconds')
            $f$;

        CREATE FUNCTION audit_tenants_before(moment timestamptz) RETURNS SETOF uuid
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
                SELECT DISTINCT tenant_id FROM public.audit_log WHERE at < moment
            $f$;
        """;

    public const string Fill = """
        DO $$
        DECLARE owner_role text := current_database() || '_audit';
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = owner_role) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT BYPASSRLS', owner_role);
            END IF;
            CREATE TABLE audit_log_other PARTITION OF audit_log DEFAULT;
            EXECUTE format('GRANT USAGE, CREATE ON SCHEMA public TO %I', owner_role);
            EXECUTE format('ALTER TABLE audit_log OWNER TO %I', owner_role);
            EXECUTE format('ALTER TABLE audit_log_other OWNER TO %I', owner_role);
            EXECUTE format('ALTER FUNCTION ensure_audit_partition(date) OWNER TO %I', owner_role);
            EXECUTE format('ALTER FUNCTION drop_audit_partition(date) OWNER TO %I', owner_role);
            EXECUTE format('ALTER FUNCTION audit_partitions() OWNER TO %I', owner_role);
            EXECUTE format('ALTER FUNCTION audit_tenants_waiting() OWNER TO %I', owner_role);
            EXECUTE format('ALTER FUNCTION audit_tenants_before(timestamptz) OWNER TO %I', owner_role);
            REVOKE ALL ON FUNCTION ensure_audit_partition(date), drop_audit_partition(date), audit_partitions(),
                audit_tenants_waiting(), audit_tenants_before(timestamptz), secure_audit_table(text) FROM PUBLIC;
            EXECUTE format('GRANT EXECUTE ON FUNCTION secure_audit_table(text) TO %I', owner_role);
            EXECUTE format('GRANT EXECUTE ON FUNCTION ensure_audit_partition(date), drop_audit_partition(date), audit_partitions(),
                audit_tenants_waiting(), audit_tenants_before(timestamptz) TO %I', current_database() || '_app');
            PERFORM ensure_audit_partition(m::date) FROM (
                SELECT DISTINCT date_trunc('month', at, 'UTC') AS m FROM audit_log_before
                UNION SELECT generate_series(date_trunc('month', now(), 'UTC'), now() + interval '2 months', interval '1 month')) months;
            INSERT INTO audit_log (id, tenant_id, at, action, resource, outcome, actor_id, address, details)
                SELECT id, tenant_id, at, action, resource, outcome, actor_id, address, details FROM audit_log_before;
            DROP TABLE audit_log_before;
            PERFORM secure_audit_table('audit_log');
            PERFORM secure_audit_table('audit_log_other');
        END $$;
        """;

    /// <summary>The policies of <see cref="Functions"/> with the setting in a sub-select (docs/adr/0020), for what is there and what will be made.</summary>
    public const string RenewPolicies = """
        CREATE OR REPLACE FUNCTION secure_audit_table(name text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $f$
            DECLARE
                mine text := '(tenant_id = (SELECT nullif(current_setting(''app.tenant_id'', true), '''')::uuid))';
            BEGIN
                EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', name);
                EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', name);
                EXECUTE format('DROP POLICY IF EXISTS tenant_read ON public.%I', name);
                EXECUTE format('DROP POLICY IF EXISTS tenant_append ON public.%I', name);
                EXECUTE format('DROP POLICY IF EXISTS tenant_chain ON public.%I', name);
                EXECUTE format('CREATE POLICY tenant_read ON public.%I FOR SELECT USING %s', name, mine);
                EXECUTE format('CREATE POLICY tenant_append ON public.%I FOR INSERT WITH CHECK %s', name, mine);
                EXECUTE format('CREATE POLICY tenant_chain ON public.%I FOR UPDATE USING %s WITH CHECK %s', name, mine, mine);
            END $f$;
        SELECT secure_audit_table(name) FROM (SELECT DISTINCT tablename::text AS name FROM pg_policies WHERE schemaname = 'public' AND policyname = 'tenant_chain') AS audited;
        """;
}
