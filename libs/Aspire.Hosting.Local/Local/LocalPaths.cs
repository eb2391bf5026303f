using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Local;

/// <summary>Folders of a run. <c>--data</c> and <c>--tools</c> set them; without, they lie beside the solution file.</summary>
/// <param name="Data">State, secrets and logs.</param>
/// <param name="Tools">Programs and modules that are not on PATH.</param>
internal sealed record LocalPaths(string Data, string Tools)
{
    public string Logs => Path.Combine(Data, "logs");

    public static LocalPaths Read(IConfiguration configuration, string appHostDirectory)
    {
        var root = SolutionDirectoryAbove(appHostDirectory);
        return new LocalPaths(
            Path.GetFullPath(configuration["data"] ?? Path.Combine(root, ".data")),
            Path.GetFullPath(configuration["tools"] ?? Path.Combine(root, ".tools")));
    }

    /// <summary>The project folder of an assembly in <c>{project}/bin/{configuration}/{framework}</c>.</summary>
    public static string ProjectDirectoryOf(string baseDirectory)
    {
        for (var folder = new DirectoryInfo(baseDirectory); folder is not null; folder = folder.Parent)
        {
            if (folder.EnumerateFiles("*.csproj").Any())
            {
                return folder.FullName;
            }
        }

        return Directory.GetCurrentDirectory();
    }

    /// <summary>Creates the data folder for its owner alone, and everyone's way through it where a store runs as another user.</summary>
    public void Create()
    {
        var created = !Directory.Exists(Data);
        Directory.CreateDirectory(Data);
        if (created)
        {
            File.SetUnixFileMode(Data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }

        Directory.CreateDirectory(Logs, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static string SolutionDirectoryAbove(string directory)
    {
        for (var folder = new DirectoryInfo(directory); folder is not null; folder = folder.Parent)
        {
            if (folder.EnumerateFiles("*.sln").Any() || folder.EnumerateFiles("*.slnx").Any())
            {
                return folder.FullName;
            }
        }

        return directory;
    }
}
