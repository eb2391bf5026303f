using System.Globalization;

namespace Aspire.Hosting.Local.Images;

/// <summary>
/// <c>rabbitmq</c>: RABBITMQ_DEFAULT_USER and RABBITMQ_DEFAULT_PASS as in the image; a tag that ends in <c>-management</c> turns
/// the plugin on. The distribution's wrapper insists on its own user, so the script behind it is started. The port mapper of
/// Erlang runs as our own child: the broker would start one that outlives everything.
/// </summary>
internal sealed class RabbitMQImage : INativeImage
{
    private const string Script = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    public string Image => "rabbitmq";

    public string UserName => "rabbitmq";

    public Task<NativeCommand> PrepareAsync(ContainerLaunch launch, CancellationToken cancellationToken)
    {
        if (!File.Exists(Script))
        {
            throw new DistributedApplicationException($"'{Script}' was not found. Install rabbitmq-server.");
        }

        var port = launch.Port(5672);
        var distributionPort = Ports.Reserve();
        var mapperPort = Ports.Reserve();
        var management = launch.Tag?.EndsWith("-management", StringComparison.Ordinal) == true && launch.Ports.ContainsKey(15672);
        foreach (var folder in (string[])["mnesia", "log", "home"])
        {
            UnixUser.CreateFolder(Path.Combine(launch.Folder, folder), launch.User);
        }

        UnixUser.WriteSecretFile(In("enabled_plugins"), management ? "[rabbitmq_management].\n" : "[].\n", launch.User);
        UnixUser.WriteSecretFile(In("rabbitmq.conf"), Configuration(launch, port, management), launch.User);

        var environment = new Dictionary<string, string>
        {
            ["HOME"] = In("home"),
            ["LC_ALL"] = "C.UTF-8",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["ERL_EPMD_PORT"] = mapperPort.ToString(CultureInfo.InvariantCulture),
            ["RABBITMQ_NODENAME"] = "rabbit@localhost",
            ["RABBITMQ_NODE_PORT"] = port.ToString(CultureInfo.InvariantCulture),
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_DIST_PORT"] = distributionPort.ToString(CultureInfo.InvariantCulture),
            ["RABBITMQ_BASE"] = launch.Folder,
            // Relative to the working folder: the broker asks df for the space left without quoting the path.
            ["RABBITMQ_MNESIA_BASE"] = "mnesia",
            ["RABBITMQ_LOG_BASE"] = In("log"),
            ["RABBITMQ_LOGS"] = "-",
            ["RABBITMQ_CONFIG_FILE"] = In("rabbitmq"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = In("enabled_plugins"),
            // The script then becomes the virtual machine itself, with one process id from start to end.
            ["RABBITMQ_ALLOW_INPUT"] = "1",
            // Schedulers that spin while idle would take the cores from everyone else.
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] =
                "-noinput +S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}",
        };
        return Task.FromResult(new NativeCommand(Script, [], environment, launch.Folder)
        {
            CleanEnvironment = true,
            User = launch.User,
            StopTimeout = TimeSpan.FromSeconds(25),
            Helper = new NativeCommand(
                Programs.Find("epmd", "It comes with rabbitmq-server (erlang-base)."),
                ["-port", environment["ERL_EPMD_PORT"], "-address", "127.0.0.1"],
                new Dictionary<string, string> { ["HOME"] = In("home") },
                launch.Folder)
            {
                CleanEnvironment = true,
                User = launch.User,
                StopSignal = Signals.Kill,
            },
        });

        string In(string name) => Path.Combine(launch.Folder, name);
    }

    private static string Configuration(ContainerLaunch launch, int port, bool management)
    {
        var lines = new List<string>
        {
            $"listeners.tcp.1 = 127.0.0.1:{port}",
            $"default_user = {launch.Variable("RABBITMQ_DEFAULT_USER", "guest")}",
            $"default_pass = {launch.Variable("RABBITMQ_DEFAULT_PASS", "guest")}",
            "log.console = true",
            "log.console.level = warning",
            "vm_memory_high_watermark.absolute = 512MB",
            "disk_free_limit.absolute = 50MB",
        };
        if (management)
        {
            lines.Add("management.tcp.ip = 127.0.0.1");
            lines.Add($"management.tcp.port = {launch.Port(15672)}");
        }

        return string.Join('\n', lines) + "\n";
    }
}
