using System.ComponentModel;
using System.Diagnostics;
using Platform.TestSupport;

namespace Platform.GraphQL.Tests.Oracle;

/// <summary>Scripts that need packages of npm. Without Node.js or the registry their tests say that they were skipped.</summary>
internal static class NodePackages
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "GraphQL.Tests", "Node");
    private static readonly Lazy<Task<string?>> Lack = new(InstallAsync);

    public static async Task<Process> StartAsync(params string[] arguments)
    {
        if (await Lack.Value is { } lack)
        {
            Assert.Skip(lack);
        }

        return Start("node", arguments);
    }

    /// <summary>Runs a script to its end and gives what it wrote.</summary>
    public static async Task<string> RunAsync(params string[] arguments)
    {
        using var process = await StartAsync(arguments);
        var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, string.Join('\n', output));
        return output[0];
    }

    private static async Task<string?> InstallAsync()
    {
        try
        {
            using var npm = Start("npm", "ci", "--silent", "--no-audit", "--no-fund");
            var errors = npm.StandardError.ReadToEndAsync();
            await npm.StandardOutput.ReadToEndAsync();
            await npm.WaitForExitAsync();
            return npm.ExitCode == 0 ? null : $"npm could not install the packages: {await errors}";
        }
        catch (Win32Exception)
        {
            return "Node.js and npm are not installed.";
        }
    }

    private static Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = Folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
