namespace Platform.ServiceDefaults.Telemetry;

/// <summary>The paths by which the platform watches itself: neither traced nor counted as API requests.</summary>
internal static class OperationalPaths
{
    public static bool Contains(string? path) => path is "/health" or "/ready" or "/live" or "/metrics";
}
