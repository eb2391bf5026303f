namespace Aspire.Hosting.Local.Images;

/// <summary>
/// <c>falkordb/falkordb</c>: REDIS_ARGS configures the server, FALKORDB_ARGS the module, as in the image. The server is Valkey
/// (7.2 or newer; the distribution's Redis is too old for the module), the module the one of the tools folder.
/// </summary>
internal sealed class FalkorDbImage : INativeImage
{
    private const string Advice = "Run './platform up' once: it fetches it.";

    public string Image => "falkordb/falkordb";

    public string UserName => "redis";

    public Task<NativeCommand> PrepareAsync(ContainerLaunch launch, CancellationToken cancellationToken)
    {
        var server = Programs.Resolve(Programs.Find("valkey-server", Advice, launch.Paths.Tools));
        var module = Path.Combine(launch.Paths.Tools, "falkordb.so");
        if (!File.Exists(module))
        {
            throw new DistributedApplicationException($"The module '{module}' was not found. {Advice}");
        }

        var words = Split(launch.Variable("REDIS_ARGS"));
        var loadModule = $"loadmodule {RedisConfiguration.Quoted(Programs.Resolve(module))} {launch.Variable("FALKORDB_ARGS")}";
        var file = RedisConfiguration.Write(launch, launch.Port(6379), words, [loadModule]);
        return Task.FromResult(RedisConfiguration.Command(server, file, launch) with { StopTimeout = TimeSpan.FromSeconds(30) });
    }

    private static string[] Split(string arguments) => arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
