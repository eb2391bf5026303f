using FalkorDb;
using Platform.TestSupport;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>How the graph server is set up, asked of the server that runs.</summary>
public sealed class GraphServerTests(Stack stack)
{
    /// <summary>A log of queries is replayed without indexes: after a few imports a killed server was not back in three minutes.</summary>
    [Fact]
    public async Task Its_log_holds_what_queries_changed_and_not_their_text()
    {
        var options = FalkorDbOptions.Parse(await stack.ConnectionAsync("graph")) with { User = "kgadmin", Password = await stack.ConnectionAsync("graph-admin-password") };
        using var administrator = new FalkorDbClient(options);
        var setting = await administrator.CommandAsync(["GRAPH.CONFIG", "GET", "EFFECTS_THRESHOLD"], TestContext.Current.CancellationToken);
        Assert.Equal(0, setting.Items[1].Integer);
    }
}
