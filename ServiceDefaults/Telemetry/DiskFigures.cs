using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;

namespace Platform.ServiceDefaults.Telemetry;

/// <summary>Room on the disk that holds this service's files, which is where the platform notices a full disk first.</summary>
internal sealed class DiskFigures
{
    public DiskFigures(IMeterFactory meters, IConfiguration configuration)
    {
        var meter = meters.Create(SignalSources.Own);
        meter.CreateObservableGauge("disk_free_bytes", () => DriveOf(configuration).AvailableFreeSpace, null, "Room left on the disk of Platform:DataRoot.");
        meter.CreateObservableGauge("disk_size_bytes", () => DriveOf(configuration).TotalSize, null, "Size of the disk of Platform:DataRoot.");
    }

    /// <summary>The folder may come later than the process; until then its own folder stands for it.</summary>
    public static DriveInfo DriveOf(IConfiguration configuration)
    {
        var root = configuration["Platform:DataRoot"];
        return new DriveInfo(string.IsNullOrEmpty(root) || !Directory.Exists(root) ? AppContext.BaseDirectory : root);
    }
}
