using System.Text;

namespace Aspire.Hosting.Local.Images;

/// <summary>
/// <c>redis</c>: the arguments are <c>redis-server --name value …</c>, direct or as one line for <c>/bin/sh -c</c> with
/// <c>$VARIABLE</c>s. They become a configuration file that only the server's user can read: a command line is for everyone to see.
/// </summary>
internal sealed class RedisImage : INativeImage
{
    public string Image => "redis";

    public string UserName => "redis";

    public Task<NativeCommand> PrepareAsync(ContainerLaunch launch, CancellationToken cancellationToken)
    {
        var words = RedisConfiguration.Words(launch.Arguments, launch.Environment);
        var file = RedisConfiguration.Write(launch, launch.Port(6379), words, []);
        var server = Programs.Find("redis-server", "Install redis-server.");
        return Task.FromResult(RedisConfiguration.Command(server, file, launch));
    }
}

/// <summary>What Redis and Valkey have in common.</summary>
internal static class RedisConfiguration
{
    public static NativeCommand Command(string server, string configurationFile, ContainerLaunch launch)
        => new(server, [configurationFile], new Dictionary<string, string> { ["HOME"] = launch.Folder }, launch.Folder)
        {
            CleanEnvironment = true,
            User = launch.User,
            ParentDeathSignal = "TERM",
        };

    /// <summary>The words after the program's name, as the image's shell would see them.</summary>
    public static List<string> Words(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> variables)
    {
        var line = arguments is ["-c", var command, ..] ? command.Split(' ', StringSplitOptions.RemoveEmptyEntries) : [.. arguments];
        return [.. line.SkipWhile(w => !w.StartsWith("--", StringComparison.Ordinal))
            .Select(w => w.StartsWith('$') ? variables.GetValueOrDefault(w[1..].Trim('{', '}'), "") : w)];
    }

    /// <summary>Turns <c>--name value value</c> into lines; the server's own address and folder come last, so they win.</summary>
    public static string Write(ContainerLaunch launch, int port, IReadOnlyList<string> words, IReadOnlyList<string> extra)
    {
        var lines = new StringBuilder();
        if (!launch.KeepsData)
        {
            lines.Append("save \"\"\n");
        }

        for (var i = 0; i < words.Count;)
        {
            lines.Append(words[i++][2..]);
            for (; i < words.Count && !words[i].StartsWith("--", StringComparison.Ordinal); i++)
            {
                lines.Append(' ').Append(Quoted(words[i]));
            }

            lines.Append('\n');
        }

        foreach (var line in extra)
        {
            lines.Append(line).Append('\n');
        }

        lines.Append("bind 127.0.0.1\nprotected-mode yes\ndaemonize no\n")
            .Append("port ").Append(port).Append('\n')
            .Append("dir ").Append(Quoted(launch.Folder)).Append('\n');
        var file = Path.Combine(launch.Folder, "server.conf");
        UnixUser.WriteSecretFile(file, lines.ToString(), launch.User);
        return file;
    }

    public static string Quoted(string word)
        => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_.:/*~+@|>%&".Contains(c, StringComparison.Ordinal))
            ? word
            : $"\"{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
