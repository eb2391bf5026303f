using Platform.ServiceDefaults.Semantics;

namespace Platform.ServiceDefaults.Tests;

/// <summary>Queries over published views are read whole: what is not known in every part is refused.</summary>
public sealed class AdmitSqlTests
{
    private static readonly HashSet<string> Views = ["indicators", "incidents"];

    [Theory]
    [InlineData("SELECT count(*) FROM indicators")]
    [InlineData("select severity, count(*) AS n from indicators where not revoked and confidence >= 50 group by 1 having count(*) > 1 order by n desc nulls last, 1 limit 5 offset 2;")]
    [InlineData("SELECT i.*, x.severity FROM indicators i LEFT JOIN incidents AS x ON x.severity = i.severity AND x.opened_at > now() - interval '30 days' WHERE i.type IN ('url', 'file') OR i.source ILIKE '%feed%'")]
    [InlineData("WITH recent AS (SELECT * FROM incidents WHERE opened_at > date '2026-01-01'), s(a, b) AS (SELECT severity, count(*) FROM recent GROUP BY severity) SELECT * FROM s UNION ALL SELECT 'all', count(*) FROM recent")]
    [InlineData("SELECT date_trunc('month', recorded_at)::date, count(*) FILTER (WHERE severity = 'high'), row_number() OVER (PARTITION BY type ORDER BY confidence DESC) FROM indicators GROUP BY 1, type, confidence")]
    [InlineData("SELECT CASE WHEN confidence BETWEEN 0 AND 50 THEN 'low' ELSE 'high' END AS band, CAST(avg(confidence) AS numeric(5, 2)), extract(year FROM recorded_at) FROM indicators GROUP BY 1, 3")]
    [InlineData("SELECT \"severity\" FROM indicators WHERE EXISTS (SELECT 1 FROM incidents WHERE incidents.severity = indicators.severity) AND source IS NOT NULL AND severity = ANY (SELECT severity FROM incidents)")]
    [InlineData("SELECT 'it''s; DROP TABLE x -- not', -1 + 2 * (3), count(DISTINCT type), max(type) FROM indicators, (SELECT 1 AS one) t")]
    [InlineData("SELECT recorded_at AT TIME ZONE 'UTC' FROM (indicators JOIN incidents USING (severity)) ORDER BY 1")]
    public void What_only_reads_published_views_is_admitted(string sql) => Assert.NotEmpty(AdmitSql.Run(sql, Views).Views.Append("none"));

