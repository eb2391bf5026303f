using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Platform.ServiceDefaults.Telemetry;

namespace Platform.ServiceDefaults.Health;

/// <summary>How busy the machine is: processor since the run before, memory, and the disk that holds the data.</summary>
internal sealed class SystemFigures(IConfiguration configuration) : IHealthCheck
{
    private readonly Lock _gate = new();
    private (long Busy, long All) _processor;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var figures = new Dictionary<string, object>();
        if (OperatingSystem.IsLinux())
        {
            figures["cpu_percent"] = ProcessorPercent();
            figures["memory_percent"] = MemoryPercent();
        }

        var disk = DiskFigures.DriveOf(configuration);
        figures["disk_percent"] = Percent(disk.TotalSize - disk.AvailableFreeSpace, disk.TotalSize);
        return Task.FromResult(HealthCheckResult.Healthy(data: figures));
    }

    // First line of /proc/stat: user nice system idle iowait irq softirq steal (proc(5)), in ticks since the boot.
    private double ProcessorPercent()
    {
        using var stat = new StreamReader("/proc/stat");
        var ticks = (stat.ReadLine() ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        long all = 0;
        long idle = 0;
        for (var i = 1; i < Math.Min(ticks.Length, 9); i++)
        {
            var value = long.Parse(ticks[i], CultureInfo.InvariantCulture);
            all += value;
            idle += i is 4 or 5 ? value : 0;
        }

        lock (_gate)
        {
            var (busy, total) = (all - idle - _processor.Busy, all - _processor.All);
            _processor = (all - idle, all);
            return Percent(busy, total);
        }
    }

    private static double MemoryPercent()
    {
        long total = 0;
        foreach (var line in File.ReadLines("/proc/meminfo"))
        {
            if (line.StartsWith("MemTotal:", StringComparison.Ordinal))
            {
                total = Kilobytes(line);
            }
            else if (line.StartsWith("MemAvailable:", StringComparison.Ordinal))
            {
                return Percent(total - Kilobytes(line), total);
            }
        }

        return 0;
    }

    private static long Kilobytes(string line) =>
        long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

    private static double Percent(long part, long whole) => whole <= 0 ? 0 : Math.Round(100.0 * part / whole, 1);
}
