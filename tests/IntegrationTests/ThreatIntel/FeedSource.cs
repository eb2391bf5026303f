using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>A source of feeds on a socket of its own, which answers as the test says.</summary>
internal sealed class FeedSource : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FeedSource(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    /// <summary>Paths and queries that were asked for, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public static async Task<FeedSource> StartAsync(Func<HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var source = new FeedSource(app);
        app.Run(async context =>
        {
            source.Asked.Enqueue(context.Request.Path + context.Request.QueryString);
            await answer(context);
        });
        await app.StartAsync();
        return source;
    }

    /// <summary>Answers with what a service in this process answers to the same request.</summary>
    public static async Task RelayAsync(HttpContext context, HttpClient client, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", context.Request.Headers.Accept.ToString());
        using var response = await client.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)response.StatusCode;
        context.Response.ContentType = response.Content.Headers.NonValidated["Content-Type"].ToString();
        foreach (var (name, values) in response.Headers.Where(header => header.Key.StartsWith("X-TAXII", StringComparison.OrdinalIgnoreCase)))
        {
            context.Response.Headers[name] = values.ToArray();
        }

        await context.Response.Body.WriteAsync(await response.Content.ReadAsByteArrayAsync(context.RequestAborted), context.RequestAborted);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
