using System.Text.Json;
using System.Text.Json.Serialization;
using Aspire.Hosting.ApplicationModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Local.Dashboard;

/// <summary>What the page asks: the resources, their output, and to start or stop them. Streams are server-sent events.</summary>
internal static class DashboardApi
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(15);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void MapDashboardApi(this WebApplication app)
    {
        app.MapGet("/api/resources", (Orchestrator orchestrator, ResourceNotificationService notifications)
            => Results.Json(Resources(orchestrator, notifications), Json));
        app.MapGet("/api/resources/stream", StreamResourcesAsync);
        app.MapGet("/api/resources/{id}", (string id, Orchestrator orchestrator, ResourceNotificationService notifications)
            => Find(orchestrator, id) is { } runner && Details(runner, notifications) is { } details ? Results.Json(details, Json) : Results.NotFound());
        app.MapGet("/api/resources/{id}/logs", StreamLogsAsync);
        app.MapPost("/api/resources/{id}/{command}", ExecuteAsync);
    }

    private static async Task<IResult> ExecuteAsync(
        string id, string command, HttpContext context, Orchestrator orchestrator, ResourceCommandService commands)
    {
        // A form on another site cannot set a header.
        if (!context.Request.Headers.ContainsKey("X-Dashboard") && !context.Request.Headers.ContainsKey("Authorization"))
        {
            return Results.StatusCode(StatusCodes.Status403Forbidden);
        }

        if (Find(orchestrator, id) is not { HasProcess: true })
        {
            return Results.NotFound();
        }

        // Not bound to the request: a page that is closed does not leave a resource half stopped.
        var result = await commands.ExecuteCommandAsync(id, command, CancellationToken.None);
        return result.Success ? Results.NoContent() : Results.NotFound();
    }

    private static async Task StreamResourcesAsync(
        HttpContext context, Orchestrator orchestrator, ResourceNotificationService notifications, Microsoft.Extensions.Hosting.IHostApplicationLifetime lifetime)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        await RunStreamAsync(context, async () =>
        {
            await using var changes = notifications.WatchAsync(end.Token).GetAsyncEnumerator(end.Token);
            var next = changes.MoveNextAsync().AsTask();
            while (true)
            {
                await SendAsync(context, JsonSerializer.Serialize(Resources(orchestrator, notifications), Json), end.Token);
                while (await Task.WhenAny(next, Task.Delay(Beat, end.Token)) != next)
                {
                    await context.Response.WriteAsync(":\n\n", end.Token);
                    await context.Response.Body.FlushAsync(end.Token);
                }

                // Changes come in bursts; a page that shows every one of them only flickers.
                await Task.Delay(Quiet, end.Token);
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

    private static async Task StreamLogsAsync(
        string id, HttpContext context, Orchestrator orchestrator, ResourceLoggerService logs, Microsoft.Extensions.Hosting.IHostApplicationLifetime lifetime)
    {
        if (Find(orchestrator, id) is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        await RunStreamAsync(context, async () =>
        {
            await foreach (var lines in logs.WatchLinesAsync(id, end.Token))
            {
                await SendAsync(context, JsonSerializer.Serialize(lines.Select(l => new LogEntry(l.LineNumber, l.Content, l.IsErrorMessage ? true : null)), Json), end.Token);
            }
        });
    }

    private static async Task RunStreamAsync(HttpContext context, Func<Task> stream)
    {
        context.Response.ContentType = "text/event-stream";
        try
        {
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await stream();
        }
        catch (OperationCanceledException)
        {
            // The reader has gone, or the application stops.
        }
    }

    private static async Task SendAsync(HttpContext context, string json, CancellationToken cancellationToken)
    {
        await context.Response.WriteAsync($"data: {json}\n\n", cancellationToken);
        await context.Response.Body.FlushAsync(cancellationToken);
    }

    private static ResourceRunner? Find(Orchestrator orchestrator, string id)
        => orchestrator.Runners.FirstOrDefault(r => StringComparer.OrdinalIgnoreCase.Equals(r.Id, id) && r.Resource is not ParameterResource);

    private static ResourceEntry[] Resources(Orchestrator orchestrator, ResourceNotificationService notifications)
        => [.. orchestrator.Runners
            .Select(r => Entry(r, notifications))
            .OfType<ResourceEntry>()
            .OrderBy(r => r.Type switch { "Project" => 0, "Executable" => 1, "Container" => 2, _ => 3 })
            .ThenBy(r => r.Id, StringComparer.Ordinal)];

    private static ResourceEntry? Entry(ResourceRunner runner, ResourceNotificationService notifications)
    {
        if (!notifications.TryGetCurrentState(runner.Id, out var current) || current.Snapshot.IsHidden)
        {
            return null;
        }

        var snapshot = current.Snapshot;
        return new ResourceEntry(
            runner.Id,
            snapshot.ResourceType,
            snapshot.State?.Text ?? "",
            snapshot.HealthStatus is { } health && snapshot.HealthReports.All(r => r.LastRunAt is not null) ? health.ToString() : null,
            [.. snapshot.Urls.Select(u => new EndpointEntry(u.Name ?? "", u.Url))],
            snapshot.Properties.FirstOrDefault(p => p.Name == "executable.pid")?.Value as int?,
            snapshot.Properties.FirstOrDefault(p => p.Name == "process.rss")?.Value as long?,
            snapshot.StartTimeStamp,
            snapshot.ExitCode,
            runner.Failures,
            runner.HasProcess);
    }

    private static ResourceDetails? Details(ResourceRunner runner, ResourceNotificationService notifications)
    {
        if (!notifications.TryGetCurrentState(runner.Id, out var current) || Entry(runner, notifications) is not { } entry)
        {
            return null;
        }

        var snapshot = current.Snapshot;
        return new ResourceDetails(
            entry,
            [.. snapshot.EnvironmentVariables.Select(v => new NamedValue(v.Name, v.Value ?? ""))],
            [.. snapshot.HealthReports.Select(r => new HealthEntry(r.Name, (r.Status ?? HealthStatus.Unhealthy).ToString(), r.Description, r.LastRunAt))],
            [.. snapshot.Relationships.Where(r => r.Type != "WaitFor").Select(r => r.ResourceName).Distinct()]);
    }

    private sealed record LogEntry(int N, string T, bool? E);

    private sealed record EndpointEntry(string Name, string Url);

    private sealed record NamedValue(string Name, string Value);

    private sealed record HealthEntry(string Name, string Status, string? Description, DateTime? At);

    private sealed record ResourceEntry(
        string Id,
        string Type,
        string State,
        string? Health,
        EndpointEntry[] Endpoints,
        int? Pid,
        long? Memory,
        DateTime? Started,
        int? ExitCode,
        int Failures,
        bool HasProcess);

    private sealed record ResourceDetails(ResourceEntry Resource, NamedValue[] Environment, HealthEntry[] Health, string[] References);
}
