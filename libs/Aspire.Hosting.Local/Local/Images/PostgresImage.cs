using System.Diagnostics;
using System.Globalization;

namespace Aspire.Hosting.Local.Images;

/// <summary>
/// <c>postgres</c>: POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_INITDB_ARGS and the arguments (<c>-c name=value</c>) as the image
/// takes them. A cluster is made by initdb on the first start.
/// </summary>
internal sealed class PostgresImage : INativeImage
{
    public string Image => "postgres";

    // The server refuses to run as root.
    public string UserName => "postgres";

    public async Task<NativeCommand> PrepareAsync(ContainerLaunch launch, CancellationToken cancellationToken)
    {
        var folders = ServerFolders();
        var postgres = Programs.Find("postgres", "Install postgresql-15.", folders);
        var data = Path.Combine(launch.Folder, "data");
        if (!File.Exists(Path.Combine(data, "PG_VERSION")))
        {
            await InitializeAsync(launch, Programs.Find("initdb", "Install postgresql-15.", folders), data, cancellationToken);
        }

        var port = launch.Port(5432).ToString(CultureInfo.InvariantCulture);
        return new NativeCommand(
            postgres,
            [
                "-D", data,
                "-c", $"port={port}",
                "-c", "listen_addresses=127.0.0.1",
                "-c", "unix_socket_directories=",
                .. launch.Arguments,
            ],
            new Dictionary<string, string> { ["HOME"] = launch.Folder, ["LC_ALL"] = "C.UTF-8" },
            launch.Folder)
        {
            CleanEnvironment = true,
            User = launch.User,
            // Fast shutdown: SIGTERM would wait until the last client has gone.
            StopSignal = Signals.Interrupt,
            ParentDeathSignal = "INT",
            StopTimeout = TimeSpan.FromSeconds(30),
        };
    }

    private static string[] ServerFolders()
        => Directory.Exists("/usr/lib/postgresql")
            ? [.. Directory.GetDirectories("/usr/lib/postgresql")
                .OrderByDescending(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var version) ? version : 0)
                .Select(d => Path.Combine(d, "bin"))]
            : [];

    private static async Task InitializeAsync(ContainerLaunch launch, string initdb, string data, CancellationToken cancellationToken)
    {
        // What a crash in the midst of initdb left behind is of no use to anyone.
        if (Directory.Exists(data))
        {
            Directory.Delete(data, recursive: true);
        }

        var passwordFile = Path.Combine(launch.Folder, "password");
        UnixUser.WriteSecretFile(passwordFile, launch.Variable("POSTGRES_PASSWORD"), launch.User);
        var start = new ProcessStartInfo { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = launch.Folder };
        string[] command =
        [
            initdb, "-D", data, "-U", launch.Variable("POSTGRES_USER", "postgres"), $"--pwfile={passwordFile}",
            "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
            .. launch.Variable("POSTGRES_INITDB_ARGS").Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ];
        Processes.Spawner.Fill(start, command, launch.User, deathSignal: "KILL");
        start.Environment["HOME"] = launch.Folder;
        try
        {
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
            {
                throw new DistributedApplicationException($"initdb failed ({process.ExitCode}): {(await error).Trim()}");
            }
        }
        finally
        {
            File.Delete(passwordFile);
        }
    }
}
