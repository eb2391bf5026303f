using System.Diagnostics.Metrics;

namespace FalkorDb;

/// <summary>Figures of all clients of the process, on the meter <see cref="FalkorDbClient.MeterName"/>.</summary>
internal static class FalkorDbMetrics
{
    private static readonly Meter Meter = new(FalkorDbClient.MeterName);

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "falkordb.command.duration",
        "s",
        "Time of a command from its sending to the end of its reply, by command and error.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30] });

    private static readonly UpDownCounter<int> Connections = Meter.CreateUpDownCounter<int>(
        "falkordb.connection.count", null, "Connections of the pool, by state (used, idle).");

    private static readonly UpDownCounter<int> Waiting = Meter.CreateUpDownCounter<int>(
        "falkordb.connection.waiting", null, "Commands that wait for a connection.");

    private static readonly KeyValuePair<string, object?> Used = new("state", "used");
    private static readonly KeyValuePair<string, object?> Idle = new("state", "idle");

    public static void Took(TimeSpan elapsed, string command, string? error)
    {
        if (error is null)
        {
            Duration.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("command", command));
        }
        else
        {
            Duration.Record(elapsed.TotalSeconds, new("command", command), new("error_type", error));
        }
    }

    public static void Waits(int change) => Waiting.Add(change);

    public static void Works(int change) => Connections.Add(change, Used);

    public static void Rests(int change) => Connections.Add(change, Idle);
}
