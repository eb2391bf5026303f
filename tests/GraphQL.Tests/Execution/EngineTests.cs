using System.Text.Json;

namespace Platform.GraphQL.Tests.Execution;

public sealed class EngineTests
{
    [Fact]
    public async Task Fields_wait_side_by_side_and_mutations_one_after_another()
    {
        var open = 0;
        var most = 0;
        var release = new TaskCompletionSource();
        Resolver wait = async _ =>
        {
            most = Math.Max(most, ++open);
            if (open == 3)
            {
                release.SetResult();
            }

            await release.Task;
            open--;
            return 1;
        };
        Resolver turn = async _ =>
        {
            most = Math.Max(most, ++open);
            await Task.Yield();
            return open--;
        };
        var schema = Schema.Build(schema =>
        {
            schema.Query(type => type.Field("wait: Int").ResolveAsync(wait));
            schema.Mutation(type => type.Field("turn: Int").ResolveAsync(turn));
        });
        Assert.Equal("""{"data":{"a":1,"b":1,"c":1}}""", await RunAsync(schema, "{ a: wait b: wait c: wait }"));
        Assert.Equal(3, most);
        most = 0;
        Assert.Equal("""{"data":{"a":1,"b":1,"c":1}}""", await RunAsync(schema, "mutation { a: turn b: turn c: turn }"));
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task What_a_resolver_throws_is_told_only_if_it_is_meant_for_the_client()
    {
        var faults = new List<Exception>();
        var schema = Schema.Build(schema => schema.Query(type =>
        {
            type.Field("told: Int").Resolve(_ => throw new GraphQLException("Not so.", "CONFLICT", new Dictionary<string, object?> { ["by"] = 3 }));
            type.Field("secret: Int").Resolve(_ => throw new InvalidOperationException("password"));
        }));
        var answer = await RunAsync(schema, "{ told secret }", new RequestScope { Faulted = (fault, context) => faults.Add(new InvalidOperationException(context!.Path.ToString(), fault)) });
        Assert.Equal(
            """{"errors":[{"message":"Not so.","locations":[{"line":1,"column":3}],"path":["told"],"extensions":{"code":"CONFLICT","by":3}},{"message":"Internal server error.","locations":[{"line":1,"column":8}],"path":["secret"],"extensions":{"code":"INTERNAL_SERVER_ERROR"}}],"data":{"told":null,"secret":null}}""",
            answer);
        Assert.Equal("secret", Assert.Single(faults).Message);
    }

    [Fact]
    public async Task Permissions_of_a_type_and_of_a_field_are_both_needed()
    {
        var called = 0;
        var schema = Schema.Build(schema =>
        {
            schema.Query(type => type.Field("thing: Thing").Resolve(_ => new { Open = 1 }));
            schema.Object("Thing", type =>
            {
                type.Requires("read:things");
                type.Field("open: Int");
                type.Field("closed: Int").Requires("read:closed").Resolve(_ => ++called);
            });
        });
        Assert.Contains("needs the permission read:things", await RunAsync(schema, "{ thing { open } }"), StringComparison.Ordinal);
        var answer = await RunAsync(schema, "{ thing { open closed } }", new RequestScope { Permits = p => p == "read:things" });
        Assert.Contains("\"data\":{\"thing\":{\"open\":1,\"closed\":null}}", answer, StringComparison.Ordinal);
        Assert.Contains("INSUFFICIENT_PERMISSIONS", answer, StringComparison.Ordinal);
        Assert.Equal(0, called);
    }

    [Theory]
    [InlineData("""{ "i": { "name": "ab" } }""", "at least 3 characters")]
    [InlineData("""{ "i": { "name": "abcdef" } }""", "at most 5 characters")]
    [InlineData("""{ "i": { "name": "AB1" } }""", "must match")]
    [InlineData("""{ "i": { "name": "abc", "size": 0 } }""", "at least 1")]
    [InlineData("""{ "i": { "name": "abc", "size": 10 } }""", "less than 10")]
    [InlineData("""{ "i": { "name": "abc", "size": 3 } }""", "multiple of 2")]
    [InlineData("""{ "i": { "name": "abc", "tags": [] } }""", "at least 1 items")]
    [InlineData("""{ "i": { "name": "abc", "tags": ["aa", "b", "c"] } }""", "at most 2 items")]
    [InlineData("""{ "i": { "name": "abc", "mail": "nobody" } }""", "format email")]
    [InlineData("""{ "i": { "name": "abc", "size": 4, "tags": ["a"], "mail": "a@example.com" } }""", null)]
    public async Task Constraints_hold_for_variables_and_literals(string variables, string? fault)
    {
        var schema = Schema.Build(schema =>
        {
            schema.Sdl("""
                input In {
                  name: String! @constraint(minLength: 3, maxLength: 5, pattern: "^[a-z]+$")
                  size: Int @constraint(min: 1, exclusiveMax: 10, multipleOf: 2)
                  tags: [String!] @constraint(minItems: 1, maxItems: 2)
                  mail: String @constraint(format: "email")
                }
                """);
            schema.Query(type => type.Field("take(in: In!): String").Resolve(c => c.Argument<InputObject>("in")!.Get<string>("name")));
        });
        var value = JsonElement.Parse(variables);
        var literal = System.Text.RegularExpressions.Regex.Replace(value.GetProperty("i").GetRawText(), "\"(\\w+)\":", "$1:");
        foreach (var answer in new[] { await RunAsync(schema, "query ($i: In!) { take(in: $i) }", variables: value), await RunAsync(schema, $"{{ take(in: {literal}) }}") })
        {
            Assert.Contains(fault ?? "\"take\":\"abc\"", answer, StringComparison.Ordinal);
            Assert.Equal(fault is not null, answer.Contains("VALIDATION_ERROR", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Inputs_come_as_they_are_bound_and_enums_as_their_values()
    {
        var schema = Schema.Build(schema =>
        {
            schema.Enum("Level", type => type.Of<DayOfWeek>());
            schema.Scalar("Moment").Parse(json => json.ValueKind == JsonValueKind.String && DateOnly.TryParse(json.GetString(), out var day) ? day : throw new CoercionException("Not a day."))
                .Serialize(value => ((DateOnly)value).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
            schema.Input("Range", type => type.Field("from: Moment!").Field("days: [Level!]").Bind(o => (From: o.Get<DateOnly>("from"), Days: o.Get<DayOfWeek[]>("days"))));
            schema.Query(type =>
            {
                type.Field("first(range: Range!): Moment").Resolve(c => c.Argument<(DateOnly From, DayOfWeek[]? Days)>("range").From);
                type.Field("day(range: Range!): Level").Resolve(c => c.Argument<(DateOnly From, DayOfWeek[]? Days)>("range").Days?[0]);
            });
        });
        Assert.Equal("""{"data":{"first":"2026-01-02","day":"MONDAY"}}""",
            await RunAsync(schema, "query ($r: Range!) { first(range: $r) day(range: { from: \"2026-01-02\", days: [MONDAY] }) }", variables: JsonElement.Parse("""{ "r": { "from": "2026-01-02" } }""")));
        Assert.Contains("Not a day.", await RunAsync(schema, "{ first(range: { from: \"x\" }) }"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resolver_sees_what_is_selected_below()
    {
        string? seen = null;
        var schema = Schema.Build(schema =>
        {
            schema.Query(type => type.Field("a: T").Resolve(c =>
            {
                seen = string.Join(' ', new[] { c.Selects("b", "c"), c.Selects("b", "d"), c.Selects("e"), c.Selects("b") });
                return null;
            }));
            schema.Object("T", type =>
            {
                type.Field("b: T");
                type.Field("c: Int");
                type.Field("d: Int");
                type.Field("e: Int");
            });
        });
        await RunAsync(schema, "query ($no: Boolean = false) { a { ...F e @include(if: $no) } } fragment F on T { b { ... on T { c } } }");
        Assert.Equal("True False False True", seen);
    }

    [Fact]
    public async Task A_cancelled_request_ends()
    {
        var schema = Schema.Build(schema => schema.Query(type => type.Field("never: Int").ResolveAsync(async c =>
        {
            await new TaskCompletionSource<int>().Task.WaitAsync(c.CancellationToken);
            return 1;
        })));
        using var stop = new CancellationTokenSource();
        var running = new GraphQLEngine(schema).ExecuteAsync(new GraphQLRequest("{ never }"), new RequestScope(), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public void What_breaks_clients_between_two_schemas_is_told()
    {
        var old = Schema.FromSdl("type Query { a(b: Int, c: Int!): Int d: Int! e: E u: U f(i: In): Int } enum E { X Y } union U = A | B type A { a: Int } type B { b: Int } input In { a: Int }");
        var now = Schema.FromSdl("type Query { a(b: Int!, c: Int, n: Int!): Int! d: Int e: E u: U f(i: In): Int g: Int } enum E { X Z } union U = A type A { a: Int } input In { a: Int n: Int! }");
        Assert.Equal(
            ["B was removed.", "E.Y was removed.", "In(n:) was added and is required.", "Query.a(b:) changed type from Int to Int!.", "Query.a(n:) was added and is required.", "Query.d changed type from Int! to Int.", "B was removed from union U."],
            SchemaChanges.Between(old, now).OrderBy(c => c.Contains("union", StringComparison.Ordinal)).ThenBy(c => c, StringComparer.Ordinal));
        Assert.Empty(SchemaChanges.Between(old, old));
    }

    private static async Task<string> RunAsync(Schema schema, string query, RequestScope? scope = null, JsonElement? variables = null) =>
        System.Text.Encoding.UTF8.GetString((await new GraphQLEngine(schema).ExecuteAsync(new GraphQLRequest(query, null, variables), scope ?? new RequestScope(), TestContext.Current.CancellationToken)).ToJson());
}
