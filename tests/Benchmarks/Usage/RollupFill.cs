namespace Platform.Benchmarks.Usage;

/// <summary>The rollups of rows that were generated past the service.</summary>
internal static class RollupFill
{
    /// <summary>
    /// Adds up rows that are there already, in one pass over them; the rollups must hold nothing of them. The hours are
    /// made of the rows, days of hours and months of days.
    /// </summary>
    public const string AddUp = $"""
        CREATE TEMP TABLE usage_binned AS
            SELECT tenant_id, bucket, CASE g WHEN 7 THEN 'all' WHEN 3 THEN 'endpoint' WHEN 5 THEN 'api_key' ELSE 'status' END AS dimension,
                CASE g WHEN 7 THEN '' WHEN 3 THEN endpoint WHEN 5 THEN coalesce(api_key_id::text, 'none') ELSE status_code::text END AS value, bin, n, e, r, i, o
            FROM (
                SELECT tenant_id, bucket, endpoint, api_key_id, status_code, bin, GROUPING(endpoint, api_key_id, status_code) AS g, count(*) AS n,
                    count(*) FILTER (WHERE status_code >= 400) AS e, count(*) FILTER (WHERE status_code = 429) AS r,
                    coalesce(sum(request_size_bytes), 0)::bigint AS i, coalesce(sum(response_size_bytes), 0)::bigint AS o
                FROM (SELECT *, date_trunc('hour', timestamp, 'UTC') AS bucket,
                    (CASE WHEN latency_ms <= 0.01 THEN 0 ELSE least(500, ceil(ln(latency_ms::float8 / 0.01) / ln(1.05::float8))) END)::smallint AS bin FROM usage_logs) AS rows
                GROUP BY tenant_id, bucket, bin, GROUPING SETS ((), (endpoint), (api_key_id), (status_code))) AS sets;
        {Hours}
        CREATE TEMP TABLE usage_days AS {Coarser} 'day'{Of} usage_binned {By};
        {Days}
        CREATE TEMP TABLE usage_months AS {Coarser} 'month'{Of} usage_days {By};
        {Months}
        DROP TABLE usage_binned, usage_days, usage_months;
        """;

    private const string Coarser = "SELECT tenant_id, date_trunc(";
    private const string Of = ", bucket, 'UTC') AS bucket, dimension, value, bin, sum(n)::bigint AS n, sum(e)::bigint AS e, sum(r)::bigint AS r, sum(i)::bigint AS i, sum(o)::bigint AS o FROM";
    private const string By = "GROUP BY 1, 2, 3, 4, 5";
    private const string Into = "INSERT INTO usage_rollups (tenant_id, span, dimension, bucket, value, requests, errors, refused, request_bytes, response_bytes, histogram) SELECT tenant_id,";
    private const string Sums = ", dimension, bucket, value, sum(n)::bigint, sum(e)::bigint, sum(r)::bigint, sum(i)::bigint, sum(o)::bigint, string_agg(int2send(bin) || int8send(n), ''::bytea ORDER BY bin) FROM";
    private const string Hours = $"{Into} 'hour'{Sums} usage_binned GROUP BY tenant_id, dimension, bucket, value;";
    private const string Days = $"{Into} 'day'{Sums} usage_days GROUP BY tenant_id, dimension, bucket, value;";
    private const string Months = $"{Into} 'month'{Sums} usage_months GROUP BY tenant_id, dimension, bucket, value;";
}
