using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Platform.TestSupport;

/// <summary>A platform of its own, started by <c>./platform up</c> in a throw-away data folder and stopped with the test.</summary>
public sealed class PlatformInstance : IAsyncDisposable
{
    private static readonly Uri Nowhere = new("http://127.0.0.1/");

    private IReadOnlyDictionary<string, string> _environment = new Dictionary<string, string>();
    private bool _isOwn = true;

    private PlatformInstance(string data) => DataFolder = data;

    /// <summary>The instance's data folder.</summary>
    public string DataFolder { get; }

    /// <summary>What the instance wrote about itself once it was healthy.</summary>
    public string RunFile => Path.Combine(DataFolder, "run.json");

    /// <summary>The public address of the gateway.</summary>
    public Uri Gateway { get; private set; } = Nowhere;

    /// <summary>Starts stores, and unless <paramref name="storesOnly"/> all services, and waits until they are healthy.</summary>
    /// <param name="storesOnly">No services.</param>
    /// <param name="environment">Variables for the AppHost, which services inherit.</param>
    /// <param name="durable">Stores keep their promises to the disk, as for people; otherwise they need not, which is quicker.</param>
    public static async Task<PlatformInstance> StartAsync(
        bool storesOnly = false, IReadOnlyDictionary<string, string>? environment = null, bool durable = false)
    {
        var instance = new PlatformInstance(Directory.CreateTempSubdirectory("platform-test-").FullName)
        {
            _environment = new Dictionary<string, string>(environment ?? new Dictionary<string, string>())
            {
                ["PLATFORM_EPHEMERAL"] = durable ? "0" : "1",
                ["PLATFORM_STORES_ONLY"] = storesOnly ? "1" : "0",
            },
        };
        try
        {
            await instance.UpAsync();
        }
        catch
        {
            await instance.DisposeAsync();
            throw;
        }

        return instance;
    }

    /// <summary>An instance that runs already, and goes on when this is disposed of.</summary>
    public static async Task<PlatformInstance> AttachAsync(string dataFolder)
    {
        var instance = new PlatformInstance(Path.GetFullPath(dataFolder)) { _isOwn = false };
        await instance.FindGatewayAsync();
        return instance;
    }

    /// <summary>
    /// Starts the instance, again when it was stopped by <see cref="DownAsync"/>; then at the same address, which is the issuer of the
    /// tokens of before.
    /// </summary>
    public async Task UpAsync()
    {
        var port = Gateway == Nowhere ? "0" : Gateway.Port.ToString(CultureInfo.InvariantCulture);
        var (exit, output) = await RunAsync(_environment, "up", "--detach", "--data", DataFolder, "--port", port);
        if (exit != 0)
        {
            throw new InvalidOperationException($"./platform up ended with {exit}:\n{output}");
        }

        await FindGatewayAsync();
    }

    /// <summary>Stops the instance and keeps its data.</summary>
    public Task DownAsync() => RunAsync(_environment, "down", "--data", DataFolder);

    /// <summary>The generated administrator.</summary>
    public async Task<(string Email, string Password)> AdminAsync()
    {
        using var status = JsonDocument.Parse(await StatusAsync());
        var admin = status.RootElement.GetProperty("admin");
        return (admin.GetProperty("email").GetString()!, (await File.ReadAllTextAsync(admin.GetProperty("password_file").GetString()!)).Trim());
    }

    /// <summary>A client of the generated administrator, signed in.</summary>
    public async Task<Api> SignInAdminAsync()
    {
        var (email, password) = await AdminAsync();
        using var anonymous = new Api(Gateway);
        return await anonymous.SignInAsync(email, password);
    }

    /// <summary>The connection strings of this run's stores, by name.</summary>
    public Task<IReadOnlyDictionary<string, string>> ConnectionsAsync() => ConnectionsAsync(RunFile);

    /// <summary>The connection strings in a run file.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> ConnectionsAsync(string runFile)
    {
        using var run = JsonDocument.Parse(await File.ReadAllBytesAsync(runFile));
        return run.RootElement.GetProperty("connection_strings").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!);
    }

    /// <summary>Kills a resource's processes (SIGKILL) and waits until it runs again: how long that took.</summary>
    public async Task<TimeSpan> KillAsync(string resource)
    {
        var pid = await PidOfAsync(resource);
        using (var process = Process.GetProcessById(pid))
        {
            process.Kill(entireProcessTree: true);
        }

        var killed = Stopwatch.GetTimestamp();
        await Eventually.TrueAsync(
            async () =>
            {
                using var status = JsonDocument.Parse(await StatusAsync());
                var entry = status.RootElement.GetProperty("resources").EnumerateArray().Single(r => r.GetProperty("name").GetString() == resource);
                return entry.GetProperty("state").GetString() == "running" && entry.GetProperty("pid").GetInt32() != pid;
            },
            TimeSpan.FromSeconds(60), CancellationToken.None, $"The return of {resource}");
        return Stopwatch.GetElapsedTime(killed);
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
        var log = Path.Combine(_isOwn ? DataFolder : Path.GetTempPath(), $"{arguments[0]}-{Guid.NewGuid():N}.log");
        var start = new ProcessStartInfo("bash", ["-c", "exec \"$0\" \"$@\" >\"$PLATFORM_TEST_LOG\" 2>&1", Path.Combine(Repository.Root, "platform"), .. arguments]);
        start.Environment["PLATFORM_TEST_LOG"] = log;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        var printed = await File.ReadAllTextAsync(log);
        File.Delete(log);
        return (process.ExitCode, printed);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isOwn)
        {
            return;
        }

        await DownAsync();
        DeleteStoresElsewhere();
        Directory.Delete(DataFolder, recursive: true);
    }

    private async Task FindGatewayAsync()
    {
        using var status = JsonDocument.Parse(await StatusAsync());
        if (status.RootElement.TryGetProperty("gateway", out var gateway))
        {
            Gateway = new Uri(gateway.GetString()!);
        }
    }

    /// <summary>Stores that may not enter the data folder keep theirs where that folder says; it goes too.</summary>
    private void DeleteStoresElsewhere()
    {
        var note = Path.Combine(DataFolder, "stores-elsewhere");
        if (File.Exists(note) && File.ReadAllText(note).Trim() is var folder && folder.StartsWith("/var/lib/aspire-local/", StringComparison.Ordinal) && Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
