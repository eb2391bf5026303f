using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>
/// An ML engine and a data pipeline on a socket of their own. What the protocol lays down about a request they check
/// themselves, and answer 400 to what breaks it; beyond that they answer as the test says.
/// </summary>
internal sealed class OutsideServer : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Lists = new()
    {
        ["/internal/data/items"] = "items",
        ["/internal/data/items/removed"] = "item_ids",
        ["/internal/data/interactions"] = "interactions",
    };

    private readonly WebApplication _app;

    private OutsideServer(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    /// <summary>What the engine answers, and how often it was asked.</summary>
    public Func<JsonElement, IResult> Engine { get; set; } = _ => Results.Json(Array.Empty<object>());

    public int EngineCalls;

    /// <summary>What the pipeline answers before it takes a message; null takes it.</summary>
    public Func<string, IResult?> Pipeline { get; set; } = _ => null;

    public int PipelineCalls;

    /// <summary>What the pipeline took, in order.</summary>
    public ConcurrentQueue<(string Path, JsonElement Body)> Taken { get; } = new();

    /// <summary>Requests that broke the protocol.</summary>
    public ConcurrentQueue<string> Broken { get; } = new();

    public static async Task<OutsideServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var server = new OutsideServer(app);
        app.MapPost("/internal/ml/recommendations", (JsonElement body) => server.Recommend(body));
        app.MapPost("/internal/data/{**path}", (JsonElement body, HttpRequest request) => server.Take(body, request));
        await app.StartAsync();
        return server;
    }

    private IResult Recommend(JsonElement body)
    {
        Interlocked.Increment(ref EngineCalls);
        var isFine = Names(body) is ["count", "filters", "tenant_id", "user_id"] && Guid.TryParse(body.GetProperty("tenant_id").GetString(), out _)
            && body.GetProperty("user_id").ValueKind == JsonValueKind.String && body.GetProperty("count").TryGetInt32(out _) && body.GetProperty("filters").ValueKind == JsonValueKind.Object;
        return isFine ? Engine(body) : Break(body);
    }

    private IResult Take(JsonElement body, HttpRequest request)
    {
        Interlocked.Increment(ref PipelineCalls);
        var path = request.Path.Value!;
        if (Pipeline(path) is { } refusal)
        {
            return refusal;
        }

        if (!Lists.TryGetValue(path, out var list) || !body.TryGetProperty(list, out var items) || items.GetArrayLength() == 0 || Names(body).Length != 3
            || body.GetProperty("message_id").GetString() != request.Headers["Idempotency-Key"] || !Guid.TryParse(body.GetProperty("tenant_id").GetString(), out _))
        {
            return Break(body);
        }

        Taken.Enqueue((path, body));
        return Results.Accepted();
    }

    private IResult Break(JsonElement body)
    {
        Broken.Enqueue(body.ToString());
        return Results.BadRequest();
    }

    private static string[] Names(JsonElement body) => [.. body.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal)];

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
