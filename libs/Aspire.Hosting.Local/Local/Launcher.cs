using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local.Images;

namespace Aspire.Hosting.Local;

/// <summary>Turns a resource into the command that runs it, with every late value resolved.</summary>
internal sealed class Launcher(LocalPaths paths, DistributedApplicationExecutionContext executionContext, ResourceLoggerService logs)
{
    private readonly HashSet<string> _emptied = [];

    public static bool KeepsData(IResource resource)
        => resource.Annotations.OfType<ContainerMountAnnotation>().Any(m => m.Type == ContainerMountType.Volume);

    public async Task<(NativeCommand Command, ImmutableArray<EnvironmentVariableSnapshot> Variables)> PrepareAsync(
        IResource resource, string id, IReadOnlyDictionary<EndpointAnnotation, int> ports, CancellationToken cancellationToken)
    {
        var (variables, snapshots) = await VariablesAsync(resource, cancellationToken);
        var arguments = await ArgumentsAsync(resource, cancellationToken);
        var command = resource switch
        {
            ProjectResource project => OfProject(project, arguments, variables),
            ExecutableResource executable => new NativeCommand(executable.Command, arguments, variables, executable.WorkingDirectory),
            ContainerResource container => await OfContainerAsync(container, id, ports, arguments, variables, cancellationToken),
            _ => throw new InvalidOperationException($"'{resource.Name}' has no process."),
        };
        return (command, snapshots);
    }

    private async Task<NativeCommand> OfContainerAsync(
        ContainerResource container,
        string id,
        IReadOnlyDictionary<EndpointAnnotation, int> ports,
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string> variables,
        CancellationToken cancellationToken)
    {
        var image = NativeImages.For(container);
        var user = UnixUser.IsRoot ? UnixUser.Find(image.UserName) : null;
        var folder = FolderOf(id, user);
        var keepsData = KeepsData(container);
        // Like a container: it keeps its files when it is restarted within a run, and starts anew in the next one.
        if (_emptied.Add(id) && !keepsData && Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        UnixUser.CreateFolder(folder, user);
        var launch = new ContainerLaunch(
            container,
            container.Annotations.OfType<ContainerImageAnnotation>().Last().Tag,
            arguments,
            variables,
            ports.Where(p => p.Key.TargetPort is not null).ToDictionary(p => p.Key.TargetPort!.Value, p => p.Value),
            folder,
            keepsData,
            user,
            paths);
        return Bounded(await image.PrepareAsync(launch, cancellationToken), container);
    }

    /// <summary>What a container engine does by a control group is done by a limit of the process, which prlimit sets before it becomes it.</summary>
    private static NativeCommand Bounded(NativeCommand command, ContainerResource container)
    {
        const string option = "--memory=";
        var memory = container.Annotations.OfType<ContainerRuntimeArgsAnnotation>().SelectMany(a => a.Arguments).LastOrDefault(a => a.StartsWith(option, StringComparison.Ordinal));
        return memory is null ? command : command with { FileName = "prlimit", Arguments = [$"--as={Bytes(memory[option.Length..])}", "--", command.FileName, .. command.Arguments] };
    }

    /// <summary>A size as container engines take it: <c>512m</c>, <c>8g</c>, or bytes.</summary>
    private static long Bytes(string size)
    {
        var shift = char.ToLowerInvariant(size[^1]) switch { 'k' => 10, 'm' => 20, 'g' => 30, _ => 0 };
        return long.Parse(shift == 0 ? size : size[..^1], CultureInfo.InvariantCulture) << shift;
    }

    /// <summary>
    /// The resource's own folder. When a store must run as a user who cannot reach the data folder (one below /root, say), it lies
    /// in /var/lib/aspire-local under a name made from the data folder's.
    /// </summary>
    private string FolderOf(string id, UnixUser? user)
    {
        var folder = Path.Combine(paths.Data, "stores", id);
        if (user is null || UnixUser.CanReach(folder))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
            return folder;
        }

        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(paths.Data)))[..16];
        var elsewhere = Path.Combine("/var/lib/aspire-local", name);
        Directory.CreateDirectory(elsewhere);
        File.WriteAllText(Path.Combine(paths.Data, "stores-elsewhere"), elsewhere + "\n");
        return Path.Combine(elsewhere, id);
    }

    private static NativeCommand OfProject(ProjectResource project, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> variables)
    {
        var path = project.Annotations.OfType<IProjectMetadata>().Last().ProjectPath;
        var assembly = BuiltProject.AssemblyOf(path);
        var dotnet = Environment.ProcessPath is { } self && Path.GetFileName(self) == "dotnet" ? self : "dotnet";
        return new NativeCommand(dotnet, ["exec", assembly, .. arguments], variables, Path.GetDirectoryName(path)!)
        {
            StopTimeout = TimeSpan.FromSeconds(20),
        };
    }

    internal async Task<(Dictionary<string, string> Variables, ImmutableArray<EnvironmentVariableSnapshot> Snapshots)> VariablesAsync(
        IResource resource, CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(executionContext, resource, cancellationToken: cancellationToken) { Logger = logs.GetLogger(resource) };
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToArray())
        {
            await annotation.Callback(context);
        }

        var variables = new Dictionary<string, string>();
        var snapshots = ImmutableArray.CreateBuilder<EnvironmentVariableSnapshot>();
        foreach (var (name, value) in context.EnvironmentVariables.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            if (await TextAsync(value, cancellationToken) is { } text)
            {
                variables[name] = text;
                snapshots.Add(HoldsSecret(value)
                    ? new EnvironmentVariableSnapshot(name, EnvironmentVariableSnapshot.Mask, true) { Secret = text }
                    : new EnvironmentVariableSnapshot(name, text, true));
            }
        }

        return (variables, snapshots.ToImmutable());
    }

    private async Task<List<string>> ArgumentsAsync(IResource resource, CancellationToken cancellationToken)
    {
        var context = new CommandLineArgsCallbackContext([], resource, cancellationToken) { ExecutionContext = executionContext };
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>().ToArray())
        {
            await annotation.Callback(context);
        }

        var arguments = new List<string>();
        foreach (var value in context.Args)
        {
            arguments.Add(await TextAsync(value, cancellationToken) ?? "");
        }

        return arguments;
    }

    private static async ValueTask<string?> TextAsync(object value, CancellationToken cancellationToken) => value switch
    {
        string text => text,
        IValueProvider provider => await provider.GetValueAsync(cancellationToken),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private static bool HoldsSecret(object value) => value switch
    {
        SecretText => true,
        ParameterResource parameter => parameter.Secret,
        // An address is none, and its owner's connection string leads back to it.
        EndpointReference or EndpointReferenceExpression => false,
        IValueWithReferences references => references.References.Any(HoldsSecret),
        _ => false,
    };
}
