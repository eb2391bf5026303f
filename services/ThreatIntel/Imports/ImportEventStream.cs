using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Platform.ServiceDefaults;

namespace Platform.ThreatIntel.Imports;

/// <summary>
/// Server-sent events of one import (WHATWG HTML section 9.2): <c>progress</c> whenever it moves, with the number of
/// processed objects as id, then one of <c>completed</c>, <c>failed</c>, <c>cancelled</c>; a comment while nothing moves.
/// </summary>
internal sealed class ImportEventStream(TimeProvider clock, Func<CancellationToken, Task<ImportResource?>> read) : IResult, IEndpointMetadataProvider
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var ct = httpContext.RequestAborted;
        httpContext.Response.ContentType = "text/event-stream";
        httpContext.Response.Headers.CacheControl = "no-store";
        httpContext.Response.Headers["X-Accel-Buffering"] = "no";
        ImportResource? last = null;
        var quietSince = clock.GetTimestamp();
        while (await read(ct) is { } now)
        {
            if (last is null || now.Processed != last.Processed || now.Status != last.Status)
            {
                await SendAsync(httpContext.Response, now, ct);
                quietSince = clock.GetTimestamp();
            }
            else if (clock.GetElapsedTime(quietSince) > Silence)
            {
                await WriteAsync(httpContext.Response, ": still here\n\n", ct);
                quietSince = clock.GetTimestamp();
            }

            if (now.Status is ImportStatus.Completed or ImportStatus.Failed or ImportStatus.Cancelled)
            {
                return;
            }

            last = now;
            await Task.Delay(Look, clock, ct);
        }
    }

    private static Task SendAsync(HttpResponse response, ImportResource import, CancellationToken ct)
    {
        var name = import.Status is ImportStatus.Queued or ImportStatus.Running ? "progress" : import.Status.ToString().ToLowerInvariant();
        return WriteAsync(response, $"id: {import.Processed}\nevent: {name}\ndata: {JsonSerializer.Serialize(import, Json.Options)}\n\n", ct);
    }

    private static async Task WriteAsync(HttpResponse response, string text, CancellationToken ct)
    {
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), ct);
        await response.Body.FlushAsync(ct);
    }

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(string), ["text/event-stream"]));
}
