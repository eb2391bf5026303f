namespace Platform.Tenancy.Storage;

/// <summary>
/// Histograms as <see cref="Usage.Histogram"/> keeps them, in the place of two arrays: a report over many points spent
/// nearly all of its time on the arrays' elements, one by one. The service itself now moves deltas into rollups, inside
/// each tenant; the database only tells which tenants have any.
/// </summary>
internal static class PackedHistogramSchema
{
    private const string Packed = "coalesce((SELECT string_agg(int2send(u.bin) || int8send(u.n), ''::bytea ORDER BY u.bin) FROM unnest(bins, counts) AS u(bin, n)), ''::bytea)";

    public const string Pack = $"""
        ALTER TABLE usage_deltas ADD COLUMN histogram bytea;
        ALTER TABLE usage_rollups ADD COLUMN histogram bytea;
        UPDATE usage_deltas SET histogram = {Packed};
        UPDATE usage_rollups SET histogram = {Packed};
        ALTER TABLE usage_deltas ALTER COLUMN histogram SET NOT NULL, DROP COLUMN bins, DROP COLUMN counts;
        ALTER TABLE usage_rollups ALTER COLUMN histogram SET NOT NULL, DROP COLUMN bins, DROP COLUMN counts;

        DROP FUNCTION compact_usage(int);
        CREATE FUNCTION usage_waiting() RETURNS SETOF uuid
            LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
                SELECT DISTINCT d.tenant_id FROM public.usage_deltas d
            $f$;
        REVOKE ALL ON FUNCTION usage_waiting() FROM PUBLIC;
        DO $$
        BEGIN
            EXECUTE format('ALTER FUNCTION usage_waiting() OWNER TO %I', current_database() || '_rollup');
            EXECUTE format('GRANT EXECUTE ON FUNCTION usage_waiting() TO %I', current_database() || '_app');
        END $$;
        """;
}
