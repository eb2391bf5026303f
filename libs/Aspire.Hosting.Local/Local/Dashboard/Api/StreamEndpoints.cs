using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Local.Dashboard.Api;

/// <summary>One stream for a page: <c>resources</c> whenever one of them changes, <c>telemetry</c> when something has come in.</summary>
internal static class StreamEndpoints
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(15);

    public static void MapStream(this IEndpointRouteBuilder app) => app.MapGet("/api/stream", StreamAsync);

    private static Task StreamAsync(
        HttpContext context,
        ResourceViews views,
        ResourceNotificationService notifications,
        TelemetryStore telemetry,
        IHostApplicationLifetime lifetime)
        => EventStream.RunAsync(context, lifetime, async (stream, end) =>
        {
            await using var changes = notifications.WatchAsync(end).GetAsyncEnumerator(end);
            var next = changes.MoveNextAsync().AsTask();
            var changed = true;
            var seen = -1L;
            var silent = TimeSpan.Zero;
            while (true)
            {
                if (changed)
                {
                    await stream.SendAsync(views.All(), "resources");
                    silent = TimeSpan.Zero;
                }

                if (telemetry.Version is var version && version != seen)
                {
                    seen = version;
                    await stream.SendAsync(TelemetryFigures.Of(telemetry), "telemetry");
                    silent = TimeSpan.Zero;
                }
                else if ((silent += Look) > Beat)
                {
                    await stream.BeatAsync();
                    silent = TimeSpan.Zero;
                }

                changed = await Task.WhenAny(next, Task.Delay(Look, end)) == next;
                end.ThrowIfCancellationRequested();
                if (changed)
                {
                    // Changes come in bursts; a page that shows every one of them only flickers.
                    await Task.Delay(Quiet, end);
                }

                while (next.IsCompleted)
                {
                    if (!await next)
                    {
                        return;
                    }

                    next = changes.MoveNextAsync().AsTask();
                }
            }
        });
}
