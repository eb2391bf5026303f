namespace Platform.Tenancy.Usage;

/// <summary>Counts of some requests with their latencies.</summary>
/// <param name="Requests">All of them.</param>
/// <param name="Errors">Those with a status of 400 and above.</param>
/// <param name="Refused">Those that a limit refused (429), which cost nothing.</param>
/// <param name="RequestBytes">Bytes received.</param>
/// <param name="ResponseBytes">Bytes sent.</param>
/// <param name="Latencies">How long they took.</param>
internal readonly record struct UsageSums(long Requests, long Errors, long Refused, long RequestBytes, long ResponseBytes, Histogram Latencies)
{
    public UsageFigures Figures() => new(
        Requests, Errors, Requests == 0 ? 0 : Math.Round((double)Errors / Requests, 6), RequestBytes, ResponseBytes, Latencies.Percentiles());
}
