using Platform.GraphQL;

namespace Platform.Gateway.GraphQL;

/// <summary>What is known, in figures.</summary>
internal static class AnalyticsFields
{
    private const string Service = Upstreams.ThreatIntel;
    private const string Root = "/analytics";

    public static void AddAnalytics(this SchemaBuilder schema)
    {
        schema.Query(query => query.Field("analytics").Resolve(static _ => new object()));
        schema.Object("Analytics", analytics =>
        {
            analytics.Field("overview").Get(Service, Root + "/overview");
            analytics.Field("indicatorTrend").Get(Service, Root + "/indicators/trend");
            analytics.Field("topActors").GetMember(Service, Root + "/actors/top", "items");
            analytics.Field("campaignTimeline").Get(Service, Root + "/campaigns/timeline");
            analytics.Field("techniques").GetMember(Service, Root + "/techniques/prevalence", "items");
            analytics.Field("countries").GetMember(Service, Root + "/geo", "items");
            analytics.Field("severities").GetMember(Service, Root + "/severity-distribution", "items");
            analytics.Field("sources").GetMember(Service, Root + "/sources/quality", "items");
            analytics.Field("responseTimes").Get(Service, Root + "/mttr");
        });
        schema.Object("TopActor").Field("object").ResolveAsync(async context => await context.LoadObjectAsync(context.Text("id")));
    }
}
