using System.Text.Json;

namespace Platform.GraphQL.Tests.Execution;

public sealed class LoaderTests
{
    private readonly List<int[]> _calls = [];

    [Fact]
    public async Task Three_levels_over_a_hundred_objects_are_three_calls()
    {
        var answer = await RunAsync("{ roots(first: 100) { children { children { children { id } } } } }", maxBatch: 1_000);
        var roots = answer.GetProperty("data").GetProperty("roots");
        Assert.Equal(7010, roots[7].GetProperty("children")[0].GetProperty("children")[1].GetProperty("children")[0].GetProperty("id").GetInt32());
        Assert.Equal(3, _calls.Count);
        Assert.Equal(100, _calls[0].Length);
        // What is known already is asked of nobody.
        Assert.Distinct(_calls.SelectMany(c => c));
    }

    [Fact]
    public async Task Parents_that_come_late_share_what_is_known()
    {
        await RunAsync("{ roots(first: 100) { children { parent { children { id } } } } }");
        Assert.Equal([100], _calls.Select(c => c.Length));
    }

    [Fact]
    public async Task Keys_of_one_moment_go_in_calls_of_bounded_size()
    {
        await RunAsync("{ roots(first: 250) { children { id } } }");
        Assert.Equal([100, 100, 50], _calls.Select(c => c.Length));
    }

    [Fact]
    public async Task A_mutation_forgets_what_was_read_before_it()
    {
        await RunAsync("mutation { a: touch(id: 1) { children { id } } b: touch(id: 1) { children { id } } }");
        Assert.Equal([[1], [1]], _calls);
    }

    [Fact]
    public async Task A_failed_call_fails_every_field_that_waits_for_it()
    {
        var answer = await RunAsync("{ roots(first: 3) { id broken } }");
        Assert.Equal(3, answer.GetProperty("errors").GetArrayLength());
        Assert.All(answer.GetProperty("errors").EnumerateArray(), e => Assert.Equal("INTERNAL_SERVER_ERROR", e.GetProperty("extensions").GetProperty("code").GetString()));
        Assert.Equal(2, answer.GetProperty("data").GetProperty("roots")[1].GetProperty("id").GetInt32() + 1);
    }

    [Fact]
    public async Task A_resolver_that_left_the_loop_is_served_too()
    {
        var answer = await RunAsync("{ elsewhere { id } }");
        Assert.Equal(2, answer.GetProperty("data").GetProperty("elsewhere").GetArrayLength());
    }

    private async Task<JsonElement> RunAsync(string query, int maxBatch = 100)
    {
        var schema = Schema.Build(schema =>
        {
            schema.Query(type =>
            {
                type.Field("roots(first: Int!): [Thing!]!").Resolve(c => Enumerable.Range(0, c.Argument<int>("first")).Select(i => new Thing(i)));
                type.Field("elsewhere: [Thing!]").ResolveAsync(c => new(Task.Run(async () => (object?)await Children(c, maxBatch).LoadAsync(5).ConfigureAwait(false))));
            });
            schema.Mutation(type => type.Field("touch(id: Int!): Thing!").Resolve(c => new Thing(c.Argument<int>("id"))));
            schema.Object("Thing", type =>
            {
                type.Field("id: Int!");
                type.Field("children: [Thing!]!").ResolveAsync(async c => await Children(c, maxBatch).LoadAsync(((Thing)c.Parent!).Id));
                type.Field("parent: Thing!").ResolveAsync(async c =>
                {
                    await Task.Yield();
                    return new Thing(((Thing)c.Parent!).Id / 10);
                });
                type.Field("broken: Int").ResolveAsync(async c => await c.Loader<int, int>("broken", (_, _) => throw new InvalidOperationException("secret")).LoadAsync(((Thing)c.Parent!).Id));
            });
        });
        var engine = new GraphQLEngine(schema, EngineOptions.Trusted);
        return JsonElement.Parse((await engine.ExecuteAsync(new GraphQLRequest(query), new RequestScope(), TestContext.Current.CancellationToken)).ToJson());
    }

    private Loader<int, Thing[]> Children(ResolveContext context, int maxBatch) => context.Loader<int, Thing[]>("children", async (keys, ct) =>
    {
        lock (_calls)
        {
            _calls.Add([.. keys]);
        }

        await Task.Yield();
        ct.ThrowIfCancellationRequested();
        return keys.ToDictionary(k => k, k => new[] { new Thing(k * 10), new Thing((k * 10) + 1) });
    }, maxBatch);

    private sealed record Thing(int Id);
}
