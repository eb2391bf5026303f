using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenAI.Chat;
using Platform.Agent.Models;
using Platform.Agent.Tools;
using Platform.ServiceDefaults;
using Platform.TestSupport;

namespace Platform.Agent.Tests;

/// <summary>Model servers as they are: what each of them does differently comes out alike.</summary>
public sealed class ModelClientTests : IAsyncLifetime
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(3);
    private static readonly ToolInfo Lookup = new("lookup", "", "Looks up.", "", [], ToolSchema.Object(("id", ToolSchema.Text(""), true)));

    /// <summary>Stands still: a machine that is slow is no server that is silent.</summary>
    private readonly HandClock _clock = new();
    private readonly List<string> _said = [];
    private WebApplication _host = null!;
    private FakeModelServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeModelServer.StartAsync();
        _host = Host("127.0.0.0/8");
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _server.DisposeAsync();
    }

    /// <summary>Name, frames, and what they mean: a text, or <c>tool(arguments)</c>.</summary>
    public static TheoryData<string, string[], string> Quirks => new()
    {
        { "as OpenAI does", [FakeModelServer.Frame(new { content = "Hello" }), FakeModelServer.Frame(new { content = " you" }, "stop"), FakeModelServer.Usage(1, 1), FakeModelServer.Done], "Hello you" },
        { "no [DONE]", [FakeModelServer.Frame(new { content = "Hello" }, "stop")], "Hello" },
        { "CR LF, comments and frames cut anywhere", [": hi\r\n\r", "\ndata: {\"choices\":[{\"delta\":{\"con", "tent\":\"Hel\"}}]}\r\n\r\ndata: {\"choices\":[{\"del", "ta\":{\"content\":\"lo\"}}]}\r\n\r\n"], "Hello" },
        { "CR alone", ["data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}\r\rdata: [DONE]\r\r"], "Hello" },
        { "data of several lines", ["data: {\"choices\":\ndata: [{\"delta\":\ndata: {\"content\":\"Hello\"}}]}\n\n", FakeModelServer.Done], "Hello" },
        { "a character cut in two", ["data: {\"choices\":[{\"delta\":{\"content\":\"H\u00e9llo \u20ac\"}}]}\n\n", FakeModelServer.Done], "H\u00e9llo \u20ac" },
        { "usage with null choices", [FakeModelServer.Frame(new { content = "Hello" }, "stop"), "data: {\"choices\":null,\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\n"], "Hello" },
        { "usage without choices", [FakeModelServer.Frame(new { content = "Hello" }, "stop"), "data: {\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\n"], "Hello" },
        { "an unknown finish reason", ["data: {\"choices\":[{\"delta\":{\"role\":\"\",\"content\":\"Hello\"},\"finish_reason\":\"eos_token\"}]}\n\n"], "Hello" },
        { "odd types beside", ["data: {\"id\":5,\"created\":\"now\",\"model\":null,\"object\":false,\"choices\":[{\"index\":\"0\",\"delta\":{\"content\":\"Hello\",\"refusal\":7}}]}\n\n"], "Hello" },
        { "content in parts", ["data: {\"choices\":[{\"delta\":{\"content\":[{\"type\":\"text\",\"text\":\"Hello\"}]}}]}\n\n"], "Hello" },
        { "a call in pieces", [Call("""{"index":0,"id":"a","function":{"name":"lookup","arguments":"{\"id\":"}}"""), Call("""{"index":0,"function":{"arguments":"\"x\"}"}}"""), FakeModelServer.Done], """lookup({"id":"x"})""" },
        { "a call without index", [Call("""{"id":"a","function":{"name":"lookup","arguments":"{\"id\":"}}"""), Call("""{"function":{"arguments":"\"x\"}"}}"""), FakeModelServer.Done], """lookup({"id":"x"})""" },
        { "two calls with the same index", [Call("""{"index":0,"id":"a","function":{"name":"lookup","arguments":"{\"id\":\"x\"}"}}"""), Call("""{"index":0,"id":"b","function":{"name":"lookup","arguments":"{\"id\":\"y\"}"}}"""), FakeModelServer.Done], """lookup({"id":"x"});lookup({"id":"y"})""" },
        { "two calls without index or id", [Call("""{"function":{"name":"lookup","arguments":"{\"id\":\"x\"}"}}"""), Call("""{"function":{"name":"lookup","arguments":"{\"id\":\"y\"}"}}"""), FakeModelServer.Done], """lookup({"id":"x"});lookup({"id":"y"})""" },
        { "the name in every piece", [Call("""{"index":0,"id":"a","function":{"name":"lookup","arguments":"{\"id\":"}}"""), Call("""{"index":0,"id":"a","function":{"name":"lookup","arguments":"\"x\"}"}}"""), FakeModelServer.Done], """lookup({"id":"x"})""" },
        { "arguments as an object", [Call("""{"index":0,"id":"a","function":{"name":"lookup","arguments":{"id":"x"}}}"""), FakeModelServer.Done], """lookup({"id":"x"})""" },
        { "arguments with a comma too many", [Call("""{"index":0,"id":"a","function":{"name":"lookup","arguments":"{\"id\":\"x\",}"}}"""), FakeModelServer.Done], """lookup({"id":"x"})""" },
        { "arguments that are cut", [Call("""{"index":0,"id":"a","function":{"name":"lookup","arguments":"{\"id\":\"x"}}"""), FakeModelServer.Done], """lookup({"id":"x"})""" },
        { "arguments that are no JSON", [Call("""{"index":0,"id":"a","function":{"name":"lookup","arguments":"id=x"}}"""), FakeModelServer.Done], "lookup(-)" },
        { "no arguments", [Call("""{"index":0,"id":"a","function":{"name":"lookup"}}"""), FakeModelServer.Done], "lookup({})" },
        { "a call as text", [FakeModelServer.Frame(new { content = "{\"name\": \"lookup\", " }), FakeModelServer.Frame(new { content = "\"arguments\": {\"id\": \"x\"}}" }), FakeModelServer.Done], """lookup({"id":"x"})""" },
        { "a call in a fence", [FakeModelServer.Frame(new { content = "```json\n{\"tool\": \"lookup\", \"parameters\": {\"id\": \"x\"}}\n```" }), FakeModelServer.Done], """lookup({"id":"x"})""" },
        { "a call in a tag", [FakeModelServer.Frame(new { content = "<tool_call>\n{\"name\": \"lookup\", \"arguments\": \"{\\\"id\\\": \\\"x\\\"}\"}\n</tool_call>" }), FakeModelServer.Done], """lookup({"id":"x"})""" },
        { "text that only looks like a call", [FakeModelServer.Frame(new { content = "{\"name\": \"format_disk\"}" }), FakeModelServer.Done], """{"name": "format_disk"}""" },
    };

    [Theory]
    [MemberData(nameof(Quirks))]
    public async Task Every_way_of_streaming_is_understood(string name, string[] frames, string meaning)
    {
        _server.Then(FakeModelServer.Raw(frames));
        Assert.Equal(meaning, Show(await AskAsync()));
        Assert.Equal(meaning.Contains('(', StringComparison.Ordinal) ? "" : meaning, string.Concat(_said));
        Assert.True(name.Length > 0 && _server.Requests.Count == 1);
    }

    [Fact]
    public async Task Calls_that_come_only_in_one_piece_are_asked_for_again()
    {
        _server.Then(
            FakeModelServer.Raw(FakeModelServer.Frame(new { }, "tool_calls"), FakeModelServer.Done),
            FakeModelServer.Whole(new { role = "assistant", content = (string?)null, tool_calls = new[] { new { id = "a", type = "function", function = new { name = "lookup", arguments = new { id = "x" } } } } }, "tool_calls"));
        Assert.Equal("""lookup({"id":"x"})""", Show(await AskAsync()));
        Assert.Equal([true, null], _server.Requests.Select(r => (bool?)r["stream"]));
    }

    [Fact]
    public async Task Text_comes_as_it_is_made_and_is_counted()
    {
        _server.Then(FakeModelServer.Text("one two three"));
        var reply = await AskAsync();
        Assert.Equal(["one", " two", " three"], _said);
        Assert.Equal((10, 5), (reply.InputTokens, reply.OutputTokens));
        Assert.Equal("Bearer k-1", _server.Credentials.Single());
        Assert.Equal("lookup", _server.Requests.Single()["tools"]![0]!["function"]!["name"]!.GetValue<string>());
    }

    public static TheoryData<ModelStep, string> Failures => new()
    {
        { FakeModelServer.Fail(401, "{\"error\":{\"message\":\"bad key\"}}"), "answered 401" },
        { FakeModelServer.Fail(500, "oops"), "answered 500" },
        { FakeModelServer.Raw(FakeModelServer.Frame(new { content = "Hel" }), "data: {\"error\":{\"message\":\"overloaded\"}}\n\n"), "overloaded" },
        { FakeModelServer.Raw(FakeModelServer.Frame(new { content = "Hel" }), "event: error\ndata: busy\n\n"), "busy" },
        { FakeModelServer.Raw("data: <html>\n\n"), "not JSON" },
        { FakeModelServer.Raw("data: 5\n\n"), "not an object" },
        { (context, _) => { context.Abort(); return Task.CompletedTask; }, "cannot be reached" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Failures_say_what_happened(ModelStep step, string reason)
    {
        _server.Then(step);
        var failure = await Assert.ThrowsAsync<ModelException>(AskAsync);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string[]> Silences => new() { { [FakeModelServer.Frame(new { content = "Hel" })] }, { [] } };

    [Theory]
    [MemberData(nameof(Silences))]
    public async Task A_server_that_falls_silent_is_given_up(string[] before)
    {
        _server.Then(FakeModelServer.Hang(before));
        var asking = AskAsync();
        await Eventually.TrueAsync(() => Task.FromResult(_server.Requests.Count == 1 && _said.Count == before.Length), TimeSpan.FromSeconds(60), Ct, "What comes before the silence");
        Assert.False(asking.IsCompleted);
        await Eventually.TrueAsync(
            () =>
            {
                _clock.Advance(Idle);
                return Task.FromResult(asking.IsCompleted);
            },
            TimeSpan.FromSeconds(60), Ct, "The end of the patience");
        Assert.Contains("fell silent", (await Assert.ThrowsAsync<ModelException>(() => asking)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_address_inside_is_asked_and_no_answer_is_waited_for_by_nobody()
    {
        await using var guarded = Host(null);
        await Assert.ThrowsAsync<ModelException>(() => AskAsync(guarded, Ct));
        Assert.Empty(_server.Requests);

        _server.Then(FakeModelServer.Hang());
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var asking = AskAsync(_host, gone.Token);
        await Eventually.TrueAsync(() => Task.FromResult(_server.Requests.Count == 1), TimeSpan.FromSeconds(60), Ct, "The request");
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    private Task<ModelReply> AskAsync() => AskAsync(_host, Ct);

    private Task<ModelReply> AskAsync(WebApplication host, CancellationToken ct) => host.Services.GetRequiredService<ModelClient>().AskAsync(
        new ModelAddress(new Uri(_server.BaseUrl), "m", "k-1"), [new UserChatMessage("Hi")], [Lookup],
        text =>
        {
            _said.Add(text);
            return ValueTask.CompletedTask;
        }, ct);

    private static string Call(string call) => $$$"""data: {"choices":[{"delta":{"tool_calls":[{{{call}}}]}}]}""" + "\n\n";

    private static string Show(ModelReply reply) => reply.Calls.Count == 0 ? reply.Text : string.Join(';', reply.Calls.Select(c => $"{c.Tool}({c.Arguments?.ToJsonString() ?? "-"})"));

    private WebApplication Host(string? allowed)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (allowed is not null)
        {
            builder.Configuration["Outbound:AllowedNetworks:0"] = allowed;
        }

        builder.Services.AddSingleton(TimeProvider.System).AddHttpClient();
        builder.AddGuardedHttp();
        var options = Options.Create(new ModelOptions { IdleTimeout = Idle, StepTimeout = TimeSpan.FromDays(1) });
        builder.Services.AddSingleton(services => new ModelClient(services.GetRequiredService<IHttpMessageHandlerFactory>(), options, _clock));
        return builder.Build();
    }
}
