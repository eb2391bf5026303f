using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Platform.IntegrationTests.Agent.Questions;
using Platform.TestSupport;

namespace Platform.IntegrationTests.Agent;

/// <summary>
/// Questions over ATT&amp;CK Enterprise 18.1 as analysts write them, against answers made here from the bundle itself; and
/// questions that nobody can answer from it. Set <c>PLATFORM_QUESTIONS</c> to a file to have every question and answer
/// written there.
/// </summary>
public sealed class AttackQuestionTests(Stack stack)
{
    private const int Askers = 3;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Questions_are_answered_right_or_not_at_all()
    {
        var path = Repository.DataFile("attack/enterprise-attack-18.1.json.xz");
        Assert.SkipWhen(path is null, "The ATT&CK data is not beside the checkout.");
        using var bundle = JsonDocument.Parse(await Repository.ReadXzAsync(path!, Ct));
        var attack = new AttackFacts(bundle.RootElement.GetProperty("objects"));
        await using var agent = await AgentFixture.StartAsync(stack, ("Chat:QuestionsPerHour", "10000"));
        foreach (var batch in attack.Events().Chunk(8))
        {
            await agent.Graph.ApplyAsync(batch);
        }

        var answerable = await AskAsync(agent, [.. new AnswerableQuestions(attack).All(), .. new ObservableQuestions(agent.Intel).All()]);
        var unanswerable = await AskAsync(agent, [.. UnanswerableQuestions.All().Select(q => new[] { Asked.Nothing(q) })]);
        await WriteAsync([.. answerable, .. unanswerable]);

        var wrong = answerable.FindAll(a => a.Fault is not null);
        var states = unanswerable.FindAll(a => a.Fault is not null);
        var misses = string.Join('\n', wrong.Concat(states).Select(a => $"{a.Question} → {a.Fault}: {a.Reply.Text.ReplaceLineEndings(" ")[..Math.Min(200, a.Reply.Text.Length)]}"));
        Assert.True(answerable.Count >= 300 && unanswerable.Count >= 100, $"{answerable.Count} and {unanswerable.Count} questions are too few.");
        Assert.True(wrong.Count <= answerable.Count * 0.05, $"{wrong.Count} of {answerable.Count} are not right:\n{misses}");
        Assert.True(states.Count <= unanswerable.Count * 0.02, $"{states.Count} of {unanswerable.Count} are not refused:\n{misses}");
        // Not to answer is a miss; to answer what is not so is worse, and never happens.
        Assert.True(wrong.TrueForAll(a => !a.Reply.IsAnswered), $"Stated as fact, and wrong:\n{misses}");
    }

    private static async Task<List<(string Question, Reply Reply, string? Fault)>> AskAsync(AgentFixture agent, List<Asked[]> conversations)
    {
        var answers = new ConcurrentDictionary<(int, int), (string, Reply, string?)>();
        await Parallel.ForAsync(0, conversations.Count, new ParallelOptions { MaxDegreeOfParallelism = Askers, CancellationToken = Ct }, async (i, _) =>
        {
            // With a client of its own: the gateway's token lives for a minute.
            using var client = agent.ClientFor(agent.Caller());
            string? conversation = null;
            for (var turn = 0; turn < conversations[i].Length; turn++)
            {
                var asked = conversations[i][turn];
                using var response = await client.PostAsJsonAsync("/api/v2/agent/chat_poll", new { message = asked.Question, conversation_id = conversation }, Ct);
                Assert.True(response.StatusCode == HttpStatusCode.OK, $"{asked.Question} → {(int)response.StatusCode}");
                var answer = await response.Content.ReadFromJsonAsync<JsonElement>(Ct);
                conversation = answer.GetProperty("conversation_id").GetString();
                var rows = answer.GetProperty("metadata").TryGetProperty("rows", out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().ToList() : [];
                var reply = new Reply(answer.GetProperty("response").GetString()!, rows, answer.GetProperty("execution_time_ms").GetDouble());
                answers[(i, turn)] = (asked.Question, reply, asked.Check(reply));
            }
        });
        return [.. answers.OrderBy(a => a.Key).Select(a => a.Value)];
    }

    private static async Task WriteAsync(List<(string Question, Reply Reply, string? Fault)> answers)
    {
        if (Environment.GetEnvironmentVariable("PLATFORM_QUESTIONS") is { Length: > 0 } file)
        {
            await File.WriteAllLinesAsync(file, answers.Select(a => $"{(a.Fault is null ? "ok  " : "MISS")} {a.Question} → {a.Fault} ({a.Reply.TookMs} ms) | {a.Reply.Text.ReplaceLineEndings(" ")}"), Ct);
        }
    }
}
