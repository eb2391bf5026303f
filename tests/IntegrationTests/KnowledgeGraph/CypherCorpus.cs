namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>Queries that must be answered, and queries that must be refused or come to an end.</summary>
internal static class CypherCorpus
{
    private static readonly string[] Matches =
    [
        "MATCH (n)", "MATCH (n:Malware)", "MATCH (n {id: $id})", "MATCH (n:Object)", "MATCH (n)-[r]->(m)", "MATCH (n)<-[r:USES]-(m)", "MATCH (n)-[r:USES|TARGETS]-(m)",
        "MATCH (n)-[*1..3]->(m)", "MATCH (n)-[:USES*..2]-(m)", "MATCH p = (n)-[*1..2]-(m)", "OPTIONAL MATCH (n:Tool)", "MATCH (n), (m) WHERE n.id < m.id WITH n, m",
        "MATCH (n) WITH n ORDER BY n.name SKIP 1 LIMIT 3", "UNWIND [1, 2, 3] AS x MATCH (n)", "MATCH (n) WHERE (n)-[:USES]->() WITH n", "MATCH (n) /* MERGE (x) */ // CREATE (y)\n",
    ];

    private static readonly string[] Filters =
    [
        "", " WHERE n.name STARTS WITH 'E'", " WHERE n.name CONTAINS $text AND NOT n.revoked", " WHERE n.name IS NOT NULL OR n.x IN [1, 2, $x]", " WHERE size(labels(n)) > 0 XOR n.id = $id",
    ];

    private static readonly string[] Returns =
    [
        "RETURN n", "RETURN n.name AS name, labels(n) ORDER BY name DESC LIMIT 5", "RETURN count(DISTINCT n) AS c", "RETURN n {.id, .name, kind: head(labels(n))}",
        "RETURN collect(n.name)[0..3], min(n.id), max(n.id)", "RETURN CASE WHEN n.name IS NULL THEN 'none' ELSE toUpper(n.name) END AS x SKIP 1", "RETURN DISTINCT keys(n) AS `delete`, 'DETACH DELETE n' AS text",
    ];

    /// <summary>With the parameters <c>id</c>, <c>text</c>, <c>x</c> and <c>list</c>.</summary>
    public static IEnumerable<string> Honest()
    {
        foreach (var match in Matches)
        {
            foreach (var (filter, i) in Filters.Select((f, i) => (f, i)))
            {
                foreach (var (shown, j) in Returns.Select((r, j) => (r, j)))
                {
                    // A WHERE after WITH or MATCH; every filter and projection comes with every second pattern.
                    if ((i + j + match.Length) % 2 == 0 || i == 0)
                    {
                        yield return $"{match}{filter} {shown}";
                    }
                }
            }
        }

        foreach (var expression in new[]
        {
            "1 + 2 * 3 ^ 2 % 5 - -4", "'a' + \"b\" + toString(1)", "[x IN range(1, 10) WHERE x % 2 = 0 | x * x]", "reduce(s = 0, x IN [1, 2, 3] | s + x)", "any(x IN [1, 2] WHERE x > 1)",
            "{a: 1, b: [true, null]}", "$x", "$list", "coalesce(null, 'x')", "split('a,b', ',')", "substring('hello', 1, 3)", "size([1, 2])", "abs(-1), sign(-2.5), round(1.5)", "sqrt(4), exp(0), log(1)",
            "toInteger('5'), toFloat('2.5'), toBoolean('true')", "date('2026-01-02')", "timestamp() > 0", "point({latitude: 1.5, longitude: 2.5})", "trim(' x '), reverse('ab'), left('abc', 2)", "replace('aXXXXXXb', 'XXXXXX', 'CREATE')",
            "true AND NOT false OR null", "1 IN [1, 2]", "'abc' ENDS WITH 'c'", "head([1]), last([2]), tail([1, 2])", "[1, 2, 3][1..], [1, 2, 3][-1]", "exists(null)", "typeOf(1)", "randomUUID() <> ''", "vecf32([1.0, 2.0])", "1.5e3, .5",
        })
        {
            yield return $"RETURN [{expression}] AS `v`";
        }

        yield return "CALL db.labels()";
        yield return "CALL db.relationshipTypes() YIELD relationshipType RETURN relationshipType";
        yield return "CALL db.propertyKeys() YIELD propertyKey RETURN count(propertyKey)";
        yield return "CALL db.idx.fulltext.queryNodes('Object', 'bear') YIELD node, score RETURN node.name, score";
        yield return "CALL algo.pageRank('Object', 'USES') YIELD node, score RETURN node.id, score";
        yield return "CALL algo.WCC({nodeLabels: ['Object']}) YIELD node, componentId RETURN componentId, count(node)";
        yield return "MATCH (a {id: $id}), (b) WITH shortestPath((a)-[*..4]->(b)) AS p WHERE p IS NOT NULL RETURN length(p)";
        yield return "MATCH (n) RETURN n.id AS i UNION MATCH (m) RETURN m.id AS i";
        yield return "EXPLAIN MATCH (n) RETURN n";
        yield return "PROFILE MATCH (n) RETURN n";
    }

