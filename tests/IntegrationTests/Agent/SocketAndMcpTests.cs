using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Platform.TestSupport;

namespace Platform.IntegrationTests.Agent;

/// <summary>The agent over a WebSocket, and as a server of the Model Context Protocol.</summary>
public sealed class SocketAndMcpTests(Stack stack) : IAsyncLifetime
{
    private AgentFixture _agent = null!;

    public async ValueTask InitializeAsync()
    {
        _agent = await AgentFixture.StartAsync(stack);
        await _agent.FillAsync();
    }

    public ValueTask DisposeAsync() => _agent.DisposeAsync();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Questions_are_answered_one_after_the_other_over_a_socket()
    {
        using var socket = await _agent.ConnectAsync(_agent.Caller(), Ct);
        await SendAsync(socket, """{"message":"How many techniques does Test Bear use?"}""");
        await SendAsync(socket, """{"message":""}""");
        await SendAsync(socket, "nonsense");
        var events = await AnswerAsync(socket);
        Assert.Equal(["status", "plan", "status", "tool_call", "tool_result", "text_delta", "text_delta", "citation", "usage", "done"], events.Select(e => e.GetProperty("event").GetString()));
        Assert.Equal("VALIDATION_ERROR", (await ReceiveAsync(socket)).GetProperty("data").GetProperty("code").GetString());
        Assert.Equal("MALFORMED_REQUEST", (await ReceiveAsync(socket)).GetProperty("data").GetProperty("code").GetString());

        // The same events again from where the client stopped hearing them.
        await SendAsync(socket, JsonSerializer.Serialize(new { last_event_id = events[6].GetProperty("id").GetString() }));
        Assert.Equal(events.Skip(7).Select(e => e.GetRawText()), (await AnswerAsync(socket)).Select(e => e.GetRawText()));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Ct);

        using var client = _agent.ClientFor(_agent.Caller());
        using var plain = await client.GetAsync("/api/v2/agent/chat_ws", Ct);
        Assert.Equal(HttpStatusCode.BadRequest, plain.StatusCode);
    }

    [Fact]
    public async Task Cancelling_stops_the_answer_at_work_and_closing_too()
    {
        _agent.Door.GivenUp = new TaskCompletionSource();
        using var socket = await _agent.ConnectAsync(_agent.Caller(), Ct);
        await SendAsync(socket, """{"message":"How many techniques are there?"}""");
        await Eventually.TrueAsync(() => Task.FromResult(!_agent.Door.Audiences.IsEmpty), TimeSpan.FromSeconds(10), Ct, "The exchange");
        await SendAsync(socket, """{"cancel":true}""");
        await _agent.Door.GivenUp.Task.WaitAsync(TimeSpan.FromSeconds(5), Ct);
        JsonElement last;
        do
        {
            last = await ReceiveAsync(socket);
        }
        while (last.GetProperty("data").GetProperty("state").GetString() != "cancelled");

        _agent.Door.GivenUp = new TaskCompletionSource();
        var asked = _agent.Door.Audiences.Count;
        await SendAsync(socket, """{"message":"How many techniques are there?"}""");
        await Eventually.TrueAsync(() => Task.FromResult(_agent.Door.Audiences.Count > asked), TimeSpan.FromSeconds(10), Ct, "The exchange");
        socket.Abort();
        await _agent.Door.GivenUp.Task.WaitAsync(TimeSpan.FromSeconds(5), Ct);
    }

    [Fact]
    public async Task Other_agents_list_and_call_the_tools_that_the_credential_may_use()
    {
        using var client = _agent.ClientFor(_agent.Caller());
        var hello = await CallAsync(client, 1, "initialize", new { protocolVersion = "2025-06-18", capabilities = new { }, clientInfo = new { name = "test", version = "1" } });
        Assert.Equal("platform-agent", hello.GetProperty("result").GetProperty("serverInfo").GetProperty("name").GetString());
        using var told = await PostAsync(client, new { jsonrpc = "2.0", method = "notifications/initialized" });
        Assert.Equal(HttpStatusCode.Accepted, told.StatusCode);

        var tools = (await CallAsync(client, 2, "tools/list", new { })).GetProperty("result").GetProperty("tools");
        Assert.Contains(tools.EnumerateArray(), t => t.GetProperty("name").GetString() == "get_object" && t.GetProperty("annotations").GetProperty("readOnlyHint").GetBoolean());
        Assert.DoesNotContain(tools.EnumerateArray(), t => t.GetProperty("name").GetString() == "create_note");

        var bear = (await CallAsync(client, 3, "tools/call", new { name = "get_object", arguments = new { id = "intrusion-set--00000000-0000-4000-8000-000000000001" } })).GetProperty("result");
        Assert.Equal("Test Bear", bear.GetProperty("structuredContent").GetProperty("name").GetString());
        var refused = (await CallAsync(client, 4, "tools/call", new { name = "create_note", arguments = new { content = "x", object_refs = new[] { "x" } } })).GetProperty("result");
        Assert.True(refused.GetProperty("isError").GetBoolean());
        Assert.StartsWith("INSUFFICIENT_PERMISSIONS", refused.GetProperty("content")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.True((await CallAsync(client, 5, "tools/call", new { name = "get_object", arguments = new { } })).GetProperty("result").GetProperty("isError").GetBoolean());
        Assert.Equal(-32602, (await CallAsync(client, 6, "tools/call", new { name = "rm_rf", arguments = new { } })).GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal(-32601, (await CallAsync(client, 7, "prompts/dance", new { })).GetProperty("error").GetProperty("code").GetInt32());

        using var broken = new StringContent("[1", Encoding.UTF8, "application/json");
        using var malformed = await client.PostAsync("/api/v2/agent/mcp", broken, Ct);
        Assert.Equal(HttpStatusCode.BadRequest, malformed.StatusCode);
        using var listening = await client.GetAsync("/api/v2/agent/mcp", Ct);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, listening.StatusCode);
        using var mute = _agent.ClientFor(_agent.Caller("read:all"));
        using var forbidden = await PostAsync(mute, new { jsonrpc = "2.0", id = 1, method = "tools/list" });
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
    }

    private static async Task<JsonElement> CallAsync(HttpClient client, int id, string method, object parameters)
    {
        using var response = await PostAsync(client, new { jsonrpc = "2.0", id, method, @params = parameters });
        var text = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{(int)response.StatusCode} {text}");
        var data = text.Split('\n').Last(line => line.StartsWith("data: ", StringComparison.Ordinal));
        return JsonElement.Parse(data["data: ".Length..]);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, object message)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/agent/mcp") { Content = JsonContent.Create(message) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        return client.SendAsync(request, Ct);
    }

    private static Task SendAsync(WebSocket socket, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, Ct);

    private static async Task<List<JsonElement>> AnswerAsync(WebSocket socket)
    {
        var events = new List<JsonElement>();
        do
        {
            events.Add(await ReceiveAsync(socket));
        }
        while (events[^1].GetProperty("event").GetString() is not ("done" or "error"));

        return events;
    }

    private static async Task<JsonElement> ReceiveAsync(WebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        var length = 0;
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer.AsMemory(length), Ct);
            length += part.Count;
        }
        while (!part.EndOfMessage);

        return JsonElement.Parse(Encoding.UTF8.GetString(buffer, 0, length));
    }
}
