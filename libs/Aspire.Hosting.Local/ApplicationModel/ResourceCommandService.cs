using Aspire.Hosting.Local;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.ApplicationModel;

public sealed class ExecuteCommandResult
{
    public required bool Success { get; init; }

    public string? ErrorMessage { get; init; }
}

/// <summary>Starts, stops and restarts resources by name.</summary>
public class ResourceCommandService
{
    private readonly IServiceProvider _services;

    internal ResourceCommandService(IServiceProvider services) => _services = services;

    public Task<ExecuteCommandResult> ExecuteCommandAsync(IResource resource, string commandName, CancellationToken cancellationToken = default)
        => ExecuteCommandAsync(resource.Name, commandName, cancellationToken);

    public async Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken = default)
    {
        var runners = _services.GetRequiredService<Orchestrator>().Runners
            .Where(r => r.HasProcess && (Is(r.Id, resourceId) || Is(r.Resource.Name, resourceId)))
            .ToArray();
        if (runners.Length == 0)
        {
            return new ExecuteCommandResult { Success = false, ErrorMessage = $"Resource '{resourceId}' not found." };
        }

        Func<ResourceRunner, Task>? command =
            commandName == KnownResourceCommands.StartCommand ? r => r.StartAsync()
            : commandName == KnownResourceCommands.StopCommand ? r => r.StopAsync()
            : commandName == KnownResourceCommands.RestartCommand ? r => r.RestartAsync()
            : null;
        if (command is null)
        {
            return new ExecuteCommandResult { Success = false, ErrorMessage = $"Command '{commandName}' not available for resource '{resourceId}'." };
        }

        await Task.WhenAll(runners.Select(command)).WaitAsync(cancellationToken);
        return new ExecuteCommandResult { Success = true };
    }

    private static bool Is(string left, string right) => StringComparer.OrdinalIgnoreCase.Equals(left, right);
}
