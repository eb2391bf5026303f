using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Backups;

/// <summary>
/// Server-sent events of one backup (WHATWG HTML, section 9.2): <c>progress</c> whenever a service has done its part, then
/// <c>completed</c> or <c>failed</c> of the restore, or of the backup where there is none; a comment while nothing moves.
/// </summary>
internal sealed class BackupEventStream(TimeProvider clock, Func<CancellationToken, Task<(BackupView View, long Version)?>> read) : IResult, IEndpointMetadataProvider
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var ct = httpContext.RequestAborted;
        httpContext.Response.ContentType = "text/event-stream";
        httpContext.Response.Headers.CacheControl = "no-store";
        httpContext.Response.Headers["X-Accel-Buffering"] = "no";
        var last = -1L;
        var quietSince = clock.GetTimestamp();
        while (await read(ct) is { } now)
        {
            var status = now.View.Restore?.Status ?? now.View.Status;
            if (now.Version != last)
            {
                var name = status == BackupStatus.Running ? "progress" : status.ToString().ToLowerInvariant();
                await WriteAsync(httpContext.Response, $"id: {now.Version}\nevent: {name}\ndata: {JsonSerializer.Serialize(now.View, Json.Options)}\n\n", ct);
                (last, quietSince) = (now.Version, clock.GetTimestamp());
            }
            else if (clock.GetElapsedTime(quietSince) > Silence)
            {
                await WriteAsync(httpContext.Response, ": still here\n\n", ct);
                quietSince = clock.GetTimestamp();
            }

            if (status != BackupStatus.Running)
            {
                return;
            }

            await Task.Delay(Look, clock, ct);
        }
    }

    private static async Task WriteAsync(HttpResponse response, string text, CancellationToken ct)
    {
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), ct);
        await response.Body.FlushAsync(ct);
    }

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(string), ["text/event-stream"]));
}
