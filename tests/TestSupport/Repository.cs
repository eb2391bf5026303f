using System.Diagnostics;

namespace Platform.TestSupport;

/// <summary>Where the checkout and the optional test data are.</summary>
public static class Repository
{
    /// <summary>The folder that holds Platform.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A file of the shared test data beside the checkout, or null where the data is absent.</summary>
    public static string? DataFile(string relativePath)
    {
        var path = Path.Combine(Environment.GetEnvironmentVariable("PLATFORM_TEST_DATA") ?? Path.Combine(Root, "..", "shared", "data"), relativePath);
        return File.Exists(path) ? Path.GetFullPath(path) : null;
    }

    /// <summary>Unpacks an .xz file of the test data.</summary>
    public static async Task<byte[]> ReadXzAsync(string path, CancellationToken ct)
    {
        using var xz = Process.Start(new ProcessStartInfo("xz", ["-dc", path]) { RedirectStandardOutput = true })!;
        using var content = new MemoryStream();
        await xz.StandardOutput.BaseStream.CopyToAsync(content, ct);
        await xz.WaitForExitAsync(ct);
        return xz.ExitCode == 0 ? content.ToArray() : throw new InvalidOperationException($"xz could not read {path}.");
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Platform.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests do not run inside a checkout.");
    }
}
