using Platform.Benchmarks.Harness;

namespace Platform.Benchmarks.GraphQL;

/// <summary>GraphQL: what it costs to read and check documents, to refuse hostile ones, and to answer from the services.</summary>
internal sealed class GraphQLBench : Measurement
{
    public override string Name => "graphql";

    public override string Summary => "GraphQL: documents read and checked a second, how soon hostile ones are refused, and a query over the services";

    public override string Help => """
        One thread parses and validates small documents (some ten fields, arguments, variables and a fragment) against a schema
        of 300 types, none of them from a cache; then documents of 1/16, 1/4 and all of 5,000 tokens, which gives the growth
        exponent; then refuses each of the hostile documents of the engine's tests (deep, wide, aliases, fragment cycles and bombs,
        huge lists, 10 MB) and shows the slowest.

        Then a platform answers a query of three levels (100 indicators, three relationships of each, and the names of what
        they lead to), one after another through the gateway.

        Budget: 20,000 small documents/s; exponent at most 1.2; the slowest refusal at most 5 ms; the query at most 3 calls of
        services, and p95 at most 60 ms.
        """;

    public override async Task RunAsync(Run run, CancellationToken ct)
    {
        EngineFigures.Measure(run, ct);
        await QueryFigures.MeasureAsync(run, ct);
    }
}
