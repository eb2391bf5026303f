using System.Diagnostics;
using System.Text.Json;
using Platform.Benchmarks.Harness;
using Platform.Benchmarks.Import;
using Platform.TestSupport;

namespace Platform.Benchmarks.Chat;

/// <summary>Questions to the built-in planner over ATT&amp;CK, one after the other and many at once.</summary>
internal sealed class ChatBench : Measurement
{
    private const string Password = "a really fine pass 9";
    private const int Questions = 100;
    private const int Streams = 200;

    public override string Name => "chat";

    public override string Summary => "100 questions over ATT&CK to the last byte, and 200 streams at once";

    public override int DefaultRounds => 1;

    public override string Help => """
        ATT&CK Enterprise 18.1 in a new tenant of a platform. Through the gateway, without a model: 100 questions one after
        the other (counts, lists, descriptions, a ranking), each until the last byte of its stream; then 200 streams at
        once, each of which must end answered. A user may ask 100 questions an hour, so that each round has users of its own.

        Budget: p95 at most 300 ms.
        """;

    public override async Task RunAsync(Run run, CancellationToken ct)
    {
        var bundles = await AttackBundle.ReadAsync([1], ct)
            ?? throw new FileNotFoundException("ATT&CK is not there; set PLATFORM_TEST_DATA to the folder that holds attack/enterprise-attack-18.1.json.xz.");
        await using var platform = await run.PlatformAsync();
        using var admin = await platform.SignInAdminAsync();
        var (tenant, client) = await admin.NewTenantAsync("bench-chat", "bench");
        using var _ = client;
        await admin.RaiseLimitsAsync(tenant.ToString());
        run.Say("importing");
        await client.ImportAsync(bundles[0].Bytes);
        await Eventually.TrueAsync(() => IsConnectedAsync(client, bundles[0]), TimeSpan.FromMinutes(3), ct, "The graph");

        var questions = QuestionsOf(bundles[0].Bytes);
        using var warm = await UserAsync(client, ct);
        foreach (var question in questions.Take(20))
        {
            await AskAsync(warm, question, ct);
        }

        var alone = new List<double>();
        var together = new List<double>();
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            run.Say($"asking: round {round + 1} of {run.Options.Rounds}");
            using var user = await UserAsync(client, ct);
            foreach (var question in questions)
            {
                alone.Add(await AskAsync(user, question, ct));
            }

            Api[] crowd = [await UserAsync(client, ct), await UserAsync(client, ct)];
            together.AddRange(await Task.WhenAll(Enumerable.Range(0, Streams).Select(i => AskAsync(crowd[i % crowd.Length], questions[i % questions.Count], ct))));
            Array.ForEach(crowd, c => c.Dispose());
        }

        run.Figures.Add(new Figure("one after the other: median", "ms", Statistics.Median(alone)));
        run.Figures.Add(new Figure("one after the other: p95", "ms", Statistics.Percentile(alone, 0.95), Budget.AtMost(300)));
        run.Figures.Add(new Figure($"{Streams} at once: median", "ms", Statistics.Median(together)));
        run.Figures.Add(new Figure($"{Streams} at once: p95", "ms", Statistics.Percentile(together, 0.95)));
    }

    private static List<string> QuestionsOf(byte[] bundle)
    {
        using var document = JsonDocument.Parse(bundle);
        var numbers = document.RootElement.GetProperty("objects").EnumerateArray()
            .Where(o => !(o.TryGetProperty("revoked", out var revoked) && revoked.GetBoolean()) && !(o.TryGetProperty("x_mitre_deprecated", out var gone) && gone.GetBoolean()))
            .Where(o => o.TryGetProperty("external_references", out _))
            .ToLookup(o => o.GetProperty("type").GetString()!, o => o.GetProperty("external_references")[0].TryGetProperty("external_id", out var id) ? id.GetString()! : "");
        var questions = new List<string> { "Top 5 techniques by number of groups" };
        questions.AddRange(numbers["intrusion-set"].Take(35).Select(id => $"How many techniques does {id} use?"));
        questions.AddRange(numbers["intrusion-set"].Skip(35).Take(20).Select(id => $"Which software does {id} use?"));
        questions.AddRange(numbers["attack-pattern"].Take(22).Select(id => $"Which groups use {id}?"));
        questions.AddRange(numbers["malware"].Take(22).Select(id => $"What is {id}?"));
        Check(questions.Count == Questions, $"{questions.Count} questions are not {Questions}.");
        return questions;
    }

    private static async Task<Api> UserAsync(Api admin, CancellationToken ct)
    {
        var username = $"chat-{Guid.NewGuid():N}@example.org";
        await admin.PostAsync("/api/v2/users", new { username, password = Password, role = "analyst", must_change_password = false });
        var slug = (await admin.GetAsync("/api/v2/tenant")).GetProperty("slug").GetString();
        ct.ThrowIfCancellationRequested();
        var user = new Api(admin.Http.BaseAddress!);
        var session = await user.PostAsync("/api/v2/auth/login", new { username, password = Password, tenant = slug });
        return user.WithBearer(session.GetProperty("access_token").GetString()!);
    }

    /// <summary>Milliseconds to the last byte of the stream.</summary>
    private static async Task<double> AskAsync(Api user, string message, CancellationToken ct)
    {
        var clock = Stopwatch.GetTimestamp();
        using var response = await user.SendAsync(HttpMethod.Post, "/api/v2/agent/chat_sse", new { message });
        var stream = await response.Content.ReadAsStringAsync(ct);
        var took = Stopwatch.GetElapsedTime(clock).TotalMilliseconds;
        Check(stream.EndsWith("data: {\"done\":true}\n\n", StringComparison.Ordinal) && stream.Contains(" [1]", StringComparison.Ordinal), $"{message} → {(int)response.StatusCode} {stream}");
        return took;
    }

    private static void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    private static async Task<bool> IsConnectedAsync(Api client, AttackBundle bundle)
    {
        var count = await client.PostAsync("/api/v2/knowledge-graph/query", new
        {
            cypher = "MATCH (a:Object)-[r]->(b:Object) WHERE r.id STARTS WITH $prefix RETURN count(r) AS n",
            parameters = new { prefix = "relationship--" },
        });
        return count.GetProperty("results")[0].GetProperty("n").GetInt32() >= bundle.Relationships;
    }
}
