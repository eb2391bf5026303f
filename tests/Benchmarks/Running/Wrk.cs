using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Platform.Benchmarks.Running;

/// <summary>What one run of wrk found.</summary>
/// <param name="RequestsPerSecond">Answers a second.</param>
/// <param name="P50Microseconds">Half of the answers came within this.</param>
/// <param name="P99Microseconds">99 of 100 came within this.</param>
/// <param name="Requests">Answers in all.</param>
internal sealed record Load(double RequestsPerSecond, double P50Microseconds, double P99Microseconds, long Requests);

/// <summary>The load generator: wrk, closed loop, one thread, since servers share the processors with it.</summary>
internal static partial class Wrk
{
    /// <param name="script">A Lua script that makes the requests; null for plain GET.</param>
    /// <param name="mayBeRefused">Whether refusals are what is expected.</param>
    public static async Task<Load> RunAsync(
        Uri address, int connections, int seconds, IReadOnlyDictionary<string, string> headers, CancellationToken ct, string? script = null, bool mayBeRefused = false)
    {
        var arguments = new List<string> { "-t1", $"-c{connections}", $"-d{seconds}s", "--latency", "--timeout", "10s" };
        foreach (var (name, value) in headers)
        {
            arguments.AddRange(["-H", $"{name}: {value}"]);
        }

        arguments.AddRange(script is null ? [] : ["-s", script]);
        using var process = Process.Start(new ProcessStartInfo("wrk", [.. arguments, address.ToString()]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(ct);
        var errors = await process.StandardError.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        if (process.ExitCode != 0 || (!mayBeRefused && Refused().IsMatch(output)))
        {
            throw new InvalidOperationException($"wrk against {address}: {output}{errors}");
        }

        return new Load(
            double.Parse(Rate().Match(output).Groups[1].Value, CultureInfo.InvariantCulture),
            Microseconds(Half().Match(output)),
            Microseconds(Most().Match(output)),
            long.Parse(Count().Match(output).Groups[1].Value, CultureInfo.InvariantCulture));
    }

    private static double Microseconds(Match match) =>
        double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * match.Groups[2].Value switch { "us" => 1, "ms" => 1_000, _ => 1_000_000 };

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"50%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex Half();

    [GeneratedRegex(@"99%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex Most();

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Count();

    /// <summary>A figure over answers that refuse is worth nothing.</summary>
    [GeneratedRegex("Non-2xx|Socket errors")]
    private static partial Regex Refused();
}
