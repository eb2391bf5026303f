using Platform.Contracts;
using Platform.KnowledgeGraph.Storage;
using Platform.KnowledgeGraph.Storage.Neo4j;

namespace Platform.KnowledgeGraph.Tests;

/// <summary>What is said to a Neo4j server and what is made of its answers.</summary>
public sealed class Neo4jProtocolTests : IDisposable
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly GraphKey Graph = GraphKey.Of(Guid.Parse("0192f0c1-2345-7abc-8def-0123456789ab"), TlpLevel.AmberStrict);
    private readonly FakeNeo4j _server = new();
    private readonly HttpClient _http;

    public Neo4jProtocolTests() => _http = new HttpClient(_server, disposeHandler: true);

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Values_come_back_as_they_were_sent()
    {
        var store = Store();
        await store.WriteAsync(Graph, "CREATE (n)", null, Ct);
        foreach (var value in new object?[]
        {
            null, true, false, 5, 5.0, long.MaxValue, long.MinValue, 0.1 + 0.2, double.Epsilon, -1e300, "", "O'Brien \"q\" \\ `b` \n 日本語 🙂 \u0001 $x", new object?[] { 1, 1.0, "a", new object?[] { null } },
            new Dictionary<string, object?> { ["a b"] = 1, ["$type"] = "Integer", ["_value"] = new[] { true } },
        })
        {
            var rows = await store.ReadAsync(Graph, "RETURN $x AS x", new Dictionary<string, object?> { ["x"] = value }, ReadLimits.Default, Ct);
            Assert.Equivalent(value is int whole ? (long)whole : value, rows.Rows[0][0], strict: true);
        }

        Assert.Equal("READ", _server.Requests[^1].AccessMode);
        Assert.Equal("x", Assert.Single((await store.ReadAsync(Graph, "RETURN $x AS x", new Dictionary<string, object?> { ["x"] = 1 }, ReadLimits.Default, Ct)).Columns));
    }

    [Fact]
    public async Task Random_values_keep_their_bits_and_their_types()
    {
        var store = Store();
        await store.WriteAsync(Graph, "CREATE (n)", null, Ct);
        var random = new Random(7);
        for (var i = 0; i < 300; i++)
        {
            var number = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            var text = new string([.. Enumerable.Range(0, random.Next(20)).Select(_ => (char)random.Next(1, 0xD800))]);
            var sent = new object?[] { double.IsFinite(number) ? number : 0.0, random.NextInt64(), text };
            var rows = await store.ReadAsync(Graph, "RETURN $x AS x", new Dictionary<string, object?> { ["x"] = sent }, ReadLimits.Default, Ct);
            Assert.Equal(sent, (object?[])rows.Rows[0][0]!);
        }
    }

    [Fact]
    public async Task Nodes_relationships_and_paths_are_shown_by_their_own_ids_and_without_vectors()
    {
        const string node = """{"$type":"Node","_value":{"_element_id":"4:x:1","_labels":["Object","Malware"],"_properties":{"id":{"$type":"String","_value":"malware--1"},"name":{"$type":"String","_value":"Emotet"},"n":{"$type":"Integer","_value":"7"},"_lexical":{"$type":"List","_value":[]}}}}""";
        const string edge = """{"$type":"Relationship","_value":{"_element_id":"5:x:1","_start_node_element_id":"4:x:1","_end_node_element_id":"4:x:2","_type":"USES","_properties":{"id":{"$type":"String","_value":"relationship--1"}}}}""";
        const string other = """{"$type":"Node","_value":{"_element_id":"4:x:2","_labels":["Object"],"_properties":{}}}""";
        _server.Answer = (_, statement) => statement switch
        {
            "RETURN n, e" => FakeNeo4j.Rows(["n", "e"], [[node, edge]]),
            "RETURN p" => FakeNeo4j.Rows(["p"], [[$$"""{"$type":"Path","_value":[{{node}},{{edge}},{{other}}]}"""]]),
            _ when statement.Contains("elementId", StringComparison.Ordinal) =>
                FakeNeo4j.Rows(["e", "i"], [["""{"$type":"String","_value":"4:x:2"}""", """{"$type":"String","_value":"tool--2"}"""]]),
            _ => null,
        };
        var row = (await Store().ReadAsync(Graph, "RETURN n, e", null, ReadLimits.Default, Ct)).Rows[0];
        var (shown, relationship) = ((GraphNode)row[0]!, (GraphRelationship)row[1]!);
        Assert.Equal(("malware--1", "Emotet", "Malware"), (shown.Id, shown.Name, Assert.Single(shown.Labels)));
        Assert.Equal(["n"], shown.Properties.Keys);
        Assert.Equal(("relationship--1", "USES", "malware--1", "tool--2"), (relationship.Id, relationship.Type, relationship.SourceId, relationship.TargetId));
        var path = (FoundPath)(await Store().ReadAsync(Graph, "RETURN p", null, ReadLimits.Default, Ct)).Rows[0][0]!;
        Assert.Equal((1, 2, 1), (path.Length, path.Nodes.Count, path.Relationships.Count));
    }

    [Fact]
    public async Task A_graph_is_a_database_behind_an_alias_and_another_can_take_its_place()
    {
        var store = Store();
        Assert.Empty((await store.ReadAsync(Graph, "RETURN $x AS x", new Dictionary<string, object?> { ["x"] = 1 }, ReadLimits.Default, Ct)).Rows);
        await store.WriteAsync(Graph, "CREATE (n)", null, Ct);
        await store.WriteAsync(Graph.Restored, "CREATE (n)", null, Ct);
        Assert.Equal([Graph, Graph.Restored], (await store.ListAsync(Ct)).OrderBy(k => k.Name.Length));
        var (before, next) = (_server.Aliases[Neo4jDatabases.Alias(Graph)], _server.Aliases[Neo4jDatabases.Alias(Graph.Restored)]);
        Assert.True(next.Length <= 63, next);

        await store.ReplaceAsync(Graph, Graph.Restored, Ct);
        Assert.Equal(next, _server.Aliases[Neo4jDatabases.Alias(Graph)]);
        Assert.DoesNotContain(before, _server.Databases);
        await store.ReplaceAsync(Graph, Graph.Restored, Ct);
        Assert.Equal([Graph], await store.ListAsync(Ct));

        await store.DropAsync(Graph, Ct);
        await store.DropAsync(Graph, Ct);
        Assert.Equal(["system"], _server.Databases);
    }

    [Theory]
    [InlineData("Neo.ClientError.Statement.SyntaxError", nameof(GraphFailure.Invalid))]
    [InlineData("Neo.ClientError.Procedure.ProcedureNotFound", nameof(GraphFailure.Invalid))]
    [InlineData("Neo.ClientError.Statement.AccessMode", nameof(GraphFailure.NotAllowed))]
    [InlineData("Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration", nameof(GraphFailure.TooExpensive))]
    [InlineData("Neo.TransientError.General.MemoryPoolOutOfMemoryError", nameof(GraphFailure.TooExpensive))]
    [InlineData("Neo.ClientError.Security.Forbidden", nameof(GraphFailure.Unavailable))]
    [InlineData("Neo.TransientError.Transaction.DeadlockDetected", nameof(GraphFailure.Unavailable))]
    public async Task An_error_in_an_answer_that_says_accepted_is_a_failure(string code, string failure)
    {
        _server.Answer = (_, _) => FakeNeo4j.Error(code, "no");
        var thrown = await Assert.ThrowsAsync<GraphStoreException>(() => Store().ReadAsync(Graph, "RETURN 1", null, ReadLimits.Default, Ct));
        Assert.Equal(failure, thrown.Failure.ToString());
    }

    [Fact]
    public async Task What_lost_to_another_transaction_is_run_again()
    {
        var failures = 2;
        _server.Answer = (_, _) => failures-- > 0 ? FakeNeo4j.Error("Neo.TransientError.Transaction.DeadlockDetected", "again") : FakeNeo4j.Rows(["a"], [["""{"$type":"Integer","_value":"1"}"""]]);
        Assert.Equal(1L, (await Store().WriteAsync(Graph, "RETURN 1 AS a", null, Ct)).Rows[0][0]);
        Assert.Equal(3, _server.Requests.Count);
    }

    [Fact]
    public async Task A_database_that_was_just_made_may_not_be_up_yet()
    {
        var failures = 2;
        _server.Answer = (database, statement) => database != "system" && _server.Databases.Count > 1 && failures-- > 0 ? FakeNeo4j.Error("Neo.TransientError.Database.DatabaseUnavailable", "wait") : null;
        await Store().WriteAsync(Graph, "CREATE (n)", null, Ct);
        Assert.Equal(["CREATE (n)", "CREATE (n)", "CREATE (n)", "CREATE (n)"], _server.Requests.Where(r => r.Database != "system").Select(r => r.Statement));
    }

    [Fact]
    public async Task What_fails_in_a_database_that_was_just_made_is_a_failure_like_any()
    {
        _server.Answer = (database, _) => database != "system" && _server.Databases.Count > 1 ? FakeNeo4j.Error("Neo.ClientError.Statement.SyntaxError", "no") : null;
        Assert.Equal(GraphFailure.Invalid, (await Assert.ThrowsAsync<GraphStoreException>(() => Store().WriteAsync(Graph, "CREATE n", null, Ct))).Failure);
    }

    [Fact]
    public async Task Time_size_and_credentials_are_looked_after()
    {
        _server.Answer = (_, statement) => statement == "slow" ? "hang" : FakeNeo4j.Rows(["a"], [[$$"""{"$type":"String","_value":"{{new string('x', 100_000)}}"}"""]]);
        Assert.Equal(GraphFailure.TooExpensive, (await Assert.ThrowsAsync<GraphStoreException>(() => Store().ReadAsync(Graph, "slow", null, new ReadLimits(TimeSpan.FromMilliseconds(50)), Ct))).Failure);
        Assert.Equal(GraphFailure.TooExpensive, (await Assert.ThrowsAsync<GraphStoreException>(() => Store().ReadAsync(Graph, "large", null, new ReadLimits(TimeSpan.FromSeconds(5), 50_000), Ct))).Failure);
        Assert.Equal(GraphFailure.Unavailable, (await Assert.ThrowsAsync<GraphStoreException>(() => Store("wrong").ReadAsync(Graph, "RETURN 1", null, ReadLimits.Default, Ct))).Failure);
    }

    [Fact]
    public void Addresses_say_what_they_must()
    {
        var options = Neo4jOptions.Parse("neo4j+https://neo4j:p%40ss@graph.example:7473");
        Assert.Equal((new Uri("https://graph.example:7473"), "neo4j", "p@ss", null), (options.Address, options.User, options.Password, options.Database));
        Assert.Equal("neo4j", Neo4jOptions.Parse("neo4j+http://a:b@127.0.0.1:7474/neo4j").Database);
        Assert.Throws<FormatException>(() => Neo4jOptions.Parse("neo4j+http://127.0.0.1:7474"));
        Assert.Throws<FormatException>(() => Neo4jOptions.Parse("redis://a:b@127.0.0.1:7474"));
    }

    private Neo4jGraphStore Store(string? password = null)
    {
        var parts = FakeNeo4j.Credentials.Split(':', 2);
        var options = new Neo4jOptions(new Uri("http://neo4j.test:7474"), parts[0], password ?? parts[1], null);
        var client = new Neo4jClient(_http, options);
        return new Neo4jGraphStore(client, new Neo4jDatabases(client, options));
    }
}
