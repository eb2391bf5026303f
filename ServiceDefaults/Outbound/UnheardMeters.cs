using System.Diagnostics.Metrics;

namespace Platform.ServiceDefaults.Outbound;

/// <summary>
/// Meters that no provider listens to. The runtime measures by host name, and hosts that users choose would be a time
/// series each, and tell who calls what.
/// </summary>
internal sealed class UnheardMeters : IMeterFactory
{
    public Meter Create(MeterOptions options) => new("Guarded." + options.Name);

    public void Dispose()
    {
    }
}
