using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Platform.TestSupport;

namespace Platform.IntegrationTests.Agent;

/// <summary>What the agent remembers, and what that is good for.</summary>
public sealed class MemoryTests(Stack stack) : IAsyncLifetime
{
    private const string Memory = "/api/v2/agent/memory";
    private AgentFixture _agent = null!;

    public async ValueTask InitializeAsync()
    {
        _agent = await AgentFixture.StartAsync(stack);
        await _agent.FillAsync();
    }

    public ValueTask DisposeAsync() => _agent.DisposeAsync();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Questions_that_were_refused_are_answered_after_one_of_their_shape_was_explained()
    {
        // Own wording, each asked about other objects than the one that was explained.
        (string Taught, string Means, string[] Asked)[] shapes =
        [
            ("the quiver of Test Bear", "What does Test Bear use?", ["the quiver of G9001", "The quiver of Fancy Test?"]),
            ("who swings S9001", "Which groups use S9001?", ["who swings S9001?"]),
            ("abuse tally for Test Bear", "How many techniques does Test Bear use?", ["abuse tally for Fancy Test"]),
        ];
        using var client = _agent.ClientFor(_agent.Caller());
        var asked = shapes.SelectMany(s => s.Asked).ToList();
        Assert.Equal(0, await AnsweredAsync(client, asked));
        foreach (var (taught, means, _) in shapes)
        {
            using var made = await client.PostAsJsonAsync(Memory, new { kind = "question", text = taught, means }, Ct);
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        }

        Assert.Equal(asked.Count, await AnsweredAsync(client, asked));
        var known = await client.GetFromJsonAsync<JsonElement>(Memory, Ct);
        Assert.All(known.GetProperty("items").EnumerateArray(), m => Assert.True(m.GetProperty("uses").GetInt32() > 0 && m.GetProperty("strength").GetDouble() > 1.9));

        // Somebody else's memory is not theirs; after half a year without use it is forgotten.
        using var colleague = _agent.ClientFor(_agent.Caller());
        Assert.Equal(0, await AnsweredAsync(colleague, asked));
        await _agent.ScalarAsync<long>("WITH old AS (UPDATE memories SET used_at = used_at - interval '180 days' RETURNING 1) SELECT count(*) FROM old", Ct);
        Assert.Equal(0, await AnsweredAsync(client, asked));
    }

    [Fact]
    public async Task A_good_answer_is_remembered_and_a_bad_one_counts_less()
    {
        using var client = _agent.ClientFor(_agent.Caller());
        var answer = await AgentFixture.AskAsync(client, "Which groups use S9001?", Ct);
        var message = $"/api/v2/agent/conversations/{answer.GetProperty("conversation_id")}/messages/{answer.GetProperty("metadata").GetProperty("message_id")}/feedback";
        using var up = await client.PostAsJsonAsync(message, new { rating = "up" }, Ct);
        Assert.Equal(HttpStatusCode.OK, up.StatusCode);
        var kept = (await client.GetFromJsonAsync<JsonElement>(Memory, Ct)).GetProperty("items")[0];
        Assert.Equal(("Which groups use S9001?", "graph_list", 1.0), (kept.GetProperty("text").GetString(), kept.GetProperty("plan").GetProperty("kind").GetString(), Math.Round(kept.GetProperty("strength").GetDouble(), 2)));
        using var down = await client.PostAsJsonAsync(message, new { rating = "down" }, Ct);
        Assert.Equal(0.25, Math.Round((await client.GetFromJsonAsync<JsonElement>(Memory, Ct)).GetProperty("items")[0].GetProperty("strength").GetDouble(), 2));
    }

    [Fact]
    public async Task Memories_are_searched_shared_and_deleted_by_those_who_may()
    {
        using var client = _agent.ClientFor(_agent.Caller());
        using var admin = _agent.ClientFor(_agent.Caller("use:chat read:all manage:config"));
        using var stranger = _agent.ClientFor(_agent.Caller(tenant: Guid.NewGuid()));
        await AddAsync(client, HttpStatusCode.Forbidden, new { kind = "note", text = "Everybody knows", shared = true });
        await AddAsync(client, HttpStatusCode.UnprocessableEntity, new { kind = "question", text = "gibberish", means = "blorp the zonk" });
        await AddAsync(client, HttpStatusCode.UnprocessableEntity, new { kind = "rumour", text = "x" });
        var shared = await AddAsync(admin, HttpStatusCode.Created, new { kind = "documentation", text = "Crown jewels are the payroll servers", shared = true });
        var own = await AddAsync(client, HttpStatusCode.Created, new { kind = "note", text = "The payroll vendor is called Zebra" });
        Assert.Equal([own, shared], await SearchAsync(client, "payroll vendor servers Zebra"));
        Assert.Equal([shared], await SearchAsync(admin, "payroll"));
        Assert.Empty(await SearchAsync(stranger, "payroll"));
        Assert.Equal(HttpStatusCode.Forbidden, await DeleteAsync(client, shared));
        Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync(stranger, shared));
        Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync(admin, own));
        Assert.Equal([own, shared], await SearchAsync(client, "payroll vendor servers Zebra"));
        Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync(client, own));
        Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync(admin, shared));
        Assert.Empty(await SearchAsync(client, "payroll"));
    }

    private static async Task<int> AnsweredAsync(HttpClient client, List<string> questions)
    {
        var answered = 0;
        foreach (var question in questions)
        {
            answered += (await AgentFixture.AskAsync(client, question, Ct)).GetProperty("metadata").GetProperty("status").GetString() == "answered" ? 1 : 0;
        }

        return answered;
    }

    private static async Task<string?> AddAsync(HttpClient client, HttpStatusCode expected, object memory)
    {
        using var response = await client.PostAsJsonAsync(Memory, memory, Ct);
        Assert.Equal(expected, response.StatusCode);
        return response.IsSuccessStatusCode ? (await response.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetString() : null;
    }

    private static async Task<List<string?>> SearchAsync(HttpClient client, string query)
    {
        using var response = await client.PostAsJsonAsync(Memory + "/search", new { query }, Ct);
        return [.. (await response.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("results").EnumerateArray().Select(r => r.GetProperty("memory").GetProperty("id").GetString())];
    }

    private static async Task<HttpStatusCode> DeleteAsync(HttpClient client, string? id)
    {
        using var response = await client.DeleteAsync($"{Memory}/{id}", Ct);
        return response.StatusCode;
    }
}
