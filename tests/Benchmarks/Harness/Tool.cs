using System.Diagnostics;

namespace Platform.Benchmarks.Harness;

/// <summary>Programs that are asked one thing.</summary>
internal static class Tool
{
    /// <summary>What a program says; empty when it is not there or fails.</summary>
    public static string Read(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output.Trim() : "";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "";
        }
    }
}
