using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.IntegrationTests.KnowledgeGraph;
using Platform.TestSupport;

namespace Platform.IntegrationTests.Agent;

/// <summary>Questions and answers, over the real graph service.</summary>
public sealed class ChatTests(Stack stack) : IAsyncLifetime
{
    private AgentFixture _agent = null!;

    public async ValueTask InitializeAsync()
    {
        _agent = await AgentFixture.StartAsync(stack, ("Chat:QuestionsPerHour", "12"));
        await _agent.FillAsync();
    }

    public ValueTask DisposeAsync() => _agent.DisposeAsync();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_question_is_answered_in_seed_frames()
    {
        using var client = _agent.ClientFor(_agent.Caller());
        using var response = await client.PostAsJsonAsync("/api/v1/agent/chat_sse", new { message = "How many techniques does Fancy Test use?" }, Ct);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no-cache", response.Headers.CacheControl?.ToString());
        Assert.Equal("no", response.Headers.GetValues("X-Accel-Buffering").Single());
        Assert.True(Guid.TryParse(response.Headers.GetValues("X-Conversation-ID").Single(), out var conversation));
        var frames = (await response.Content.ReadAsStringAsync(Ct)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.All(frames, f => Assert.StartsWith("data: ", f, StringComparison.Ordinal));
        Assert.Equal("""data: {"done":true}""", frames[^1]);
        // The revoked technique does not count.
        Assert.Equal("""data: {"content":"Test Bear (G9001) uses 1 technique [1]."}""", frames[0]);

        var messages = await client.GetFromJsonAsync<JsonElement>($"/api/v2/agent/conversations/{conversation}/messages", Ct);
        var (user, assistant) = (messages.GetProperty("items")[0], messages.GetProperty("items")[1]);
        Assert.Equal(("user", "assistant"), (user.GetProperty("role").GetString(), assistant.GetProperty("role").GetString()));
        Assert.Equal("graph_count", assistant.GetProperty("plan").GetProperty("kind").GetString());
        Assert.Equal("run_cypher", assistant.GetProperty("tool_calls")[0].GetProperty("tool").GetString());
        Assert.Equal("knowledgegraph", assistant.GetProperty("citations")[0].GetProperty("source").GetString());
    }

    [Fact]
    public async Task The_typed_profile_tells_every_step_with_ids_that_count_up()
    {
        using var client = _agent.ClientFor(_agent.Caller());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/agent/chat_sse") { Content = JsonContent.Create(new { message = "What does Test Bear use?" }) };
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream; profile=v2");
        using var response = await client.SendAsync(request, Ct);
        var frames = (await response.Content.ReadAsStringAsync(Ct)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(f => f.Split('\n')).ToList();
        Assert.Equal(
            ["status", "plan", "status", "tool_call", "tool_result", "table", "text_delta", "text_delta", "text_delta", "text_delta", "citation", "usage", "done"],
            frames.Select(f => f[1]["event: ".Length..]));
        Assert.Equal(Enumerable.Range(1, frames.Count), frames.Select(f => int.Parse(f[0][(f[0].LastIndexOf('-') + 1)..])));
        Assert.Single(frames.Select(f => f[0][..f[0].LastIndexOf('-')]).Distinct());
        // A name with line ends in it stays one line of one frame.
        Assert.Contains(frames, f => f[2].Contains("Wrench data:", StringComparison.Ordinal) && f.Length == 3);
    }

    [Fact]
    public async Task A_name_is_known_as_soon_as_the_graph_holds_it()
    {
        using var client = _agent.ClientFor(_agent.Caller());
        Assert.Equal("refused", await StatusAsync());
        await _agent.Graph.ApplyAsync(new ThreatObjectsUpserted([GraphFixture.Object("intrusion-set--00000000-0000-4000-8000-00000000a001", name: "Newcomer Goat")]));
        Assert.Equal("answered", await StatusAsync());

        async Task<string?> StatusAsync()
        {
            using var response = await client.PostAsJsonAsync("/api/v2/agent/chat_poll", new { message = "What is Newcomer Goat?" }, Ct);
            return (await response.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("metadata").GetProperty("status").GetString();
        }
    }

    [Fact]
    public async Task A_polled_answer_comes_with_its_evidence()
    {
        using var client = _agent.ClientFor(_agent.Caller());
        using var response = await client.PostAsJsonAsync("/api/v1/agent/chat_poll", new { message = "Which groups use S9001?", unknown_member = 1 }, Ct);
        var data = (await response.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("data");
        Assert.Equal("answered", data.GetProperty("metadata").GetProperty("status").GetString());
        Assert.Equal(["run_cypher"], data.GetProperty("tools_used").EnumerateArray().Select(t => t.GetString()));
        Assert.Equal("Test Bear", data.GetProperty("metadata").GetProperty("rows")[0].GetProperty("name").GetString());
        Assert.Contains("$p0", data.GetProperty("metadata").GetProperty("cypher").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("S9001", data.GetProperty("metadata").GetProperty("cypher").GetString(), StringComparison.Ordinal);
        Assert.True(data.GetProperty("execution_time_ms").GetDouble() > 0);
    }

    [Fact]
    public async Task What_the_caller_may_not_see_is_not_there()
    {
        using var client = _agent.ClientFor(_agent.Caller(clearance: TlpLevel.Clear));
        using var cleared = _agent.ClientFor(_agent.Caller(clearance: TlpLevel.Red));
        var hidden = await AgentFixture.AskAsync(client, "How many tools does Hidden Panda use?", Ct);
        Assert.Equal("refused", hidden.GetProperty("metadata").GetProperty("status").GetString());
        Assert.Contains("“Hidden”, “Panda”", hidden.GetProperty("response").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("Hidden Panda uses 1 tool [1].", (await AgentFixture.AskAsync(cleared, "How many tools does Hidden Panda use?", Ct)).GetProperty("response").GetString(), StringComparison.Ordinal);
        Assert.Contains("There is 1 match", (await AgentFixture.AskAsync(client, "How many groups use S9001?", Ct)).GetProperty("response").GetString(), StringComparison.Ordinal);

        using var stranger = _agent.ClientFor(_agent.Caller(tenant: Guid.NewGuid(), clearance: TlpLevel.Red));
        var none = await AgentFixture.AskAsync(stranger, "How many techniques does Test Bear use?", Ct);
        Assert.Equal("refused", none.GetProperty("metadata").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Refusals_have_a_status_before_the_stream_begins()
    {
        using var client = _agent.ClientFor(_agent.Caller());
        using var mute = _agent.ClientFor(_agent.Caller("read:all"));
        await ExpectAsync(mute, HttpStatusCode.Forbidden, new { message = "How many techniques are there?" });
        await ExpectAsync(client, HttpStatusCode.UnprocessableEntity, new { message = "" });
        await ExpectAsync(client, HttpStatusCode.UnprocessableEntity, new { message = new string('x', 8001) });
        await ExpectAsync(client, HttpStatusCode.UnprocessableEntity, new { message = "x", conversation_id = "abc" });
        await ExpectAsync(client, HttpStatusCode.UnprocessableEntity, new { message = "x", context = new[] { 1 } });
        await ExpectAsync(client, HttpStatusCode.UnprocessableEntity, new { message = "x\0y" });
        await ExpectAsync(client, HttpStatusCode.BadRequest, new { message = 5 });
        await ExpectAsync(client, HttpStatusCode.NotFound, new { message = "x", conversation_id = Guid.NewGuid() });
        Assert.Equal(0, await _agent.ScalarAsync<long>("SELECT count(*) FROM chat_turns", Ct));
    }

    [Fact]
    public async Task The_hourly_limit_is_exact_for_parallel_questions_and_apart_for_each_endpoint()
    {
        using var client = _agent.ClientFor(_agent.Caller());
        var statuses = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            using var response = await client.PostAsJsonAsync("/api/v2/agent/chat_sse", new { message = "?" }, Ct);
            return (response.StatusCode, Retry: response.Headers.RetryAfter?.Delta);
        }));
        Assert.Equal(12, statuses.Count(s => s.StatusCode == HttpStatusCode.OK));
        Assert.All(statuses.Where(s => s.StatusCode != HttpStatusCode.OK), s =>
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, s.StatusCode);
            Assert.InRange(s.Retry!.Value, TimeSpan.FromMinutes(58), TimeSpan.FromHours(1));
        });
        await AgentFixture.AskAsync(client, "?", Ct);
        using var colleague = _agent.ClientFor(_agent.Caller());
        await AgentFixture.AskAsync(colleague, "?", Ct);
    }

    [Fact]
    public async Task Trouble_behind_the_agent_is_told_without_internals()
    {
        using var client = _agent.ClientFor(_agent.Caller());
        var lookup = await AgentFixture.AskAsync(client, "Is 192.0.2.1 known?", Ct);
        Assert.Equal("failed", lookup.GetProperty("metadata").GetProperty("status").GetString());
        Assert.Equal("I could not find out: The data cannot be reached right now.", lookup.GetProperty("response").GetString());

        _agent.Door.Shut = true;
        using var response = await client.PostAsJsonAsync("/api/v1/agent/chat_sse", new { message = "How many techniques are there?" }, Ct);
        Assert.Equal("data: {\"error\":\"Your session has ended; sign in again.\"}\n\n", await response.Content.ReadAsStringAsync(Ct));
        using var poll = await client.PostAsJsonAsync("/api/v2/agent/chat_poll", new { message = "How many techniques are there?" }, Ct);
        Assert.Equal(HttpStatusCode.Unauthorized, poll.StatusCode);
    }

    [Fact]
    public async Task Tools_are_those_that_the_caller_may_use()
    {
        using var reader = _agent.ClientFor(_agent.Caller());
        using var narrow = _agent.ClientFor(_agent.Caller("use:chat read:threat_intel"));
        var all = (await reader.GetFromJsonAsync<JsonElement>("/api/v1/agent/tools", Ct)).GetProperty("data");
        Assert.Equal(
            ["analytics", "attack_matrix", "find_path", "get_object", "lookup_observables", "neighbors", "recommend", "render_chart", "run_cypher", "run_semantic_query", "run_sql", "search_indicators"],
            all.EnumerateArray().Select(t => t.GetProperty("tool_id").GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal("object", all[0].GetProperty("parameters").GetProperty("type").GetString());
        var some = await narrow.GetFromJsonAsync<JsonElement>("/api/v2/agent/tools", Ct);
        Assert.Equal(["analytics", "attack_matrix", "lookup_observables", "render_chart", "run_semantic_query", "run_sql", "search_indicators"], some.EnumerateArray().Select(t => t.GetProperty("tool_id").GetString()!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_tool_is_called_directly_under_the_same_rules()
    {
        using var client = _agent.ClientFor(_agent.Caller());
        using var narrow = _agent.ClientFor(_agent.Caller("use:chat read:threat_intel"));
        var found = await InvokeAsync(client, "get_object", new { arguments = new { id = "intrusion-set--00000000-0000-4000-8000-000000000001" } }, HttpStatusCode.OK);
        Assert.Equal("Test Bear", found.GetProperty("data").GetProperty("name").GetString());
        Assert.Equal("knowledgegraph", found.GetProperty("source").GetString());
        Assert.Equal(0, (await InvokeAsync(client, "get_object", new { arguments = new { id = "intrusion-set--00000000-0000-4000-8000-00000000ffff" } }, HttpStatusCode.OK)).GetProperty("rows").GetInt32());
        Assert.Equal("is required", (await InvokeAsync(client, "get_object", new { }, HttpStatusCode.UnprocessableEntity)).GetProperty("errors").GetProperty("id")[0].GetString());
        await InvokeAsync(client, "drop_everything", new { }, HttpStatusCode.NotFound);
        await InvokeAsync(narrow, "get_object", new { arguments = new { id = "x" } }, HttpStatusCode.Forbidden);
        await InvokeAsync(client, "create_note", new { arguments = new { content = "x", object_refs = new[] { "x" } } }, HttpStatusCode.Forbidden);
        await InvokeAsync(client, "lookup_observables", new { arguments = new { values = new[] { "192.0.2.1" } } }, HttpStatusCode.BadGateway);
        Assert.Equal(3, await _agent.ScalarAsync<long>("SELECT count(*) FROM chat_turns WHERE endpoint = 'tools.list'", Ct));
        Assert.Equal(2, await _agent.ScalarAsync<long>("SELECT count(*) FROM outbox WHERE type LIKE '%AuditRecorded' AND body LIKE '%tool_invoked%tool/get_object%'", Ct));
    }

    private static async Task<JsonElement> InvokeAsync(HttpClient client, string tool, object body, HttpStatusCode expected)
    {
        using var response = await client.PostAsJsonAsync($"/api/v2/agent/tools/{tool}/invoke", body, Ct);
        var text = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(response.StatusCode == expected, $"{(int)response.StatusCode} {text}");
        return JsonElement.Parse(text);
    }

    [Fact]
    public async Task Each_audience_is_asked_for_once_a_question()
    {
        using var client = _agent.ClientFor(_agent.Caller());
        await AgentFixture.AskAsync(client, "What does Test Bear use?", Ct);
        Assert.Equal(["knowledgegraph"], _agent.Door.Audiences);
    }

    private static async Task ExpectAsync(HttpClient client, HttpStatusCode expected, object body)
    {
        using var response = await client.PostAsJsonAsync("/api/v2/agent/chat_sse", body, Ct);
        Assert.Equal(expected, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }
}
