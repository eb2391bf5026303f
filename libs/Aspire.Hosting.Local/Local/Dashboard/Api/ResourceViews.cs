using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Local.Dashboard.Api;

/// <summary>Resources as the page shows them.</summary>
internal sealed class ResourceViews(Orchestrator orchestrator, ResourceNotificationService notifications)
{
    public ResourceRunner? Find(string id)
        => orchestrator.Runners.FirstOrDefault(r => StringComparer.OrdinalIgnoreCase.Equals(r.Id, id) && r.Resource is not ParameterResource);

    public ResourceEntry[] All()
        => [.. orchestrator.Runners
            .Select(Entry)
            .OfType<ResourceEntry>()
            .OrderBy(r => r.Type switch { "Project" => 0, "Executable" => 1, "Container" => 2, _ => 3 })
            .ThenBy(r => r.Id, StringComparer.Ordinal)];

    public ResourceDetails? Details(ResourceRunner runner)
    {
        if (!notifications.TryGetCurrentState(runner.Id, out var current) || Entry(runner) is not { } entry)
        {
            return null;
        }

        var snapshot = current.Snapshot;
        return new ResourceDetails(
            entry,
            snapshot.Properties.FirstOrDefault(p => p.Name == "executable.path")?.Value as string,
            [.. snapshot.EnvironmentVariables.Select(v => new VariableEntry(v.Name, v.Value ?? "", v.Secret is null ? null : true))],
            [.. snapshot.HealthReports.Select(r => new HealthEntry(r.Name, (r.Status ?? HealthStatus.Unhealthy).ToString(), r.Description, r.LastRunAt))],
            [.. orchestrator.Runners.Where(r => Uses(r).Contains(runner.Resource.Name)).Select(r => r.Id)]);
    }

    /// <summary>The value of a variable that is masked in the details.</summary>
    public string? Secret(ResourceRunner runner, string variable)
        => notifications.TryGetCurrentState(runner.Id, out var current)
            ? current.Snapshot.EnvironmentVariables.FirstOrDefault(v => v.Name == variable)?.Secret
            : null;

    private ResourceEntry? Entry(ResourceRunner runner)
    {
        if (!notifications.TryGetCurrentState(runner.Id, out var current) || current.Snapshot.IsHidden)
        {
            return null;
        }

        var snapshot = current.Snapshot;
        return new ResourceEntry(
            runner.Id,
            runner.Resource.Name,
            snapshot.ResourceType,
            snapshot.State?.Text ?? "",
            snapshot.HealthStatus is { } health && snapshot.HealthReports.All(r => r.LastRunAt is not null) ? health.ToString() : null,
            [.. snapshot.Urls.Select(u => new EndpointEntry(u.Name ?? "", u.Url))],
            snapshot.Properties.FirstOrDefault(p => p.Name == "executable.pid")?.Value as int?,
            snapshot.Properties.FirstOrDefault(p => p.Name == "process.rss")?.Value as long?,
            snapshot.StartTimeStamp,
            snapshot.ExitCode,
            runner.Failures,
            runner.HasProcess,
            (runner.Resource as IResourceWithParent)?.Parent.Name,
            [.. Uses(runner)]);
    }

    // What it was told the address of; waiting alone is no use of anything.
    private HashSet<string> Uses(ResourceRunner runner)
        => notifications.TryGetCurrentState(runner.Id, out var current)
            ? [.. current.Snapshot.Relationships.Where(r => r.Type != "WaitFor").Select(r => r.ResourceName)
                .Where(n => orchestrator.Runners.Any(r => r.Resource.Name == n && r.Resource is not ParameterResource))]
            : [];
}

internal sealed record EndpointEntry(string Name, string Url);

internal sealed record VariableEntry(string Name, string Value, bool? Masked);

internal sealed record HealthEntry(string Name, string Status, string? Description, DateTime? At);

/// <param name="Id">The name, with <c>-n</c> for each of several replicas.</param>
/// <param name="Name">The name, by which it is known in telemetry.</param>
/// <param name="Type">Project, Executable, Container or what the resource is.</param>
/// <param name="State">One of Aspire's states.</param>
/// <param name="Health">Null until it has been checked.</param>
/// <param name="Endpoints">Its addresses.</param>
/// <param name="Pid">Process id.</param>
/// <param name="Memory">Resident bytes.</param>
/// <param name="Started">When the process started.</param>
/// <param name="ExitCode">Of the last process.</param>
/// <param name="Failures">Times the process ended without being asked to.</param>
/// <param name="HasProcess">Can be started and stopped.</param>
/// <param name="Parent">The resource it is a part of.</param>
/// <param name="Uses">Names of the resources it refers to.</param>
internal sealed record ResourceEntry(
    string Id,
    string Name,
    string Type,
    string State,
    string? Health,
    EndpointEntry[] Endpoints,
    int? Pid,
    long? Memory,
    DateTime? Started,
    int? ExitCode,
    int Failures,
    bool HasProcess,
    string? Parent,
    string[] Uses);

/// <param name="Resource">What the list shows too.</param>
/// <param name="Program">Path of the executable.</param>
/// <param name="Environment">The variables it was given, secrets masked.</param>
/// <param name="Health">Its checks.</param>
/// <param name="UsedBy">Who refers to it.</param>
internal sealed record ResourceDetails(ResourceEntry Resource, string? Program, VariableEntry[] Environment, HealthEntry[] Health, string[] UsedBy);
