using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Platform.AppHost;

/// <summary>The files that describe a run.</summary>
internal static class RunFiles
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
    };

    /// <summary>Where Prometheus finds the services of this run (file_sd_config), each with its name as label.</summary>
    private const string ScrapeTargets = "scrape-targets.json";

    public static void Delete(string data)
    {
        foreach (var name in (string[])["state", "status.json", "run.json", ScrapeTargets])
        {
            File.Delete(Path.Combine(data, name));
        }
    }

    public static async Task WriteAsync(
        RunOptions run,
        string state,
        string? dashboard,
        DistributedApplicationModel model,
        IEnumerable<ResourceEvent> resources,
        CancellationToken cancellationToken)
    {
        var status = new RunStatus(
            state,
            Environment.ProcessId,
            GatewayUrl(model),
            dashboard,
            new RunAdmin(RunOptions.AdminEmail, run.AdminPasswordFile),
            [.. resources.Select(Of)],
            null);
        var connections = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (state == "healthy")
        {
            foreach (var resource in model.Resources.OfType<IResourceWithConnectionString>())
            {
                connections[resource.Name] = await resource.GetConnectionStringAsync(cancellationToken) ?? "";
            }

            foreach (var graph in model.Resources.OfType<GraphResource>())
            {
                connections[$"{graph.Name}-admin-password"] = await graph.AdminPassword.GetValueAsync(cancellationToken) ?? "";
            }

            Write(run.Data, "run.json", JsonSerializer.Serialize(status with { ConnectionStrings = connections }, Json));
            Write(run.Data, ScrapeTargets, JsonSerializer.Serialize(Targets(model), Json));
        }

        Write(run.Data, "status.json", JsonSerializer.Serialize(status, Json));
        Write(run.Data, "state", state + "\n");
    }

    public static string? GatewayUrl(DistributedApplicationModel model)
        => model.Resources.OfType<ProjectResource>().FirstOrDefault(r => r.Name == "gateway")?.GetEndpoint("http") is { IsAllocated: true } endpoint
            ? endpoint.Url
            : null;

    private static ScrapeTarget[] Targets(DistributedApplicationModel model) =>
    [
        .. from service in model.Resources.OfType<ProjectResource>()
           let management = service.GetEndpoint("management")
           where management.IsAllocated
           select new ScrapeTarget([$"127.0.0.1:{management.Port}"], new() { ["service"] = service.Name }),
    ];

    /// <summary>One word: running means healthy.</summary>
    public static string StateOf(CustomResourceSnapshot snapshot)
    {
        var state = snapshot.State?.Text ?? "unknown";
        if (state != KnownResourceStates.Running)
        {
            return state == KnownResourceStates.FailedToStart ? "failed" : state.ToLowerInvariant();
        }

        return snapshot.HealthStatus switch
        {
            HealthStatus.Healthy => "running",
            _ when snapshot.HealthReports.Any(r => r.LastRunAt is null) => "starting",
            _ => "unhealthy",
        };
    }

    private static RunResource Of(ResourceEvent change) => new(
        change.ResourceId,
        StateOf(change.Snapshot),
        Property(change.Snapshot, "executable.pid") is { } pid ? Convert.ToInt32(pid, System.Globalization.CultureInfo.InvariantCulture) : null,
        change.Snapshot.Urls.FirstOrDefault()?.Url,
        Property(change.Snapshot, "process.rss") is long bytes ? Math.Round(bytes / 1048576.0, 1) : null);

    private static object? Property(CustomResourceSnapshot snapshot, string name) => snapshot.Properties.FirstOrDefault(p => p.Name == name)?.Value;

    // Written beside and renamed: a reader sees the old text or the new one.
    private static void Write(string data, string name, string text)
    {
        var path = Path.Combine(data, name);
        var next = path + ".new";
        File.Delete(next);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(new FileStream(next, options)))
        {
            writer.Write(text);
        }

        File.Move(next, path, overwrite: true);
    }

    private sealed record RunStatus(
        string State,
        int Pid,
        string? Gateway,
        string? Dashboard,
        RunAdmin Admin,
        RunResource[] Resources,
        SortedDictionary<string, string>? ConnectionStrings);

    private sealed record ScrapeTarget(string[] Targets, Dictionary<string, string> Labels);

    private sealed record RunAdmin(string Email, string PasswordFile);

    private sealed record RunResource(string Name, string State, int? Pid, string? Url, double? RssMb);
}
