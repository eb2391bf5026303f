using System.Text.Json;
using Platform.KnowledgeGraph.Query;

namespace Platform.KnowledgeGraph.Tests;

public sealed class CypherParserTests
{
    [Theory]
    [InlineData("MATCH (n) RETURN n")]
    [InlineData("match (n:Malware {name: 'x'})-[r:USES|TARGETS*1..3]->(m) where n.name STARTS WITH \"a\" and not m.revoked return n.name as name, count(*) order by name desc skip 1 limit 5")]
    [InlineData("MATCH p = (a)-[*..5]-(b) RETURN p")]
    [InlineData("MATCH (a {id: $a}), (b {id: $b}) WITH shortestPath((a)-[*..8]->(b)) AS p RETURN p")]
    [InlineData("MATCH (a), (b) WITH a, b MATCH p = allShortestPaths((a)-[*..4]-(b)) RETURN length(p)")]
    [InlineData("OPTIONAL MATCH (n)<-[:USES]-(m) RETURN n, collect(DISTINCT m.name)[0..5]")]
    [InlineData("UNWIND range(1, 10) AS x WITH x WHERE x % 2 = 0 RETURN x UNION ALL UNWIND [1, 2] AS x RETURN x")]
    [InlineData("RETURN CASE WHEN 1 < 2 THEN 'a' ELSE 'b' END, CASE 1 WHEN 1 THEN 2 END")]
    [InlineData("MATCH (n) WHERE (n)-[:USES]->(:Tool) OR NOT (n)--() RETURN n {.name, .*, x: 1, n}")]
    [InlineData("MATCH (n) RETURN [x IN n.aliases WHERE x <> 'y' | toUpper(x)], [(n)-->(m) WHERE m.name IS NOT NULL | m.name]")]
    [InlineData("MATCH (n) WHERE any(a IN n.aliases WHERE a = $alias) AND n:Malware RETURN reduce(s = 0, x IN [1,2,3] | s + x), -(1 + 2) * 3 ^ 2")]
    [InlineData("CALL db.idx.fulltext.queryNodes('Object', 'bear') YIELD node, score RETURN node.name, score ORDER BY score DESC")]
    [InlineData("CALL algo.pageRank('Object', 'USES') YIELD node, score RETURN node.id, score LIMIT 5")]
    [InlineData("CALL db.labels()")]
    [InlineData("MATCH (`n`:`Malware`) /* CREATE */ RETURN `n`.`create` // DELETE\n;")]
    [InlineData("MATCH (n) WHERE n.set = 'CREATE (x)' RETURN n.delete AS merge_, 'MERGE'")]
    [InlineData("UNWIND range(0, size([1, 2]) - 1) AS x RETURN range(-5, $n), [y IN range(1, 1000000) WHERE y % 2 = 0 | y]")]
    [InlineData("MATCH (n) WITH collect(n) AS ns RETURN [n IN ns | [a IN n.aliases | toUpper(a)]], [x IN range(1, 1000) | [y IN range(1, 1000) | x * y]]")]
    [InlineData("MATCH p = (a)-[*..3]->(b) RETURN reduce(c = 0, r IN relationships(p) | c + r.weight), reduce(s = '', a IN n.aliases | s + a)")]
    [InlineData("MATCH (n) RETURN replace(replace(n.name, '-', ' '), 'abc', '')")]
    [InlineData("MATCH (n) WITH collect(n) AS ns RETURN [n IN ns | n.name + ' ' + n.type], any(n IN ns WHERE n.name CONTAINS 'x'), size(ns), ns[0].name")]
    [InlineData("MATCH (n) WITH n.type AS t, collect({id: n.id, names: n.aliases}) AS all UNWIND all AS one RETURN t, one.id, one.names ORDER BY t")]
    [InlineData("RETURN reduce(m = 0, x IN [1, 5, 3] | CASE WHEN x > m THEN x ELSE m END), reduce(l = [], x IN range(1, 1000) | l + x)")]
    [InlineData("MATCH (n) WITH n, n.name + ' (' + n.id + ')' AS shown WITH n, shown, toUpper(shown) AS loud RETURN {n: n, shown: shown, loud: loud}")]
    [InlineData("MATCH p = (a)-[*1..20]->(b) WHERE length(p) > 5 AND (a)-[*..3]-(b) AND NOT (b)-->() RETURN [x IN nodes(p) | x.name]")]
    [InlineData("MATCH (a), (b) CALL algo.SPpaths({sourceNode: a, targetNode: b, relTypes: ['USES'], maxLen: 3, pathCount: 5}) YIELD path RETURN path")]
    [InlineData("CALL algo.labelPropagation({nodeLabels: ['Object'], maxIterations: 20}) YIELD node, communityId RETURN communityId, count(node)")]
    [InlineData("CALL algo.labelPropagation() YIELD node RETURN node")]
    [InlineData("EXPLAIN MATCH (n) RETURN n")]
    [InlineData("PROFILE MATCH (n) RETURN n")]
    [InlineData("MATCH (n) RETURN (n.x)-1, (n.x) < -1, 1..0 IS NULL")]
    [InlineData("RETURN {a: 1, `b c`: [1, [2]]}, point({latitude: 1.5, longitude: 2}), .5, 1e3")]
    public void Admits_what_reads(string query)
    {
        if (query.Contains("1..0", StringComparison.Ordinal))
        {
            Assert.Equal(Refusal.Syntax, Refused(query).Refusal);
            return;
        }

        var written = CypherParser.Parse(query).Write(10);
        CypherParser.Parse(written);
    }

