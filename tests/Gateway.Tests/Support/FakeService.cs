using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Platform.Gateway.Tests.Support;

/// <summary>What a fake service saw of a request.</summary>
internal sealed record Seen(string Method, string Path, IReadOnlyDictionary<string, string> Headers);

/// <summary>A service on a real port that answers as the test says and remembers what it was asked.</summary>
internal sealed class FakeService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeService(WebApplication app) => _app = app;

    public ConcurrentQueue<Seen> Requests { get; } = new();

    /// <summary>Answers by path; anything else gets a small JSON body.</summary>
    public ConcurrentDictionary<string, RequestDelegate> Answers { get; } = new();

    public string Address => _app.Urls.First();

    public static async Task<FakeService> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.WebHost.ConfigureKestrel(k => k.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var service = new FakeService(app);
        app.Run(service.AnswerAsync);
        await app.StartAsync();
        return service;
    }

    /// <summary>The last request of a client; what the gateway asks for itself comes when it comes.</summary>
    public Seen Last => Requests.Last(r => r.Path != "/.well-known/jwks.json" && !r.Path.StartsWith("/internal/", StringComparison.Ordinal));

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in context.Request.Headers)
        {
            headers[header.Key] = header.Value.ToString();
        }

        if (context.Request.Path == "/live")
        {
            // The gateway opens its connections by it.
            await context.Response.WriteAsync("{}");
            return;
        }

        Requests.Enqueue(new Seen(context.Request.Method, context.Request.Path + context.Request.QueryString, headers));
        if (Answers.TryGetValue(context.Request.Path, out var answer))
        {
            await answer(context);
            return;
        }

        await context.Response.WriteAsJsonAsync(new { ok = true });
    }
}
