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
                return file;
            }
        }

        throw new DistributedApplicationException($"The program '{name}' was not found on PATH or in {string.Join(", ", folders)}. {advice}");
    }

    /// <summary>
    /// Follows one link: the tools folder may be one that a store's user cannot enter, while what it links to is for everyone.
    /// Only one, as servers such as Redis look at the name they are called by.
    /// </summary>
    public static string Resolve(string file)
        => new FileInfo(file).ResolveLinkTarget(returnFinalTarget: false)?.FullName ?? file;
}
