namespace Aspire.Hosting.Local.Images;

/// <summary>Finds programs: on PATH, in the tools folder, where the distribution puts them.</summary>
internal static class Programs
{
    public static string Find(string name, string advice, params string[] folders)
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin";
        foreach (var folder in folders.Concat(path.Split(':', StringSplitOptions.RemoveEmptyEntries)).Append("/usr/sbin"))
        {
            var file = Path.Combine(folder, name);
            if (File.Exists(file))
            {
                return Resolve(file);
            }
        }

        throw new DistributedApplicationException($"The program '{name}' was not found on PATH or in {string.Join(", ", folders)}. {advice}");
    }

    /// <summary>A link in a folder that only its owner may enter leads to a file that others may reach.</summary>
    public static string Resolve(string file)
        => new FileInfo(file).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file;
}
