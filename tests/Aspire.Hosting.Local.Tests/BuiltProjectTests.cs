using Aspire.Hosting.Local;

namespace Platform.Aspire.Hosting.Local.Tests;

public sealed class BuiltProjectTests : IDisposable
{
    private static readonly DateTime Built = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private readonly DirectoryInfo _project = Directory.CreateTempSubdirectory("built-");

    public void Dispose() => _project.Delete(recursive: true);

    [Fact]
    public void The_copy_compiled_ahead_of_time_is_run_when_it_was_completed_after_the_build()
    {
        Write("Shop.dll", Built);
        Write("publish/Shop.dll", Built);
        Write("publish/.complete", Built.AddSeconds(1));

        Assert.Equal(PathOf("publish/Shop.dll"), BuiltProject.AssemblyOf(Project));
    }

    [Theory]
    [InlineData("Shop.dll")]
    [InlineData("Library.dll")]
    public void A_copy_older_than_any_assembly_of_the_build_is_left_alone(string rebuilt)
    {
        Write("Shop.dll", Built);
        Write("publish/Shop.dll", Built);
        Write("publish/.complete", Built.AddSeconds(1));
        Write(rebuilt, Built.AddSeconds(2));

        Assert.Equal(PathOf("Shop.dll"), BuiltProject.AssemblyOf(Project));
    }

    [Fact]
    public void A_copy_that_was_never_completed_is_left_alone()
    {
        Write("Shop.dll", Built);
        Write("publish/Shop.dll", Built);

        Assert.Equal(PathOf("Shop.dll"), BuiltProject.AssemblyOf(Project));
    }

    private string Project => Path.Combine(_project.FullName, "Shop.csproj");

    private string PathOf(string name)
        => Path.Combine(_project.FullName, "bin", AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug", "net10.0", name);

    private void Write(string name, DateTime time)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "");
        File.WriteAllText(PathOf("Shop.runtimeconfig.json"), "{}");
        File.SetLastWriteTimeUtc(path, time);
    }
}
