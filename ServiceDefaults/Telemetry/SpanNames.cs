namespace Platform.ServiceDefaults.Telemetry;

/// <summary>Names of client spans that may start a trace of their own.</summary>
internal static class SpanNames
{
    /// <summary>As the runtime names a call of <see cref="HttpClient"/>.</summary>
    public const string HttpCall = "System.Net.Http.HttpRequestOut";

    /// <summary>A call to an address that a user gave.</summary>
    public const string GuardedCall = "guarded call";
}
