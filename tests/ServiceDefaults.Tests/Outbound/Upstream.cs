using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Platform.ServiceDefaults.Tests.Outbound;

/// <summary>A server on a real port whose answer a test decides; it keeps what it was asked.</summary>
internal sealed class Upstream : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Upstream(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public int Port => Address.Port;

    public ConcurrentQueue<string> Requests { get; } = new();

    public ConcurrentQueue<string?> TraceParents { get; } = new();

    public static async Task<Upstream> StartAsync(RequestDelegate answer, string url = "http://127.0.0.1:0")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([new("urls", url)]);
        var app = builder.Build();
        var upstream = new Upstream(app);
        app.Run(async context =>
        {
            upstream.Requests.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
            upstream.TraceParents.Enqueue(context.Request.Headers.TraceParent);
            await answer(context);
        });
        await app.StartAsync();
        return upstream;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
