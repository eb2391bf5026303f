using System.Text;
using FalkorDb.Resp;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.KnowledgeGraph.Query;
using Platform.KnowledgeGraph.Storage;
using Platform.TestSupport;
using static Platform.IntegrationTests.KnowledgeGraph.GraphFixture;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>What the Cypher door lets through, on the real server.</summary>
public sealed class CypherDoorTests(Stack stack) : IAsyncLifetime
{
    private const int MaxRows = 1_000;
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly Dictionary<string, object?> Parameters = new() { ["id"] = "malware--1", ["text"] = "mot", ["x"] = 5, ["list"] = new[] { 1, 2 } };
    private GraphFixture _fixture = null!;

    public async ValueTask InitializeAsync()
    {
        _fixture = await StartAsync(stack);
        await _fixture.ApplyAsync(
            new ThreatObjectsUpserted([Object("malware--1", name: "Emotet"), Object("tool--1", name: "Wrench"), Object("intrusion-set--1", name: "Test Bear"), Object("campaign--1")]),
            new RelationshipsUpserted([Link("relationship--1", "intrusion-set--1", "malware--1"), Link("relationship--2", "malware--1", "tool--1"), Link("relationship--3", "intrusion-set--1", "campaign--1", type: "targets")]));
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Honest_queries_are_answered()
    {
        var queries = CypherCorpus.Honest().Distinct().ToList();
        Assert.True(queries.Count >= 300, $"{queries.Count} queries");
        foreach (var query in queries)
        {
            try
            {
                await AskAsync(query, TimeSpan.FromSeconds(5));
            }
            catch (Exception exception) when (exception is QueryRefusedException or GraphStoreException)
            {
                Assert.Fail($"{query}\n{exception.Message}");
            }
        }
    }

    [Fact]
    public async Task Hostile_queries_are_refused_or_come_to_an_end_and_change_nothing()
    {
        var queries = CypherCorpus.Hostile().Distinct().ToList();
        Assert.True(queries.Count >= 300, $"{queries.Count} queries");
        var before = await _fixture.DigestAsync(TlpLevel.Clear);
        var (others, refused) = ((await _fixture.Store.ListAsync(Ct)).Count(g => g.Tenant == _fixture.Tenant), 0);
        foreach (var query in queries)
        {
            try
            {
                // Where it is admitted, it is harmless: cut by rows, time or memory, or an error.
                Assert.True(await AskAsync(query, TimeSpan.FromMilliseconds(300)) <= MaxRows + 1, query);
            }
            catch (QueryRefusedException)
            {
                refused++;
            }
            catch (GraphStoreException exception)
            {
                Assert.NotEqual(GraphFailure.Unavailable, exception.Failure);
            }
        }

        Assert.True(refused >= 300, $"{refused} refused");

        // A query can go on behind its time limit, where the server does not look at the time.
        await Eventually.TrueAsync(
            async () => !(await _fixture.Client.CommandAsync(["GRAPH.INFO"], Ct)).Items.Any(i => Mentions(i, _fixture.Tenant.ToString("D"))),
            TimeSpan.FromSeconds(10), Ct, "The end of every query");
        Assert.Equal(before, await _fixture.DigestAsync(TlpLevel.Clear));
        Assert.Equal(others, (await _fixture.Store.ListAsync(Ct)).Count(g => g.Tenant == _fixture.Tenant));
    }

    [Fact]
    public async Task Whatever_a_parameter_holds_comes_back()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var sent = Enumerable.Range(0, 100).Select(_ => Value(random, 0)).ToArray();
            var answer = await _fixture.Store.ReadAsync(_fixture.Graph(), "RETURN $x", new Dictionary<string, object?> { ["x"] = sent }, ReadLimits.Default, Ct);
            Assert.Equal(Text(sent), Text(answer.Rows[0][0]));
        }
    }

    private static bool Mentions(RespValue value, string text) =>
        value.Kind == RespKind.Array ? value.Items.Any(i => Mentions(i, text)) : value.Kind == RespKind.Text && value.Text.Contains(text, StringComparison.Ordinal);

    private async Task<int> AskAsync(string query, TimeSpan timeout)
    {
        var parsed = CypherParser.Parse(query);
        var parameters = parsed.Parameters.ToDictionary(p => p, p => Parameters.GetValueOrDefault(p));
        return parsed.Plan == PlanWanted.None
            ? (await _fixture.Store.ReadAsync(_fixture.Graph(), parsed.Write(MaxRows), parameters, new ReadLimits(timeout, 16 * 1024 * 1024, FromUser: true), Ct)).Rows.Count
            : (await _fixture.Store.PlanAsync(_fixture.Graph(), parsed.Write(MaxRows), parameters, parsed.Plan == PlanWanted.Profile, timeout, Ct)).Count;
    }

    private static object? Value(Random random, int depth) => random.Next(depth > 3 ? 5 : 7) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64),
        // The server shows 15 digits.
        3 => Math.Round((random.NextDouble() - 0.5) * 1000, 9),
        4 => Letters(random),
        5 => Enumerable.Range(0, random.Next(5)).Select(_ => Value(random, depth + 1)).ToArray(),
        _ => Enumerable.Range(0, random.Next(5)).DistinctBy(i => i).ToDictionary(i => $"{i} {Letters(random).Replace("`", "", StringComparison.Ordinal)}", _ => Value(random, depth + 1)),
    };

    /// <summary>Everything but U+0000: quotes, back-slashes, control characters, operators, all planes.</summary>
    private static string Letters(Random random)
    {
        var text = new StringBuilder();
        for (var i = random.Next(12); i > 0; i--)
        {
            text.Append(random.Next(4) switch
            {
                0 => "'\"`\\$(){}[]//*--;\n\r\t"[random.Next(20)].ToString(),
                1 => char.ConvertFromUtf32(random.Next(1, 0xD800)),
                2 => char.ConvertFromUtf32(random.Next(0x10000, 0x110000)),
                _ => ((char)random.Next(1, 128)).ToString(),
            });
        }

        return text.ToString();
    }

    private static string Text(object? value) => value switch
    {
        null => "null",
        string text => $"'{text}'",
        double number => number.ToString("G12", System.Globalization.CultureInfo.InvariantCulture),
        IReadOnlyDictionary<string, object?> map => $"{{{string.Join(",", map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}:{Text(p.Value)}"))}}}",
        System.Collections.IEnumerable list => $"[{string.Join(",", list.Cast<object?>().Select(Text))}]",
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value}"),
    };
}