    [Theory]
    // Another tenant, the settings, the server, the files, the time.
    [InlineData("SELECT set_config('app.tenant_id', 'x', true), * FROM indicators")]
    [InlineData("SELECT pg_catalog.set_config('app.tenant_id', 'x', true)")]
    [InlineData("SELECT \"set_config\"('app.tenant_id', 'x', true)")]
    [InlineData("SELECT SET_CONFIG ('a', 'b', false)")]
    [InlineData("SELECT * FROM set_config('app.tenant_id', 'x', true)")]
    [InlineData("SELECT * FROM indicators, LATERAL set_config('a', 'b', true) s")]
    [InlineData("SELECT current_setting('app.tenant_id')")]
    [InlineData("SELECT pg_sleep(10)")]
    [InlineData("SELECT pg_read_file('/etc/passwd')")]
    [InlineData("SELECT lo_import('/etc/passwd')")]
    [InlineData("SELECT query_to_xml('SELECT 1', true, true, '')")]
    [InlineData("SELECT dblink('host=x', 'SELECT 1')")]
    [InlineData("SELECT nextval('x')")]
    [InlineData("SELECT repeat('x', 1000000000)")]
    [InlineData("SELECT replace('x', 'x', 'yyyy')")]
    [InlineData("SELECT string_agg(a.type, ',') FROM indicators a, indicators b")]
    [InlineData("SELECT array_agg(a.type) FROM indicators a, indicators b")]
    [InlineData("SELECT * FROM generate_series(1, 1000000000)")]
    [InlineData("SELECT 'a' ~ '(a+)+$'")]
    [InlineData("SELECT 'pg_authid'::regclass")]
    [InlineData("SELECT current_user")]
    [InlineData("SELECT session_user")]
    // Other tables.
    [InlineData("SELECT * FROM public.indicators")]
    [InlineData("SELECT * FROM pg_stat_activity")]
    [InlineData("SELECT * FROM pg_catalog.pg_roles")]
    [InlineData("SELECT * FROM information_schema.tables")]
    [InlineData("SELECT * FROM objects")]
    [InlineData("SELECT * FROM \"Indicators\"")]
    [InlineData("SELECT * FROM ONLY indicators")]
    [InlineData("TABLE indicators")]
    // A name of the query's own is a table of the server's before its definition, in it, and outside its query.
    [InlineData("WITH pg_stat_activity AS (SELECT * FROM pg_stat_activity) SELECT * FROM pg_stat_activity")]
    [InlineData("WITH a AS (SELECT * FROM pg_roles), pg_roles AS (SELECT 1) SELECT * FROM a")]
    [InlineData("SELECT * FROM (WITH pg_roles AS (SELECT 1) SELECT * FROM pg_roles) a, pg_roles b")]
    [InlineData("SELECT (WITH pg_roles AS (SELECT 1) SELECT 1), x.* FROM pg_roles x")]
    [InlineData("WITH RECURSIVE t AS (SELECT 'x' AS a UNION ALL SELECT a || a FROM t) SELECT * FROM t")]
    // Other statements, several, hidden ones.
    [InlineData("DELETE FROM indicators")]
    [InlineData("SELECT 1; SELECT 2")]
    [InlineData("SELECT 1; DROP SCHEMA published CASCADE")]
    [InlineData("WITH d AS (DELETE FROM indicators RETURNING *) SELECT * FROM d")]
    [InlineData("SELECT * INTO x FROM indicators")]
    [InlineData("SELECT * FROM indicators FOR UPDATE")]
    [InlineData("COPY indicators TO PROGRAM 'sh'")]
    [InlineData("EXPLAIN ANALYZE SELECT 1")]
    [InlineData("SET ROLE postgres")]
    [InlineData("BEGIN")]
    [InlineData("SELECT 1 -- x")]
    [InlineData("SELECT /* x */ 1")]
    [InlineData("SELECT E'\\''; DROP TABLE x; --'")]
    [InlineData("SELECT U&'\\0061'")]
    [InlineData("SELECT $$x$$")]
    [InlineData("SELECT $1")]
    [InlineData("SELECT 'a\\'")]
    [InlineData("SELECT 'open")]
    [InlineData("SELECT 1 OPERATOR(pg_catalog.+) 2")]
    [InlineData("SELECT x.y.z FROM indicators x")]
    [InlineData("SELECT count(*) FROM indicators i WHERE i.set_config('a','b',true) = 'x'")]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("SELECT")]
    [InlineData("SELECT * FROM indicators LIMIT")]
    [InlineData("SELECT (((")]
    public void Everything_else_is_refused(string sql) => Assert.Throws<SqlRefusedException>(() => AdmitSql.Run(sql, Views));

    [Fact]
    public void Depth_and_length_are_bounded()
    {
        Assert.Throws<SqlRefusedException>(() => AdmitSql.Run("SELECT " + new string('(', 5000) + "1" + new string(')', 5000), Views));
        Assert.Throws<SqlRefusedException>(() => AdmitSql.Run("SELECT '" + new string('x', 20_000) + "'", Views));
    }

    [Fact]
    public void Texts_made_of_texts_cannot_grow_without_end()
    {
        var steps = string.Concat(Enumerable.Range(1, 20).Select(i => $", a{i} AS (SELECT x || x AS x FROM a{i - 1})"));
        Assert.Throws<SqlRefusedException>(() => AdmitSql.Run($"WITH a0 AS (SELECT 'x' AS x){steps} SELECT * FROM a20", Views));
        Assert.Throws<SqlRefusedException>(() => AdmitSql.Run($"SELECT concat({string.Join(", ", Enumerable.Repeat("type", 21))}) FROM indicators", Views));
        Assert.Equal(["indicators"], AdmitSql.Run("SELECT concat_ws(' ', type, source) || '!' FROM indicators", Views).Views);
    }

    [Fact]
    public void A_name_of_the_query_holds_in_what_is_inside_and_after_it() => Assert.Equal(
        ["indicators"], AdmitSql.Run("WITH a AS (SELECT * FROM indicators), b AS (SELECT * FROM a) SELECT * FROM b WHERE EXISTS (SELECT 1 FROM a) UNION SELECT * FROM a", Views).Views);

    [Fact]
    public void It_tells_which_views_are_read_whatever_hides_them()
    {
        var (views, sql) = AdmitSql.Run("WITH indicators2 AS (SELECT (SELECT max(opened_at) FROM incidents)) SELECT * FROM indicators2 ;", Views);
        Assert.Equal(["incidents"], views);
        Assert.EndsWith("FROM indicators2 ", sql, StringComparison.Ordinal);
        // A name of the query's own does not make a view of it.
        Assert.Equal(["indicators"], AdmitSql.Run("WITH x AS (SELECT 1) SELECT * FROM x, indicators", Views).Views);
    }
}
