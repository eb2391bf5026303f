namespace Aspire.Hosting.Local.Dashboard.Telemetry;

/// <summary>Nanoseconds since 1970, as OTLP counts, in a signed number; and milliseconds with a fraction, as pages count.</summary>
internal static class TelemetryTime
{
    public static long FromWire(ulong nanoseconds) => nanoseconds > long.MaxValue ? long.MaxValue : (long)nanoseconds;

    public static double Milliseconds(long nanoseconds) => nanoseconds / 1e6;

    public static long Now(TimeProvider time) => time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000;
}
