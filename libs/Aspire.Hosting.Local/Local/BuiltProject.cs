namespace Aspire.Hosting.Local;

/// <summary>Finds what <c>dotnet build</c> made of a project.</summary>
internal static class BuiltProject
{
    /// <summary>
    /// The assembly in <c>bin/{configuration}</c> of the AppHost's own configuration, else the newest one; the copy in its
    /// <c>publish</c> folder (compiled ahead of time) when it was completed after the last build.
    /// </summary>
    public static string AssemblyOf(string projectPath)
    {
        var directory = Path.GetDirectoryName(projectPath)!;
        var bin = Path.Combine(directory, "bin");
        var own = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        var name = Path.GetFileNameWithoutExtension(projectPath);
        var configurations = Directory.Exists(Path.Combine(bin, own)) ? [Path.Combine(bin, own)] : Directory.Exists(bin) ? Directory.GetDirectories(bin) : [];
        var found = configurations
            .SelectMany(c => Directory.EnumerateFiles(c, "*.runtimeconfig.json", SearchOption.AllDirectories))
            .Where(f => !f.Contains("/publish/", StringComparison.Ordinal))
            .Select(f => f[..^".runtimeconfig.json".Length] + ".dll")
            .Where(f => Path.GetFileNameWithoutExtension(f) == name
                || Path.GetFileNameWithoutExtension(f).EndsWith('.' + name, StringComparison.Ordinal))
            .OrderByDescending(File.GetLastWriteTimeUtc)
            .FirstOrDefault();
        return found is null ? throw NotBuilt(projectPath, own) : PublishedCopyOf(found) ?? found;
    }

    private static string? PublishedCopyOf(string assembly)
    {
        var built = Path.GetDirectoryName(assembly)!;
        var published = Path.Combine(built, "publish");
        var completed = new FileInfo(Path.Combine(published, ".complete"));
        return completed.Exists && Directory.EnumerateFiles(built, "*.dll").All(f => File.GetLastWriteTimeUtc(f) <= completed.LastWriteTimeUtc)
            ? Path.Combine(published, Path.GetFileName(assembly))
            : null;
    }

    private static DistributedApplicationException NotBuilt(string projectPath, string own) =>
        new($"'{projectPath}' is not built ({own}). Run: dotnet build -c {own} \"{projectPath}\"");
}
