using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local.Images;

/// <summary>How to run something as a process of this machine.</summary>
internal sealed record NativeCommand(string FileName, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string WorkingDirectory)
{
    /// <summary>Started with nothing of the AppHost's own environment but PATH and the locale.</summary>
    public bool CleanEnvironment { get; init; }

    /// <summary>User to run as; only when the AppHost runs as root.</summary>
    public UnixUser? User { get; init; }

    /// <summary>Asks the process to end.</summary>
    public int StopSignal { get; init; } = Signals.Term;

    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>What the kernel sends when the AppHost dies without a chance to stop anything.</summary>
    public string ParentDeathSignal { get; init; } = "KILL";

    /// <summary>Started before it and stopped after it.</summary>
    public NativeCommand? Helper { get; init; }
}

/// <summary>
/// A container with everything resolved that its native stand-in needs. Ports are the allocated ones by the ports that the image
/// listens on; the folder is its own, emptied at the start of a run unless a volume asks to keep it.
/// </summary>
internal sealed record ContainerLaunch(
    ContainerResource Resource,
    string? Tag,
    IReadOnlyList<string> Arguments,
    IReadOnlyDictionary<string, string> Environment,
    IReadOnlyDictionary<int, int> Ports,
    string Folder,
    bool KeepsData,
    UnixUser? User,
    LocalPaths Paths)
{
    public int Port(int targetPort) => Ports.TryGetValue(targetPort, out var port)
        ? port
        : throw new DistributedApplicationException($"'{Resource.Name}' has no endpoint for port {targetPort} of its image.");

    public string Variable(string name, string fallback = "") => Environment.TryGetValue(name, out var value) ? value : fallback;
}

/// <summary>Knows the native program of an image.</summary>
internal interface INativeImage
{
    /// <summary>Image name without registry and tag.</summary>
    string Image { get; }

    /// <summary>User the program runs as when the AppHost is root and the user exists.</summary>
    string UserName { get; }

    /// <summary>Creates or checks the folder, and says what to run.</summary>
    Task<NativeCommand> PrepareAsync(ContainerLaunch launch, CancellationToken cancellationToken);
}

internal static class NativeImages
{
    private static readonly INativeImage[] All = [new PostgresImage(), new RedisImage(), new RabbitMQImage(), new FalkorDbImage()];

    public static INativeImage For(ContainerResource resource)
    {
        var image = resource.Annotations.OfType<ContainerImageAnnotation>().LastOrDefault()?.Image ?? "";
        return All.FirstOrDefault(known => image == known.Image || image.EndsWith('/' + known.Image, StringComparison.Ordinal))
            ?? throw new DistributedApplicationException(
                $"'{resource.Name}': no native program is known for the image '{image}'. Known: {string.Join(", ", All.Select(k => k.Image))}.");
    }
}

internal static class Signals
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Term = 15;
}
