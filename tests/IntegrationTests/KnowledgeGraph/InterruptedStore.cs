using Platform.KnowledgeGraph.Storage;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>A store that now and then is gone just before or just after a write.</summary>
internal sealed class InterruptedStore(IGraphStore inner, Random random) : StoreBehind(inner)
{
    private const int OneIn = 20;

    public override async Task<GraphRows> WriteAsync(GraphKey graph, string cypher, IReadOnlyDictionary<string, object?>? parameters, CancellationToken ct)
    {
        Interrupt();
        var rows = await base.WriteAsync(graph, cypher, parameters, ct);
        Interrupt();
        return rows;
    }

    private void Interrupt()
    {
        if (random.Next(OneIn) == 0)
        {
            throw new IOException("interrupted");
        }
    }
}