    private static readonly string[] Writes =
    [
        "CREATE (:Pwned)", "MERGE (:Pwned {id: 1})", "SET n.x = 1", "SET n += {x: 1}", "SET n:Pwned", "REMOVE n.name", "REMOVE n:Malware", "DELETE n", "DETACH DELETE n", "FOREACH (x IN [1] | CREATE (:Pwned))",
        "CREATE INDEX FOR (x:Pwned) ON (x.y)", "CREATE FULLTEXT INDEX FOR (x:Pwned) ON (x.y)", "DROP INDEX ON :Object(id)", "LOAD CSV FROM 'https://127.0.0.1:1/x' AS row", "LOAD CSV WITH HEADERS FROM 'file:///etc/passwd' AS row",
        "CALL { CREATE (:Pwned) }", "CALL { MATCH (x) DETACH DELETE x }", "CALL { WITH n SET n.x = 1 }", "USE other",
    ];

    /// <summary>Where each write hides; {0} is the write.</summary>
    private static readonly string[] Frames =
    [
        "MATCH (n) {0}", "MATCH (n) {0} RETURN n", "MATCH (n) WITH n {0} RETURN n", "MATCH (n)/* a comment */{0}/* another */", "MATCH (n) // a comment\r\n{0}", "MATCH (n) RETURN n UNION MATCH (n) {0} RETURN n",
        "EXPLAIN MATCH (n) {0}", "PROFILE MATCH (n) {0}", "MATCH (n) RETURN n; MATCH (n) {0}", "CYPHER x=1 MATCH (n) {0}", "MATCH (n)\t{0}\n\nRETURN 1", "UNWIND [1] AS x OPTIONAL MATCH (n) {0}", "MATCH (n) WHERE n.name = 'x\\' {0}",
    ];

    private static readonly string[] Procedures =
    [
        "dbms.procedures", "dbms.functions", "db.idx.fulltext.drop", "db.idx.fulltext.createNodeIndex", "db.idx.vector.createNodeIndex", "db.constraints", "db.indexes", "db.create.setNodeVectorProperty", "apoc.load.json",
        "apoc.cypher.run", "apoc.periodic.commit", "db.meta.stats", "algo.HarmonicCentrality", "DB.LABELS", "algo.pagerank", "gds.graph.project", "dbms.killTransaction", "graph.delete",
    ];

    public static IEnumerable<string> Hostile()
    {
        foreach (var write in Writes)
        {
            foreach (var frame in Frames)
            {
                yield return string.Format(System.Globalization.CultureInfo.InvariantCulture, frame, write);
            }

            yield return $"MATCH (n) {write.ToLowerInvariant()}";
            yield return "MATCH (n) " + string.Concat(write.Select((c, i) => i % 2 == 0 ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c)));
        }

        foreach (var procedure in Procedures)
        {
            yield return $"CALL {procedure}()";
            yield return $"MATCH (n) CALL {procedure}('Object') YIELD x RETURN x";
            yield return $"CALL `{procedure}`()";
        }

