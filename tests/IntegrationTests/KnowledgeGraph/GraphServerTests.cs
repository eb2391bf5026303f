using Platform.TestSupport;
using StackExchange.Redis;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>How the graph server is set up, asked of the server that runs.</summary>
public sealed class GraphServerTests(Stack stack)
{
    /// <summary>A log of queries is replayed without indexes: after a few imports a killed server was not back in three minutes.</summary>
    [Fact]
    public async Task Its_log_holds_what_queries_changed_and_not_their_text()
    {
        var address = new Uri(await stack.ConnectionAsync("graph"));
        await using var server = await ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions
        {
            EndPoints = { { address.Host, address.Port } },
            User = "kgadmin",
            Password = await stack.ConnectionAsync("graph-admin-password"),
        });
        var setting = (RedisResult[])(await server.GetDatabase().ExecuteAsync("GRAPH.CONFIG", "GET", "EFFECTS_THRESHOLD"))!;
        Assert.Equal(0, (long)setting[1]);
    }
}
