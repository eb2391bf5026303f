using Platform.Benchmarks.Chat;
using Platform.Benchmarks.Events;
using Platform.Benchmarks.Gateway;
using Platform.Benchmarks.Graph;
using Platform.Benchmarks.GraphQL;
using Platform.Benchmarks.Import;
using Platform.Benchmarks.Lookup;
using Platform.Benchmarks.Proofs;
using Platform.Benchmarks.Recommend;
using Platform.Benchmarks.SeedStack;
using Platform.Benchmarks.Signals;
using Platform.Benchmarks.Start;
using Platform.Benchmarks.Streams;
using Platform.Benchmarks.Tokens;
using Platform.Benchmarks.Usage;

namespace Platform.Benchmarks.Harness;

/// <summary>A command and what it can run.</summary>
internal sealed record Catalogue(string Command, IReadOnlyList<Measurement> All)
{
    public static readonly Catalogue Benches = new(
        "bench", [new GatewayBench(), new MixedBench(), new TelemetryBench(), new SignalsBench(), new StackBench(), new ImportBench(), new LookupBench(), new GraphBench(), new RecommendBench(), new ChatBench(), new EventsBench(), new StartBench(), new TokenBench(), new SignInBench(), new GraphQLBench()]);

    public static readonly Catalogue Proofs = new("prove", [new KillImportProof(), new KillBrokerProof(), new UsageProof(), new UsageKillProof(), new RefreshRaceProof(), new ImportMemoryProof(), new StreamProof()]);
}