        foreach (var query in new[]
        {
            "MATCH (a)-[*]-(b) RETURN a", "MATCH (a)-[*2..]-(b) RETURN a", "MATCH (a)-[*..1000]-(b) RETURN a", "MATCH (a)-[:USES*0..99999999999]->(b) RETURN a", "MATCH (a)-[*1..$x]-(b) RETURN a", "MATCH (a) WHERE (a)-[*]-() RETURN a",
            "RETURN [(a)-[*]-(b) | b]", "UNWIND range(0, 1000000000) AS x RETURN x", "RETURN size(range(1, 2147483647))", "MATCH (a), (b), (c), (d), (e), (f) UNWIND range(1, 1000000) AS x UNWIND range(1, 1000000) AS y RETURN max(x * y)",
            "UNWIND range(1, 1000000) AS x UNWIND range(1, 1000000) AS y RETURN collect(x + y)", "RETURN reduce(s = 'x', i IN range(1, 1000000) | s + s)", "MATCH (n) WHERE n.name =~ '(a+)+$' RETURN n", "RETURN string.matchRegEx('a', '(a+)+$')",
            "RETURN intern('x')", "GRAPH.QUERY other 'MATCH (n) RETURN n'", "MATCH (n) RETURN n\0", "MATCH (n) RETURN '\\u0000'", "MATCH (n) RETURN $x' CREATE (:Pwned) //", "MATCH (n) RETURN `a`` CREATE (:Pwned)", "SHOW DATABASES", "START n=node(*) RETURN n",
            "CREATE USER x SET PASSWORD 'y'", "ALTER USER x", "GRANT ROLE a TO b", "TERMINATE TRANSACTIONS 'x'", "RETURN " + new string('(', 3000) + "1", "RETURN " + string.Concat(Enumerable.Repeat("[", 500)), "MATCH (n) RETURN " + new string('x', 30_000),
        })
        {
            yield return query;
        }

        foreach (var query in Growing())
        {
            yield return query;
        }
    }

    /// <summary>What the server would work out to the end, or to its own, without a look at its limits.</summary>
    private static IEnumerable<string> Growing()
    {
        foreach (var (first, next) in new[]
        {
            ("'xxxxxxxxxxxxxxxx'", "a + a"), ("[1, 2, 3, 4]", "a + a"), ("[1]", "[a, a, a, a, a, a, a, a, a, a]"), ("{x: 1}", "{a: a, b: a, c: a, d: a}"), ("[1]", "[x IN a | [a, a]]"),
            ("['x']", "[a[0] + a[0]]"), ("{x: 'x'}", "{x: a.x + a.x}"), ("'x'", "CASE WHEN true THEN toUpper(a + a) END"), ("[1]", "reduce(s = a, x IN [1, 2] | s + a)"),
        })
        {
            yield return $"WITH {first} AS a{string.Concat(Enumerable.Repeat($" WITH {next} AS a", 30))} RETURN size(a)";
        }

        foreach (var query in new[]
        {
            "RETURN reduce(s = [1], i IN range(1, 60) | [x IN s | [x, x]])", "RETURN reduce(s = [1], i IN range(1, 60) | [y IN [1, 2] | s])", "WITH range(1, 1000000) AS a RETURN size([x IN a WHERE -x IN a])",
            "MATCH (n) WITH collect(n.id) AS a RETURN size([x IN a WHERE any(y IN a WHERE y CONTAINS x)])", "RETURN size([i IN range(1, 1000) | range(1, 1000000)])", "MATCH (n) RETURN [i IN range(1, 1000000) | n.name + n.id]",
            "MATCH (a)-[*12..20]->(b) RETURN count(b)", "MATCH (a)-[*20]-(b) RETURN count(b)", "MATCH (a), (b) WHERE (a)-[*1..20]->(b) RETURN count(*)", "MATCH (a) WHERE NOT (a)-[*..15]-(:Tool) RETURN a",
            "MATCH (a) RETURN [(a)-[*1..20]-(b) | b.id]", "MATCH (a), (b) CALL algo.SPpaths({sourceNode: a, targetNode: b, maxLen: 20, pathCount: 0}) YIELD path RETURN count(path)",
            "MATCH (a) CALL algo.SSpaths({sourceNode: a, pathCount: 0}) YIELD path RETURN count(path)", "CALL algo.SSpaths($list) YIELD path RETURN path", "CALL algo.labelPropagation({maxIterations: 2000000000}) YIELD node RETURN count(node)",
        })
        {
            yield return query;
        }
    }
}