    [Theory]
    [InlineData("CREATE (n) RETURN n")]
    [InlineData("MATCH (n) SET n.x = 1 RETURN n")]
    [InlineData("MATCH (n) DELETE n")]
    [InlineData("MATCH (n) DETACH DELETE n")]
    [InlineData("MATCH (n) REMOVE n.x RETURN n")]
    [InlineData("MERGE (n:X {id: 1}) RETURN n")]
    [InlineData("cReAtE (n)")]
    [InlineData("MATCH (n)/**/CREATE/**/(m) RETURN n")]
    [InlineData("MATCH (n) //x\nCREATE (m) RETURN n")]
    [InlineData("MATCH (n) WITH n CREATE (m) RETURN n")]
    [InlineData("FOREACH (x IN [1] | CREATE (:X))")]
    [InlineData("LOAD CSV FROM 'https://example.com/x.csv' AS row RETURN row")]
    [InlineData("DROP INDEX ON :X(y)")]
    [InlineData("CREATE INDEX FOR (n:X) ON (n.y)")]
    [InlineData("CALL dbms.procedures()")]
    [InlineData("CALL db.idx.fulltext.drop('Object')")]
    [InlineData("CALL db.idx.fulltext.createNodeIndex('X', 'y')")]
    [InlineData("CALL { MATCH (n) RETURN n } RETURN n")]
    [InlineData("MATCH (n) CALL { WITH n CREATE (m) } RETURN n")]
    [InlineData("PROFILE CREATE (n)")]
    [InlineData("MATCH (n) PROFILE RETURN n")]
    [InlineData("MATCH (n) WHERE n.name =~ '(a+)+$' RETURN n")]
    [InlineData("RETURN string.matchRegEx('a', '(a+)+$')")]
    [InlineData("RETURN intern('x')")]
    [InlineData("RETURN date.transaction()")]
    [InlineData("RETURN unknown(1)")]
    [InlineData("RETURN apoc.text.join(['a'], '')")]
    [InlineData("MATCH (n) RETURN [x IN [1] | evil(x)]")]
    [InlineData("MATCH (n {x: evil(1)}) RETURN n")]
    [InlineData("EXPLAIN CREATE (n)")]
    [InlineData("USE other MATCH (n) RETURN n")]
    public void Refuses_what_is_not_admitted(string query) => Assert.Equal(Refusal.NotAllowed, Refused(query).Refusal);

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("MATCH (n")]
    [InlineData("MATCH (n RETURN n")]
    [InlineData("MATCH (n)")]
    [InlineData("RETURN")]
    [InlineData("RETURN 1; RETURN 2")]
    [InlineData("RETURN 1 CREATE (n)")]
    [InlineData("RETURN 'x")]
    [InlineData("RETURN `x")]
    [InlineData("RETURN 1 /* x")]
    [InlineData("RETURN $")]
    [InlineData("RETURN $1a")]
    [InlineData("RETURN 'a\\qb'")]
    [InlineData("RETURN '\0'")]
    [InlineData("RETURN '\\u0000'")]
    [InlineData("MATCH\u00a0(n) RETURN n")]
    [InlineData("MATCH (n) RETURN n\u037e")]
    [InlineData("MATCH (a)<-[]->(b) RETURN a")]
    [InlineData("RETURN 12x")]
    [InlineData("RETURN 1e999")]
    [InlineData("`CREATE` (n)")]
    [InlineData("MATCH (n) RETURN n `CREATE` (m)")]
    [InlineData("CYPHER a=1 RETURN $a")]
    [InlineData("MATCH (n) RETURN `a``b`")]
    [InlineData("RETURN exists { MATCH (n) }")]
    public void Refuses_what_is_no_query(string query) => Assert.Equal(Refusal.Syntax, Refused(query).Refusal);

    [Theory]
    [InlineData("MATCH (a)-[*]-(b) RETURN a")]
    [InlineData("MATCH (a)-[:USES*2..]->(b) RETURN a")]
    [InlineData("MATCH (a)-[*1..21]-(b) RETURN a")]
    [InlineData("MATCH (a) WHERE (a)-[*]-(:X) RETURN a")]
    [InlineData("UNWIND range(1, 100000000) AS x RETURN x")]
    [InlineData("UNWIND range(1, 1000 * 1000000) AS x RETURN x")]
    [InlineData("MATCH (n) RETURN range(0, n.large)")]
    [InlineData("RETURN range(1, 600000 + 600000)")]
    [InlineData("RETURN reduce(s = 'x', i IN [1, 2, 3] | s + s)")]
    [InlineData("RETURN replace(replace($x, 'a', 'aaaaaaaaaaaaaaaaaaaa'), 'a', $x)")]
    [InlineData("MATCH (n) RETURN replace(n.name, 'a', n.description)")]
    [InlineData("RETURN reduce(s = 'x', i IN range(1, 1000000) | s + 'y')")]
    [InlineData("MATCH (n) WITH collect(n.name) AS names RETURN reduce(s = '', x IN names | s + x)")]
    [InlineData("RETURN [x IN range(1, 1000000) | [y IN range(1, 1000000) | y]]")]
    [InlineData("RETURN size([x IN range(1, 100000) | range(1, 100000)])")]
    [InlineData("MATCH (n) WITH collect(n.id) AS xs RETURN [x IN xs WHERE none(y IN xs WHERE y = x)]")]
    [InlineData("RETURN any(x IN range(1, 1000000) WHERE all(y IN [1, 2, 3, 4, 5, 6, 7, 8] WHERE y > x))")]
    [InlineData("RETURN reduce(s = [1], i IN range(1, 60) | [x IN s | [x, x]])")]
    [InlineData("RETURN reduce(s = [1], i IN range(1, 60) | [y IN [1, 2] | s])")]
    [InlineData("RETURN reduce(s = ['x'], i IN range(1, 60) | [s[0] + s[0]])")]
    [InlineData("RETURN reduce(s = {a: 'x'}, i IN range(1, 60) | {a: s.a + s.a})")]
    [InlineData("RETURN reduce(s = 'x', i IN range(1, 60) | CASE WHEN i > 0 THEN s + s ELSE s END)")]
    [InlineData("RETURN reduce(s = '', i IN range(1, 1000) | s + toString(range(1, 1000)))")]
    [InlineData("MATCH (n) WITH collect(n.id) AS a, collect(n.id) AS b RETURN [x IN a WHERE x IN b]")]
    [InlineData("MATCH (n) WITH collect(n.id) AS a, collect(n.id) AS b RETURN all(x IN a WHERE x <> 'y' AND NOT b CONTAINS x)")]
    [InlineData("WITH range(1, 1000000) AS a RETURN [x IN a WHERE x IN a]")]
    [InlineData("WITH range(1, 1000000) AS a UNWIND range(1, 5) AS i RETURN [x IN range(1, 100) | a + [x]]")]
    [InlineData("MATCH (n) RETURN [i IN range(1, 100000) | n.description + 'x']")]
    [InlineData("MATCH (n) RETURN [i IN range(1, 100000) | toUpper(n.description)]")]
    [InlineData("MATCH (a)-[*4]->(b) RETURN b")]
    [InlineData("MATCH (a)-[*5..20]->(b) RETURN count(b)")]
    [InlineData("MATCH (a), (b) WHERE (a)-[*1..20]->(b) RETURN a")]
    [InlineData("MATCH (a), (b) WHERE a.x = 1 OR NOT (a)-[:USES*..4]-(b) RETURN a")]
    [InlineData("MATCH (a) RETURN [(a)-[*1..20]->(b) | b.id]")]
    [InlineData("MATCH (a) RETURN [p = (a)-[*..5]->() WHERE length(p) > 3 | p]")]
    [InlineData("MATCH (a), (b) CALL algo.SPpaths({sourceNode: a, targetNode: b, relTypes: ['R'], pathCount: 0}) YIELD path RETURN path")]
    [InlineData("MATCH (a), (b) CALL algo.SPpaths({sourceNode: a, targetNode: b, maxLen: 20}) YIELD path RETURN path")]
    [InlineData("MATCH (a), (b) CALL algo.SPpaths({sourceNode: a, targetNode: b, maxLen: 2 + 18}) YIELD path RETURN path")]
    [InlineData("MATCH (a), (b) CALL algo.SPpaths({sourceNode: a, targetNode: b, maxLen: 2, `maxlen`: 20}) YIELD path RETURN path")]
    [InlineData("MATCH (a) CALL algo.SSpaths({sourceNode: a, maxLen: $x}) YIELD path RETURN path")]
    [InlineData("CALL algo.SSpaths($options) YIELD path RETURN path")]
    [InlineData("CALL algo.labelPropagation({maxIterations: 1000000000}) YIELD node RETURN node")]
    [InlineData("CALL algo.labelPropagation($options) YIELD node RETURN node")]
    public void Refuses_what_has_no_end(string query) => Assert.Equal(Refusal.TooExpensive, Refused(query).Refusal);

    /// <summary>What multiplies by a few from clause to clause, the store makes although it is out of memory.</summary>
    [Theory]
    [InlineData("'xxxxxxxxxxxxxxxx'", "a + a")]
    [InlineData("[1, 2, 3, 4]", "a + a")]
    [InlineData("[1]", "[a, a, a, a, a]")]
    [InlineData("{x: 1}", "{a: a, b: a, c: a}")]
    [InlineData("[1]", "[x IN a | [a, a]]")]
    [InlineData("['x']", "[a[0] + a[0]]")]
    [InlineData("{x: 'x'}", "{x: a.x + a.x}")]
    [InlineData("{x: 'x'}", "a {.x, y: a, z: a}")]
    [InlineData("'x'", "CASE WHEN true THEN a + a ELSE a END")]
    [InlineData("'x'", "coalesce(null, head([a + a]))")]
    [InlineData("'x'", "toUpper(a) + toLower(a)")]
    [InlineData("[1]", "reduce(s = a, x IN [1, 2] | s + a)")]
    [InlineData("['x']", "split(a[0] + a[0], '')")]
    [InlineData("[1]", "list.insert(a + a, 0, 1)")]
    public void Refuses_what_doubles_from_clause_to_clause(string first, string next)
    {
        var steps = string.Concat(Enumerable.Repeat($" WITH {next} AS a", 40));
        Assert.Equal(Refusal.TooExpensive, Refused($"WITH {first} AS a{steps} RETURN 1").Refusal);
        steps = string.Concat(Enumerable.Repeat($" WITH {next} AS b UNWIND [b] AS a", 40));
        Assert.Equal(Refusal.TooExpensive, Refused($"WITH {first} AS a{steps} RETURN 1").Refusal);
        CypherParser.Parse($"WITH {first} AS a WITH {next} AS a WITH {next} AS a RETURN a");
    }

    [Fact]
    public void Parameters_count_by_what_they_are()
    {
        const string query = "RETURN [x IN $list WHERE x IN $list], range(1, $n)";
        CypherParser.Parse(query, Values("""{"list": [1, 2, 3], "n": 900000}"""));
        Assert.Equal(Refusal.TooExpensive, Refused(query, Values($$"""{"list": [{{string.Join(',', Enumerable.Range(0, 5000))}}], "n": 1}""")).Refusal);
        Assert.Equal(Refusal.TooExpensive, Refused("RETURN reduce(s = '', i IN range(1, 1000) | s + $t)", Values($$"""{"t": "{{new string('x', 50_000)}}"}""")).Refusal);
        Assert.Equal(Refusal.TooExpensive, Refused(query, Values("""{"list": [], "n": 2000000}""")).Refusal);
    }

    [Fact]
    public void Nesting_length_and_complexity_are_bounded()
    {
        Assert.Equal(Refusal.TooExpensive, Refused("RETURN " + new string('(', 5000) + "1" + new string(')', 4000)).Refusal);
        Assert.Equal(Refusal.TooExpensive, Refused("RETURN " + new string('[', 200) + new string(']', 200)).Refusal);
        Assert.Equal(Refusal.TooExpensive, Refused("RETURN '" + new string('x', 30_000) + "'").Refusal);
        var twice = string.Concat(Enumerable.Repeat("(x {a: ", 50)) + "1" + string.Concat(Enumerable.Repeat("})", 50));
        Assert.Equal(Refusal.TooExpensive, Refused("RETURN " + twice).Refusal);
    }

    [Theory]
    [InlineData("MATCH (n) RETURN n", "MATCH (n) RETURN n LIMIT 11")]
    [InlineData("MATCH (n) RETURN n LIMIT 5", "MATCH (n) RETURN n LIMIT 5")]
    [InlineData("MATCH (n) RETURN n LIMIT 5000;", "MATCH (n) RETURN n LIMIT 11")]
    [InlineData("MATCH (n) WITH n LIMIT 5000 RETURN count(n)", "MATCH (n) WITH n LIMIT 5000 RETURN count(n) LIMIT 11")]
    [InlineData("MATCH /* a */ (n)\n\tRETURN  n.name", "MATCH (n) RETURN n.name LIMIT 11")]
    [InlineData("RETURN 'a\"b\\'c' AS x", "RETURN \"a\\\"b'c\" AS x LIMIT 11")]
    [InlineData("RETURN 1 UNION RETURN 2", "RETURN 1 UNION RETURN 2")]
    public void Writes_the_query_anew_with_a_row_limit(string query, string written) => Assert.Equal(written, CypherParser.Parse(query).Write(10));

    [Fact]
    public void Finds_parameters_wherever_they_are()
    {
        var query = CypherParser.Parse("MATCH (n {id: $id}) WHERE n.x IN $xs AND 'a $no' <> n.y RETURN [x IN $list | x], $last LIMIT $limit");
        Assert.Equal(["id", "last", "limit", "list", "xs"], query.Parameters.Order());
    }

    private static Dictionary<string, JsonElement> Values(string json) => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;

    private static QueryRefusedException Refused(string query, Dictionary<string, JsonElement>? values = null) =>
        Assert.Throws<QueryRefusedException>(() => CypherParser.Parse(query, values));
}
