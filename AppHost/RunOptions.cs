using Aspire.Hosting.Lifecycle;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Platform.AppHost;

/// <summary>What can be said on the command line (<c>--data DIR --port N --gateways N --stores-only true</c>) or by a variable.</summary>
/// <param name="Data">Folder of everything that outlives a run.</param>
/// <param name="GatewayPort">Public port of the gateway.</param>
/// <param name="StoresOnly">Starts no service; PLATFORM_STORES_ONLY=1 does the same.</param>
/// <param name="Gateways">How many gateways share the limits; all but the first take any free port.</param>
/// <param name="Ephemeral">PLATFORM_EPHEMERAL=1: stores start empty and do not wait for the disk. For tests.</param>
internal sealed record RunOptions(string Data, int GatewayPort, bool StoresOnly, int Gateways, bool Ephemeral)
{
    public const string AdminEmail = "admin@platform.local";
    private const int DefaultGatewayPort = 7777;

    /// <summary>Holds the first administrator's password and nothing else.</summary>
    public string AdminPasswordFile => Path.Combine(Data, "admin-password");

    /// <summary>The sample is loaded by the service once, on a database without it; a throw-away run goes without.</summary>
    public string LoadSample => Ephemeral ? "false" : "true";

    public static RunOptions Read(IConfiguration configuration, string appHostDirectory) => new(
        Path.GetFullPath(configuration["data"] ?? Path.Combine(appHostDirectory, "..", ".data")),
        configuration.GetValue("port", DefaultGatewayPort),
        configuration.GetValue("stores-only", false) || configuration["PLATFORM_STORES_ONLY"] == "1",
        configuration.GetValue("gateways", 1),
        configuration["PLATFORM_EPHEMERAL"] == "1");
}

internal static class RunOptionsExtensions
{
    /// <summary>Reads the options and reports the run: progress on the console, <c>run.json</c> in the data folder.</summary>
    public static RunOptions AddRunOptions(this IDistributedApplicationBuilder builder)
    {
        var run = RunOptions.Read(builder.Configuration, builder.AppHostDirectory);
        builder.Services.AddSingleton(run);
        builder.Services.AddEventingSubscriber<RunReporter>();
        return run;
    }
}
