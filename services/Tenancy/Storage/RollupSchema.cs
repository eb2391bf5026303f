namespace Platform.Tenancy.Storage;

/// <summary>
/// Usage added up: by hour, day and month, over everything (<c>all</c>) and by endpoint, key and status, each with a
/// histogram of latencies (<see cref="Usage.Histogram"/>). Deliveries only add to <c>usage_deltas</c>, in the transaction
/// of their rows, and so never wait for each other; <c>compact_usage</c> moves the deltas into <c>usage_rollups</c>. Both
/// together are exact at any moment. The functions run as <c>{database}_rollup</c>, a role that nobody can sign in as,
/// which passes row-level security and holds rights on these two tables alone.
/// </summary>
internal static class RollupSchema
{
    private const string Figures = """
            requests bigint NOT NULL,
            errors bigint NOT NULL,
            refused bigint NOT NULL,
            request_bytes bigint NOT NULL,
            response_bytes bigint NOT NULL,
            bins smallint[] NOT NULL,
            counts bigint[] NOT NULL
        """;

    public const string Create = $"""
        CREATE TABLE usage_deltas (
            id bigserial PRIMARY KEY,
            tenant_id uuid NOT NULL,
            dimension varchar(16) NOT NULL,
            bucket timestamptz NOT NULL,
            value varchar(255) NOT NULL,
            {Figures}
        );
        CREATE INDEX ix_usage_deltas_tenant_dimension_bucket ON usage_deltas (tenant_id, dimension, bucket);

        CREATE TABLE usage_rollups (
            tenant_id uuid NOT NULL,
            span varchar(8) NOT NULL,
            dimension varchar(16) NOT NULL,
            bucket timestamptz NOT NULL,
            value varchar(255) NOT NULL,
            {Figures},
            PRIMARY KEY (tenant_id, span, dimension, bucket, value)
        );

        CREATE TABLE quota_marks (
            tenant_id uuid NOT NULL,
            month timestamptz NOT NULL,
            quota bigint NOT NULL,
            threshold int NOT NULL,
            used bigint NOT NULL,
            reached_at timestamptz NOT NULL,
            PRIMARY KEY (tenant_id, month, quota, threshold)
        );
        """;

    /// <summary>The bin of a latency, as <see cref="Usage.Histogram.BinOf"/> has it.</summary>
    private const string Bin = "(CASE WHEN latency_ms <= 0.01 THEN 0 ELSE least(500, ceil(ln(latency_ms::float8 / 0.01) / ln(1.05::float8))) END)::smallint";

    /// <summary>Adds up rows that are there already, in one pass over them; the rollups must hold nothing of them.</summary>
    public const string Backfill = $"""
        CREATE TEMP TABLE usage_base AS
            SELECT tenant_id, date_trunc('hour', timestamp, 'UTC') AS bucket, endpoint, coalesce(api_key_id::text, 'none') AS api_key, status_code, {Bin} AS bin,
                count(*) AS requests, coalesce(sum(request_size_bytes), 0)::bigint AS request_bytes, coalesce(sum(response_size_bytes), 0)::bigint AS response_bytes
            FROM usage_logs GROUP BY 1, 2, 3, 4, 5, 6;
        INSERT INTO usage_rollups (tenant_id, span, dimension, bucket, value, requests, errors, refused, request_bytes, response_bytes, bins, counts)
            SELECT tenant_id, span, dimension, bucket, value, sum(requests)::bigint, sum(errors)::bigint, sum(refused)::bigint,
                sum(request_bytes)::bigint, sum(response_bytes)::bigint, array_agg(bin ORDER BY bin), array_agg(requests ORDER BY bin)
            FROM (
                SELECT b.tenant_id, s.span, d.dimension, date_trunc(s.span, b.bucket, 'UTC') AS bucket, d.value, b.bin, sum(b.requests)::bigint AS requests,
                    coalesce(sum(b.requests) FILTER (WHERE b.status_code >= 400), 0) AS errors, coalesce(sum(b.requests) FILTER (WHERE b.status_code = 429), 0) AS refused,
                    sum(b.request_bytes) AS request_bytes, sum(b.response_bytes) AS response_bytes
                FROM usage_base b CROSS JOIN (VALUES ('hour'), ('day'), ('month')) AS s(span)
                    CROSS JOIN LATERAL (VALUES ('all', ''), ('endpoint', b.endpoint), ('api_key', b.api_key), ('status', b.status_code::text)) AS d(dimension, value)
                GROUP BY 1, 2, 3, 4, 5, 6) AS binned
            GROUP BY tenant_id, span, dimension, bucket, value;
        DROP TABLE usage_base;
        """;

    private const string Key = "tenant_id, span, dimension, bucket, value";

