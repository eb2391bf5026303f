using Platform.ServiceDefaults;

namespace Platform.ThreatIntel;

/// <summary>Reads that the gateway may answer again: threat objects and what is reckoned of them.</summary>
internal static class KeptReads
{
    private const int Fresh = 10;
    private const int Stale = 20;

    public static TBuilder Kept<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.KeptByGateway(Fresh, Stale, SurrogateKeys.ThreatIntel);
}
