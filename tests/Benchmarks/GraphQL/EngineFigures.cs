using System.Diagnostics;
using System.Text;
using Platform.Benchmarks.Harness;
using Platform.GraphQL;
using Platform.GraphQL.Tests.Limits;

namespace Platform.Benchmarks.GraphQL;

/// <summary>The engine by itself, on one thread.</summary>
internal static class EngineFigures
{
    private const int Small = 2_000;

    public static void Measure(Run run, CancellationToken ct)
    {
        var schema = Schema.FromSdl(LargeSdl());
        // Nothing is kept: each document is read anew.
        var engine = new GraphQLEngine(schema, new EngineOptions { PreparedDocuments = 0, MaxFields = int.MaxValue, MaxAliases = int.MaxValue });
        var hostile = new GraphQLEngine(Schema.FromSdl(HostileDocuments.Sdl));
        var small = Enumerable.Range(0, Small).Select(i => $$"""
            query Q{{i}}($id: ID!, $first: Int = 10) {
              item{{i % 100}}(id: $id) { id name ...Parts related(first: $first, filter: { text: "a", level: HIGH }) { id name score } }
            }
            fragment Parts on Item{{i % 100}} { created score tags }
            """).ToArray();
        var sizes = new[] { 16, 4, 1 }.Select(share => (Share: share, Text: Wide(540 / share))).ToArray();
        var bad = HostileDocuments.All.ToDictionary(d => d.Key, d => d.Value());

        var rates = new List<double>();
        var times = sizes.ToDictionary(s => s.Share, _ => new List<double>());
        var slowest = new List<double>();
        Prepare(engine, small);
        foreach (var (kind, document) in bad)
        {
            Refuse(hostile, kind, document);
        }

        for (var round = 0; round < run.Options.Rounds; round++)
        {
            ct.ThrowIfCancellationRequested();
            rates.Add(Small * 3 / Seconds(() =>
            {
                for (var i = 0; i < 3; i++)
                {
                    Prepare(engine, small);
                }
            }));
            foreach (var (share, text) in sizes)
            {
                times[share].Add(Enumerable.Range(0, 40).Min(i => Seconds(() => Prepare(engine, [text + new string(' ', i)]))) * 1000);
            }

            var (kind, time) = bad.Select(d => (d.Key, Time: Enumerable.Range(0, 5).Min(_ => Seconds(() => Refuse(hostile, d.Key, d.Value))) * 1000)).MaxBy(d => d.Time);
            slowest.Add(time);
            run.Say($"{rates[^1]:0} documents/s, the slowest refusal {time:0.00} ms ({kind})");
        }

        run.Figures.Add(new Figure("small documents, read and checked", "1/s", rates, Budget.AtLeast(20_000)));
        foreach (var (share, values) in times)
        {
            run.Figures.Add(new Figure($"1/{share} of 5,000 tokens", "ms", values));
        }

        var exponents = times[1].Zip(times[16], (all, part) => Math.Log(all / part) / Math.Log(16)).ToList();
        run.Figures.Add(new Figure("growth with the size of a document", "exponent", exponents, Budget.AtMost(1.2)));
        run.Figures.Add(new Figure("slowest refusal of a hostile document", "ms", slowest, Budget.AtMost(5)));
    }

    private static void Prepare(GraphQLEngine engine, string[] documents)
    {
        foreach (var document in documents)
        {
            if (engine.Prepare(document, out var errors) is null)
            {
                throw new InvalidOperationException(errors[0].Message);
            }
        }
    }

    private static void Refuse(GraphQLEngine engine, string kind, string document)
    {
        if (engine.Admit(new GraphQLRequest(document), new RequestScope()).IsAdmitted)
        {
            throw new InvalidOperationException($"\"{kind}\" was admitted.");
        }
    }

    private static double Seconds(Action work)
    {
        var clock = Stopwatch.StartNew();
        work();
        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>One selection after another, nine tokens each, some of them of the same name.</summary>
    private static string Wide(int fields)
    {
        var text = new StringBuilder("{");
        for (var i = 0; i < fields; i++)
        {
            text.Append($" item{i % 100}(id: 1) {{ id }}");
        }

        return text.Append(" }").ToString();
    }

    private static string LargeSdl()
    {
        var text = new StringBuilder("enum Level { LOW HIGH } type Query {");
        for (var i = 0; i < 100; i++)
        {
            text.Append($" item{i}(id: ID!): Item{i}");
        }

        text.Append(" }");
        for (var i = 0; i < 100; i++)
        {
            text.Append($$"""
                 type Item{{i}} { id: ID! name: String created: String score: Float tags: [String!] related(first: Int = 10, filter: Filter{{i}}): [Item{{(i + 1) % 100}}!]! }
                input Filter{{i}} { text: String level: Level }
                union Any{{i}} = Item{{i}} | Query
                """);
        }

        return text.ToString();
    }
}