    public const string Functions = $"""
        CREATE FUNCTION compact_usage(most int) RETURNS SETOF uuid
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $f$
            BEGIN
                IF NOT pg_try_advisory_xact_lock(7160231) THEN
                    RETURN;
                END IF;
                RETURN QUERY
                WITH taken AS (
                    DELETE FROM public.usage_deltas d WHERE d.id IN (SELECT o.id FROM public.usage_deltas o ORDER BY o.id LIMIT most)
                    RETURNING d.tenant_id, d.dimension, d.bucket, d.value, d.requests, d.errors, d.refused, d.request_bytes, d.response_bytes, d.bins, d.counts),
                spread AS (
                    SELECT t.tenant_id, s.span::varchar AS span, t.dimension, date_trunc(s.span, t.bucket, 'UTC') AS bucket, t.value,
                        t.requests, t.errors, t.refused, t.request_bytes, t.response_bytes, t.bins, t.counts
                    FROM taken t CROSS JOIN (VALUES ('hour'), ('day'), ('month')) AS s(span)),
                known AS (
                    SELECT * FROM spread
                    UNION ALL
                    SELECT tenant_id, span, dimension, bucket, value, r.requests, r.errors, r.refused, r.request_bytes, r.response_bytes, r.bins, r.counts
                    FROM (SELECT DISTINCT {Key} FROM spread) AS k JOIN public.usage_rollups r USING ({Key})),
                sums AS (
                    SELECT {Key}, sum(requests)::bigint AS requests, sum(errors)::bigint AS errors, sum(refused)::bigint AS refused,
                        sum(request_bytes)::bigint AS request_bytes, sum(response_bytes)::bigint AS response_bytes
                    FROM known GROUP BY {Key}),
                binned AS (
                    SELECT {Key}, array_agg(bin ORDER BY bin) AS bins, array_agg(n ORDER BY bin) AS counts
                    FROM (SELECT {Key}, u.bin, sum(u.n)::bigint AS n FROM known, unnest(bins, counts) AS u(bin, n) GROUP BY {Key}, u.bin) AS b
                    GROUP BY {Key}),
                written AS (
                    INSERT INTO public.usage_rollups ({Key}, requests, errors, refused, request_bytes, response_bytes, bins, counts)
                    SELECT {Key}, requests, errors, refused, request_bytes, response_bytes, bins, counts FROM sums JOIN binned USING ({Key})
                    ON CONFLICT ({Key}) DO UPDATE SET requests = excluded.requests, errors = excluded.errors, refused = excluded.refused,
                        request_bytes = excluded.request_bytes, response_bytes = excluded.response_bytes, bins = excluded.bins, counts = excluded.counts)
                SELECT DISTINCT t.tenant_id FROM taken t;
            END $f$;

        CREATE FUNCTION prune_usage_rollups(hours_before timestamptz, days_before timestamptz) RETURNS void
            LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
                DELETE FROM public.usage_rollups WHERE (span = 'hour' AND bucket < hours_before) OR (span = 'day' AND bucket < days_before)
            $f$;

        CREATE FUNCTION drop_usage_partitions(before date) RETURNS int
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '5s' AS $f$
            DECLARE
                name text;
                dropped int := 0;
            BEGIN
                FOR name IN
                    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                    WHERE i.inhparent = 'public.usage_logs'::regclass AND c.relname ~ '^usage_logs_\d\d\d\d_\d\d$' AND to_date(right(c.relname, 7), 'YYYY_MM') < before
                LOOP
                    EXECUTE format('DROP TABLE public.%I', name);
                    dropped := dropped + 1;
                END LOOP;
                RETURN dropped;
            END $f$;

        REVOKE ALL ON FUNCTION compact_usage(int), prune_usage_rollups(timestamptz, timestamptz), drop_usage_partitions(date) FROM PUBLIC;
        DO $$
        DECLARE
            rollup text := current_database() || '_rollup';
            app text := current_database() || '_app';
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = rollup) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT BYPASSRLS', rollup);
            END IF;
            EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', rollup);
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON usage_rollups, usage_deltas TO %I', rollup);
            EXECUTE format('ALTER FUNCTION compact_usage(int) OWNER TO %I', rollup);
            EXECUTE format('ALTER FUNCTION prune_usage_rollups(timestamptz, timestamptz) OWNER TO %I', rollup);
            EXECUTE format('ALTER FUNCTION drop_usage_partitions(date) OWNER TO %I', current_database() || '_usage');
            EXECUTE format('GRANT EXECUTE ON FUNCTION compact_usage(int), prune_usage_rollups(timestamptz, timestamptz), drop_usage_partitions(date) TO %I', app);
        END $$;
        """;
}
