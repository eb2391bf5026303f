using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Platform.TestSupport;

/// <summary>What a model server does with one request.</summary>
public delegate Task ModelStep(HttpContext context, JsonObject request);

/// <summary>
/// A server that speaks OpenAI's chat completions on a socket of its own, step by step as a test says: streams and whole
/// answers, and everything that real servers do differently.
/// </summary>
public sealed class FakeModelServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ModelStep> _steps = new();

    private FakeModelServer(WebApplication app) => _app = app;

    /// <summary>Where <c>/chat/completions</c> is appended.</summary>
    public string BaseUrl => _app.Urls.Single() + "/v1";

    /// <summary>Every request, in order.</summary>
    public ConcurrentQueue<JsonObject> Requests { get; } = new();

    /// <summary>The credentials that came along.</summary>
    public ConcurrentQueue<string> Credentials { get; } = new();

    public static async Task<FakeModelServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new FakeModelServer(app);
        app.MapPost("/v1/chat/completions", server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>What is done with requests beyond the steps; 500 unless given.</summary>
    public ModelStep Otherwise { get; set; } = Fail(500, "no more steps");

    /// <summary>Adds what is done with the next requests.</summary>
    public FakeModelServer Then(params ReadOnlySpan<ModelStep> steps)
    {
        foreach (var step in steps)
        {
            _steps.Enqueue(step);
        }

        return this;
    }

    /// <summary>A stream of frames exactly as given.</summary>
    public static ModelStep Raw(params string[] pieces) => async (context, _) =>
    {
        await BeginAsync(context);
        foreach (var piece in pieces)
        {
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(piece));
            await context.Response.Body.FlushAsync();
        }
    };

    /// <summary>A text, a word at a time, as OpenAI sends it.</summary>
    public static ModelStep Text(string text) => Raw(
        [.. text.Split(' ').Select((word, i) => Frame(new { content = i == 0 ? word : " " + word })), Frame(new { }, "stop"), Usage(10, 5), Done]);

    /// <summary>One tool call, in two pieces.</summary>
    public static ModelStep Call(string tool, object arguments, string id = "call_a")
    {
        var json = JsonSerializer.Serialize(arguments);
        return Raw(
            Frame(new { tool_calls = new[] { new { index = 0, id, type = "function", function = new { name = tool, arguments = json[..1] } } } }),
            Frame(new { tool_calls = new[] { new { index = 0, function = new { arguments = json[1..] } } } }),
            Frame(new { }, "tool_calls"), Usage(20, 8), Done);
    }

    /// <summary>An answer in one piece.</summary>
    public static ModelStep Whole(object message, string finish = "stop") => (context, _) =>
        context.Response.WriteAsJsonAsync(new { id = "x", @object = "chat.completion", created = 1, model = "m", choices = new[] { new { index = 0, message, finish_reason = finish } } });

    /// <summary>An answer of a status.</summary>
    public static ModelStep Fail(int status, string body) => (context, _) =>
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    };

    /// <summary>Frames, and then silence until the client gives up.</summary>
    public static ModelStep Hang(params string[] pieces) => async (context, request) =>
    {
        await Raw(pieces)(context, request);
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    };

    public const string Done = "data: [DONE]\n\n";

    public static string Frame(object delta, string? finish = null) => "data: " + JsonSerializer.Serialize(
        new { id = "x", @object = "chat.completion.chunk", created = 1, model = "m", choices = new[] { new { index = 0, delta, finish_reason = finish } } }) + "\n\n";

    public static string Usage(int input, int output) =>
        $$$"""data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":{{{input}}},"completion_tokens":{{{output}}},"total_tokens":{{{input + output}}}}}""" + "\n\n";

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var request = JsonNode.Parse(await reader.ReadToEndAsync())!.AsObject();
        Requests.Enqueue(request);
        Credentials.Enqueue(context.Request.Headers.Authorization.ToString());
        await (_steps.TryDequeue(out var step) ? step : Otherwise)(context, request);
    }

    private static Task BeginAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        return context.Response.StartAsync();
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
