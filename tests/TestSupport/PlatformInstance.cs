using System.Diagnostics;
using System.Text.Json;

namespace Platform.TestSupport;

/// <summary>A platform of its own, started by <c>./platform up</c> in a throw-away data folder and stopped with the test.</summary>
public sealed class PlatformInstance : IAsyncDisposable
{
    private PlatformInstance(string data) => DataFolder = data;

    /// <summary>The instance's data folder.</summary>
    public string DataFolder { get; }

    /// <summary>What the instance wrote about itself once it was healthy.</summary>
    public string RunFile => Path.Combine(DataFolder, "run.json");

    /// <summary>The public address of the gateway.</summary>
    public Uri Gateway { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Starts stores, and unless <paramref name="storesOnly"/> all services, and waits until they are healthy.</summary>
    public static async Task<PlatformInstance> StartAsync(bool storesOnly = false, IReadOnlyDictionary<string, string>? environment = null)
    {
        var instance = new PlatformInstance(Directory.CreateTempSubdirectory("platform-test-").FullName);
        var variables = new Dictionary<string, string>(environment ?? new Dictionary<string, string>()) { ["PLATFORM_EPHEMERAL"] = "1" };
        if (storesOnly)
        {
            variables["PLATFORM_STORES_ONLY"] = "1";
        }

        var (exit, output) = await instance.RunAsync(variables, "up", "--detach", "--data", instance.DataFolder, "--port", "0");
        if (exit != 0)
        {
            await instance.DisposeAsync();
            throw new InvalidOperationException($"./platform up ended with {exit}:\n{output}");
        }

        if (!storesOnly)
        {
            using var status = JsonDocument.Parse(await instance.StatusAsync());
            instance.Gateway = new Uri(status.RootElement.GetProperty("gateway").GetString()!);
        }

        return instance;
    }

    /// <summary>The answer of <c>./platform status --json</c>.</summary>
    public async Task<string> StatusAsync() => (await RunAsync(new Dictionary<string, string>(), "status", "--json", "--data", DataFolder)).Output;

    /// <summary>The process id of a resource, as the status names it.</summary>
    public async Task<int> PidOfAsync(string resource)
    {
        using var status = JsonDocument.Parse(await StatusAsync());
        foreach (var entry in status.RootElement.GetProperty("resources").EnumerateArray())
        {
            if (entry.GetProperty("name").GetString() == resource)
            {
                return entry.GetProperty("pid").GetInt32();
            }
        }

        throw new InvalidOperationException($"There is no resource '{resource}'.");
    }

    /// <summary>Runs the script and returns its exit code and everything it printed to its standard output.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        // Output goes to a file, not a pipe: a detached platform would hold the pipe open.
        var log = Path.Combine(DataFolder, $"{arguments[0]}-{Guid.NewGuid():N}.log");
        var start = new ProcessStartInfo("bash", ["-c", "exec \"$0\" \"$@\" >\"$PLATFORM_TEST_LOG\" 2>&1", Path.Combine(Repository.Root, "platform"), .. arguments]);
        start.Environment["PLATFORM_TEST_LOG"] = log;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return (process.ExitCode, await File.ReadAllTextAsync(log));
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync(new Dictionary<string, string>(), "down", "--data", DataFolder);
        Directory.Delete(DataFolder, recursive: true);
    }
}
