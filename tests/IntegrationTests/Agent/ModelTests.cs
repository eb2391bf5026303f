using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MassTransit;
using Platform.Contracts;
using Platform.Contracts.Tenancy;
using Platform.TestSupport;

namespace Platform.IntegrationTests.Agent;

/// <summary>Answers with a model: by the registry, with the caller's rights, and without it when it fails.</summary>
public sealed class ModelTests(Stack stack) : IAsyncLifetime
{
    private const string Bear = "intrusion-set--00000000-0000-4000-8000-000000000001";
    private const string Everything = "use:chat read:all manage:config write:notes";
    private AgentFixture _agent = null!;
    private FakeModelServer _model = null!;

    public async ValueTask InitializeAsync()
    {
        _model = await FakeModelServer.StartAsync();
        _agent = await AgentFixture.StartAsync(stack, ("Model:IdleTimeout", "00:00:01"));
        await _agent.FillAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _agent.DisposeAsync();
        await _model.DisposeAsync();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_model_answers_by_tools_and_what_it_took_is_counted()
    {
        using var client = await ClientAsync();
        _model.Then(FakeModelServer.Call("get_object", new { id = Bear }), FakeModelServer.Text("Test Bear is G9001 [1], one of 4711."));
        var answer = await AgentFixture.AskAsync(client, "Who is the bear?", Ct);
        Assert.Equal(
            "Test Bear is G9001 [1], one of 4711.\nNot found in the data that was looked up: 4711. Do not rely on this figure.", answer.GetProperty("response").GetString());
        Assert.Equal(["get_object"], answer.GetProperty("tools_used").EnumerateArray().Select(t => t.GetString()));
        Assert.Equal("knowledgegraph", answer.GetProperty("metadata").GetProperty("citations")[0].GetProperty("source").GetString());

        // The second step was told what the tool brought back, and the question went along with the first.
        var steps = _model.Requests.ToList();
        Assert.Equal(["system", "user", "assistant", "tool"], steps[1]["messages"]!.AsArray().Select(m => m!["role"]!.GetValue<string>()));
        Assert.Contains("Test Bear", steps[1]["messages"]![3]!.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain(steps[0]["tools"]!.AsArray(), t => t!["function"]!["name"]!.GetValue<string>() == "open_incident");

        var providers = await client.GetFromJsonAsync<JsonElement>("/api/v2/agent/providers", Ct);
        Assert.True(providers.GetProperty("items")[0].GetProperty("has_key").GetBoolean());
        Assert.DoesNotContain("sk-secret", providers.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(0, await _agent.ScalarAsync<long>("SELECT count(*) FROM providers WHERE encode(api_key, 'escape') LIKE '%sk-secret%'", Ct));
        var month = providers.GetProperty("month")[0];
        Assert.Equal((2, 30, 13), (month.GetProperty("calls").GetInt32(), month.GetProperty("input_tokens").GetInt32(), month.GetProperty("output_tokens").GetInt32()));
        Assert.Equal(((30 * 2m) + (13 * 8m)) / 1_000_000, month.GetProperty("cost").GetDecimal());
        Assert.All(_model.Credentials, c => Assert.Equal("Bearer sk-secret", c));

        // Tenancy hears of each step, with the same commit.
        Assert.Equal(
            "20/8/0.000104,10/5/0.00006",
            await _agent.ScalarAsync<string>("SELECT string_agg(concat_ws('/', body::jsonb->>'inputTokens', body::jsonb->>'outputTokens', body::jsonb->>'cost'), ',' ORDER BY seq) FROM outbox WHERE type LIKE '%ModelUsageRecorded'", Ct));
    }

    [Fact]
    public async Task Tokens_that_a_tenant_was_given_end_and_can_be_raised()
    {
        using var client = await ClientAsync();
        _model.Otherwise = FakeModelServer.Text("I am the model.");
        await GiveAsync(15);
        Assert.Equal("I am the model.", (await AgentFixture.AskAsync(client, "Hello", Ct)).GetProperty("response").GetString());

        // Fifteen are used up: the built-in planner answers, and nobody asks the model.
        Assert.Contains("uses 1 technique", (await AgentFixture.AskAsync(client, "How many techniques does Test Bear use?", Ct)).GetProperty("response").GetString(), StringComparison.Ordinal);
        Assert.Single(_model.Requests);
        await GiveAsync(1000);
        Assert.Equal("I am the model.", (await AgentFixture.AskAsync(client, "Hello", Ct)).GetProperty("response").GetString());
    }

    [Fact]
    public async Task Questions_an_hour_are_those_that_the_tenant_was_given()
    {
        using var client = _agent.ClientFor(_agent.Caller());
        await GiveAsync(null, new ChangedRouteLimit("chat.poll", null, 1));
        await AgentFixture.AskAsync(client, "How many groups are there?", Ct);
        using var refused = await client.PostAsJsonAsync("/api/v2/agent/chat_poll", new { message = "How many groups are there?" }, Ct);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        await GiveAsync(null, new ChangedRouteLimit("chat.poll", null, 2));
        await AgentFixture.AskAsync(client, "How many groups are there?", Ct);
    }

    /// <summary>As Tenancy says it: by the broker.</summary>
    private async Task GiveAsync(long? tokens, params ChangedRouteLimit[] routes)
    {
        var limits = new RateLimitsChanged(_agent.Graph.Tenant, 1, 1, 1, routes, tokens);
        await (await _agent.Services.ReadyBusAsync()).Publish(
            limits,
            Pipe.Execute<PublishContext>(c =>
            {
                c.Headers.Set(WellKnown.EventHeaders.Tenant, _agent.Graph.Tenant.ToString());
                c.Headers.Set(WellKnown.EventHeaders.OccurredAt, TimeProvider.System.GetUtcNow().ToString("O"));
            }),
            Ct);
        await Eventually.TrueAsync(
            async () => await _agent.ScalarAsync<long>($"SELECT count(*) FROM tenant_limits WHERE coalesce(model_tokens_per_month, 0) = {tokens ?? 0} AND coalesce((routes->0->>'requests_per_hour')::int, 0) = {routes.Select(r => r.RequestsPerHour).FirstOrDefault()}", Ct) == 1,
            TimeSpan.FromSeconds(30), Ct, "The limits");
    }

    [Fact]
    public async Task The_built_in_planner_answers_when_the_model_fails_in_any_way()
    {
        using var client = await ClientAsync();
        ModelStep[] failures =
        [
            FakeModelServer.Fail(503, "busy"), FakeModelServer.Hang(),
            FakeModelServer.Raw(FakeModelServer.Frame(new { content = "I thi" }), "data: {\"error\":{\"message\":\"out of memory\"}}\n\n"),
        ];
        foreach (var failure in failures)
        {
            _model.Then(failure);
            var answer = await AgentFixture.AskAsync(client, "How many techniques does Test Bear use?", Ct);
            Assert.Equal("answered", answer.GetProperty("metadata").GetProperty("status").GetString());
            Assert.Contains("Test Bear (G9001) uses 1 technique [1].", answer.GetProperty("response").GetString(), StringComparison.Ordinal);
        }

        // Three failures, and the server is left alone.
        await AgentFixture.AskAsync(client, "How many techniques does Test Bear use?", Ct);
        Assert.Equal(failures.Length, _model.Requests.Count);
    }

    [Fact]
    public async Task A_model_that_goes_in_circles_is_stopped_and_wrong_arguments_are_told_to_it()
    {
        using var client = await ClientAsync();
        _model.Then(FakeModelServer.Raw("data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"get_object\",\"arguments\":\"id=x\"}}]}}]}\n\n"));
        for (var i = 0; i < 9; i++)
        {
            _model.Then(FakeModelServer.Call("get_object", new { name = "x" }, "call_" + i));
        }

        var answer = await AgentFixture.AskAsync(client, "How many techniques does Test Bear use?", Ct);
        Assert.Contains("uses 1 technique", answer.GetProperty("response").GetString(), StringComparison.Ordinal);
        Assert.Equal(10, _model.Requests.Count);
        var last = _model.Requests.Last();
        Assert.Null(last["tools"]);
        Assert.Contains("no JSON object", last["messages"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("is required", last["messages"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_written_without_a_yes_to_exactly_that_and_no_right_is_widened()
    {
        using var client = await ClientAsync();
        // As if the data had told the model to: it writes, and reaches for what the caller may not.
        _model.Then(
            FakeModelServer.Call("open_incident", new { title = "pwned" }, "a"), FakeModelServer.Call("create_note", new { content = "pwned", object_refs = new[] { Bear } }, "b"),
            FakeModelServer.Text("Done, I wrote it."));
        var first = await AgentFixture.AskAsync(client, "Summarise the bear", Ct);
        Assert.Contains("To be confirmed: create_note\n- content: pwned", first.GetProperty("response").GetString(), StringComparison.Ordinal);
        Assert.Empty(_agent.Intel.Asked);
        Assert.Equal("create_note", await _agent.ScalarAsync<string>("SELECT string_agg(tool, ',') FROM pending_actions", Ct));
        var conversation = first.GetProperty("conversation_id").GetGuid();

        // Another question drops what waited.
        _model.Then(FakeModelServer.Text("Fine."), FakeModelServer.Text("Nothing to do."));
        await SayAsync(client, conversation, "Never mind the weather");
        Assert.Equal("Nothing to do.", await SayAsync(client, conversation, "yes"));
        Assert.Empty(_agent.Intel.Asked);

        // A yes carries it out, once; nobody listens at ThreatIntel here.
        _model.Then(FakeModelServer.Call("create_note", new { content = "good", object_refs = new[] { Bear } }, "c"), FakeModelServer.Text("It waits."), FakeModelServer.Text("No more."));
        await SayAsync(client, conversation, "Note that it is good");
        Assert.StartsWith("create_note was not carried out: The data cannot be reached", await SayAsync(client, conversation, "Yes!"), StringComparison.Ordinal);
        Assert.Equal("No more.", await SayAsync(client, conversation, "yes"));
        Assert.Equal(["/api/v2/threat-intel/notes"], _agent.Intel.Asked);
    }

    [Fact]
    public async Task Providers_are_checked_and_belong_to_one_tenant()
    {
        using var client = await ClientAsync();
        using var reader = _agent.ClientFor(_agent.Caller());
        using var stranger = _agent.ClientFor(_agent.Caller(Everything, tenant: Guid.NewGuid()));
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(reader, new { base_url = _model.BaseUrl, model = "m" }));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await PutAsync(client, new { base_url = "file:///etc/passwd", model = "m" }));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await PutAsync(client, new { base_url = "http://a:b@host/v1", model = "m" }));
        Assert.Equal(0, (await stranger.GetFromJsonAsync<JsonElement>("/api/v2/agent/providers", Ct)).GetProperty("items").GetArrayLength());

        _model.Then(FakeModelServer.Call("report_ready", new { word = "ready" }), FakeModelServer.Fail(401, "bad key"));
        var good = await TestAsync(client, new { name = "main" });
        Assert.True(good.GetProperty("ok").GetBoolean() && good.GetProperty("calls_tools").GetBoolean());
        Assert.Contains("answered 401", (await TestAsync(client, new { base_url = _model.BaseUrl, model = "m" })).GetProperty("error").GetString(), StringComparison.Ordinal);
        using var unknown = await stranger.PostAsJsonAsync("/api/v2/agent/providers/test", new { name = "main" }, Ct);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);

        // A key is not handed to another server than its own.
        Assert.Equal(HttpStatusCode.OK, await PutAsync(client, new { base_url = _model.BaseUrl + "/other", model = "m" }));
        Assert.False((await client.GetFromJsonAsync<JsonElement>("/api/v2/agent/providers", Ct)).GetProperty("items")[0].GetProperty("has_key").GetBoolean());
        using var gone = await client.DeleteAsync("/api/v2/agent/providers/main", Ct);
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
    }

    private async Task<HttpClient> ClientAsync()
    {
        var client = _agent.ClientFor(_agent.Caller(Everything));
        Assert.Equal(HttpStatusCode.Created, await PutAsync(client, new { base_url = _model.BaseUrl, model = "m", api_key = "sk-secret", input_price = 2, output_price = 8 }));
        return client;
    }

    private static async Task<HttpStatusCode> PutAsync(HttpClient client, object provider)
    {
        using var response = await client.PutAsJsonAsync("/api/v2/agent/providers/main", provider, Ct);
        return response.StatusCode;
    }

    private static async Task<JsonElement> TestAsync(HttpClient client, object provider)
    {
        using var response = await client.PostAsJsonAsync("/api/v2/agent/providers/test", provider, Ct);
        return await response.Content.ReadFromJsonAsync<JsonElement>(Ct);
    }

    private static async Task<string?> SayAsync(HttpClient client, Guid conversation, string message)
    {
        using var response = await client.PostAsJsonAsync("/api/v2/agent/chat_poll", new { message, conversation_id = conversation }, Ct);
        return (await response.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("response").GetString();
    }
}
