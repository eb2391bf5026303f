using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Local.Dashboard.Api;

/// <summary>Server-sent events (HTML standard, section 9.2) that end with their reader or with the application.</summary>
internal sealed class EventStream(HttpResponse response, CancellationToken end)
{
    public static async Task RunAsync(HttpContext context, IHostApplicationLifetime lifetime, Func<EventStream, CancellationToken, Task> write)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        context.Response.ContentType = "text/event-stream";
        try
        {
            await context.Response.Body.FlushAsync(end.Token);
            await write(new EventStream(context.Response, end.Token), end.Token);
        }
        catch (OperationCanceledException)
        {
            // The reader has gone, or the application stops.
        }
    }

    /// <summary>Sends one event; a page listens to it by its name, or to those without one.</summary>
    public async Task SendAsync<T>(T data, string? name = null)
    {
        if (name is not null)
        {
            await response.WriteAsync($"event: {name}\n", end);
        }

        await response.WriteAsync($"data: {JsonSerializer.Serialize(data, ApiJson.Options)}\n\n", end);
        await response.Body.FlushAsync(end);
    }

    /// <summary>Shows that the connection lives.</summary>
    public async Task BeatAsync()
    {
        await response.WriteAsync(":\n\n", end);
        await response.Body.FlushAsync(end);
    }
}
