using Aspire.Hosting.ApplicationModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Local.Dashboard.Api;

/// <summary>The resources, their output, and to start or stop them.</summary>
internal static class ResourceEndpoints
{
    public static void MapResources(this IEndpointRouteBuilder app)
    {
        var resources = app.MapGroup("/api/resources");
        resources.MapGet("", (ResourceViews views) => ApiJson.Of(views.All()));
        resources.MapGet("/{id}", Details);
        resources.MapGet("/{id}/environment/{variable}", Reveal);
        resources.MapGet("/{id}/logs", StreamLogsAsync);
        resources.MapPost("/{id}/{command}", ExecuteAsync);
    }

    private static IResult Details(string id, ResourceViews views)
        => views.Find(id) is { } runner && views.Details(runner) is { } details ? ApiJson.Of(details) : Results.NotFound();

    private static IResult Reveal(string id, string variable, HttpRequest request, ResourceViews views)
        => !ApiJson.IsMeant(request) ? Results.StatusCode(StatusCodes.Status403Forbidden)
            : views.Find(id) is { } runner && views.Secret(runner, variable) is { } secret ? ApiJson.Of(new NamedValue(variable, secret))
            : Results.NotFound();

    private static async Task<IResult> ExecuteAsync(string id, string command, HttpRequest request, ResourceViews views, ResourceCommandService commands)
    {
        if (!ApiJson.IsMeant(request))
        {
            return Results.StatusCode(StatusCodes.Status403Forbidden);
        }

        if (views.Find(id) is not { HasProcess: true })
        {
            return Results.NotFound();
        }

        // Not bound to the request: a page that is closed does not leave a resource half stopped.
        var result = await commands.ExecuteCommandAsync(id, command, CancellationToken.None);
        return result.Success ? Results.NoContent() : Results.NotFound();
    }

    private static Task StreamLogsAsync(
        string id, HttpContext context, ResourceViews views, ResourceLoggerService logs, IHostApplicationLifetime lifetime)
    {
        if (views.Find(id) is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        return EventStream.RunAsync(context, lifetime, async (stream, end) =>
        {
            await foreach (var lines in logs.WatchLinesAsync(id, end))
            {
                await stream.SendAsync(lines.Select(l => new LineEntry(l.LineNumber, l.Content, l.IsErrorMessage ? true : null)));
            }
        });
    }

    private sealed record LineEntry(int N, string T, bool? E);
}
