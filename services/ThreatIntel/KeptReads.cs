using Platform.ServiceDefaults;

namespace Platform.ThreatIntel;

/// <summary>Reads that the gateway may answer again: threat objects and what is reckoned of them.</summary>
internal static class KeptReads
{
    private const int Fresh = 10;
    private const int Stale = 20;

    public static TBuilder Kept<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.KeptByGateway(Fresh, Stale, SurrogateKeys.ThreatIntel);

    /// <summary>One object, of which nothing else is in the answer: it stays while others change.</summary>
    public static TBuilder KeptById<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.KeptByGateway(Fresh, Stale, static context => context.Request.RouteValues["id"] is string id && !id.Contains(' ', StringComparison.Ordinal) ? id : null);
}
